import {
  type Client,
  type ImportOptions,
  open,
  PythonObject,
  type Tensor,
  type TorchBackend,
  tensor,
} from "adversarial-sampling";

/** Calls by what is called, each as Python writes it and as a typed client is asked. */
export type Calls = Readonly<Record<string, readonly [python: string, call: () => Promise<unknown>]>>;

/** A client, and what its trial needs of Python beside it. */
export interface Trial<Modules> extends AsyncDisposable {
  readonly py: Modules;
  readonly backend: TorchBackend;
  readonly torch: PythonObject;
  readonly nn: PythonObject;
  /**
   * Makes the calls one by one, each from the same seeds, and prints what came of them as JSON.
   * @param preamble what the Python of all of them begins with.
   */
  tell(preamble: string, calls: Calls): Promise<void>;
}

const [checkout = "", python = "", here = ""] = process.argv.slice(2);

/** Opens a client on the checkout that the command line names. */
export async function begin<Modules>(client: Client<Modules>, options: ImportOptions = {}): Promise<Trial<Modules>> {
  const backend = await open({ backend: "torch", device: "cpu", python });
  const py = await backend.use(client, { folder: checkout, ...options });
  const seeds = await backend.import("alone", { folder: here });
  const tell = async (preamble: string, calls: Calls) => {
    const outcomes: Record<string, unknown> = {};
    for (const [name, [code, call]] of Object.entries(calls)) {
      await seeds.method("seed");
      outcomes[name] = { code, ...(await call().then((value) => ({ value: shown(value) }), failure)) };
    }
    process.stdout.write(`${JSON.stringify({ preamble, outcomes })}\n`);
  };
  const [torch, nn] = [await backend.import("torch"), await backend.import("torch.nn")];
  return { py, backend, torch, nn, tell, [Symbol.asyncDispose]: () => backend.close() };
}

const failure = (error: unknown) => ({ error: error instanceof Error ? error.message : String(error) });
const size = (shape: readonly number[]) => shape.reduce((product, length) => product * length, 1);

/** As `wave` of alone.py. */
export const wave = (...shape: number[]): Tensor =>
  tensor(
    Float32Array.from({ length: size(shape) }, (_, i) => Math.sin(i + 1)),
    shape,
  );

/** As `whole` of alone.py. */
export const whole = (below: number, ...shape: number[]): Tensor =>
  tensor(
    BigInt64Array.from({ length: size(shape) }, (_, i) => BigInt((i * 7) % below)),
    shape,
  );

/** A result as `shown` of alone.py shows it. */
function shown(value: unknown): unknown {
  if (value === null || typeof value === "boolean" || typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "bigint") return numberText(value);
  if (value instanceof PythonObject || value instanceof Function) return { kept: true };
  if (Array.isArray(value) || value instanceof Uint8Array) return Array.from<unknown, unknown>(value, shown);
  if (value instanceof Map) return Object.fromEntries([...value].map(([key, one]) => [String(key), shown(one)]));
  if (isTensor(value)) {
    const values = Array.from(value.data as ArrayLike<number | bigint | boolean>, Number);
    const step = Math.max(1, Math.floor(values.length / 1000));
    return {
      dtype: value.dtype,
      shape: value.shape,
      values: values.filter((_, i) => i % step === 0).map(numberText),
    };
  }
  if (Object(value).$ instanceof PythonObject) return { kept: true };
  return Object.fromEntries(Object.entries(Object(value)).map(([key, one]) => [key, shown(one)]));
}

const numberText = (value: number | bigint) => (Number.isFinite(Number(value)) ? Number(value) : String(value));
const isTensor = (value: unknown): value is Tensor =>
  ArrayBuffer.isView(Object(value).data) && "shape" in Object(value);
