import * as z from "zod";
import { AdsamError } from "../errors.ts";
import type { PythonObject } from "../interop/handle.ts";
import { keywords } from "../interop/kinds.ts";
import { programOf } from "../interop/program.ts";
import type { Python } from "../interop/python.ts";
import { positiveCount } from "../schema/numbers.ts";
import { program } from "../schema/options.ts";
import type { NamedTensors, Tensor } from "../tensor.ts";
import { startEngine } from "../tfjs/engine.ts";
import { callback, validate } from "../validation.ts";
import { compareCall } from "./both.ts";
import { Native } from "./native.ts";
import type { NativeFunction, Patch, PatchOptions, ShadowReport } from "./port.ts";
import { Shadow } from "./shadow.ts";
import type { Path } from "./structure.ts";

const part = z.number().min(0).max(1);
const shadowOptions = z.strictObject({
  rate: part.default(0.05),
  budget: part.default(0.05),
  again: part.default(0.2),
  pending: positiveCount.default(16),
  maxBytes: positiveCount.default(64 * 2 ** 20),
  keep: positiveCount.default(200),
  patience: z.number().positive().default(1000),
  record: z.string().min(1).optional(),
});
const patchOptions = z.strictObject({
  mode: z.enum(["python", "native", "both", "shadow"]).default("native"),
  ...program.shape,
  shadow: shadowOptions.optional(),
});
type Checked = z.output<typeof patchOptions>;

/** @throws AdsamError `usage` for options that are unknown, out of range, or of another mode. */
export function checkPatchOptions(options: PatchOptions): Checked {
  const checked = validate(patchOptions, options, "patch");
  if (checked.shadow === undefined || checked.mode === "shadow") return checked;
  throw new AdsamError("usage", `patch: expected shadow options with mode "shadow" alone, got mode "${checked.mode}"`);
}

/** What `TorchBackend.patch` does. */
export async function putInPlace(
  python: Python,
  target: string,
  call: NativeFunction,
  { mode, shadow: given, folder, argv, cuda }: Checked,
): Promise<Patch> {
  if (mode === "shadow") await startEngine(); // the program's first sampled call is not to wait for it
  const native = new Native(validate(callback<NativeFunction>(), call, "patch: the native function"), target);
  const { rate, budget, again, pending, maxBytes, ...bounds } = shadowOptions.parse(given ?? {});
  const shadow = new Shadow(target, native, { ...bounds, record: bounds.record });
  const forward = async (tree: unknown, paths: Path[], tensors: Tensor[], wanted: boolean) =>
    native.run({ tree, paths, tensors }, wanted);
  const pullback = async (
    tree: unknown,
    paths: Path[],
    tensors: Tensor[],
    needed: number[],
    cotangents: (Tensor | null)[],
  ) => native.pull({ tree, paths, tensors }, needed, cotangents);
  const compare = async (
    tree: unknown,
    paths: Path[],
    tensors: Tensor[],
    wanted: number[],
    changed: string[],
    asked: PythonObject,
  ) => {
    await using againThere = asked;
    await compareCall(target, native, { given: { tree, paths, tensors }, wanted, changed, again: againThere });
  };
  const sample = async (
    tree: unknown,
    paths: Path[],
    tensors: Tensor[],
    control: NamedTensors,
    second: NamedTensors | null,
    changed: string[],
    drew: boolean,
  ) => {
    await shadow.sample({ given: { tree, paths, tensors }, control, second, changed, drew });
  };
  const others =
    mode === "both"
      ? { compare }
      : mode === "shadow"
        ? { shadow: { sample, rate, budget, again, pending, max_bytes: maxBytes } }
        : {};
  const values = [target, mode, forward, pullback, keywords(others)];
  const object = (await python.ask("patch", programOf({ folder, argv, cuda }, "patch"), values, {
    keep: true,
  })) as PythonObject;
  return new InPlace(
    target,
    object,
    shadow,
    await object.get<string[]>("places"),
    await object.method<string[]>("held"),
  );
}

class InPlace implements Patch {
  readonly target: string;
  readonly places: readonly string[];
  readonly held: readonly string[];
  readonly #object: PythonObject;
  readonly #shadow: Shadow;
  #undone: Promise<void> | undefined;

  constructor(
    target: string,
    object: PythonObject,
    shadow: Shadow,
    places: readonly string[],
    held: readonly string[],
  ) {
    this.target = target;
    this.places = places;
    this.held = held;
    this.#object = object.with({ keep: false });
    this.#shadow = shadow;
  }

  async report(): Promise<ShadowReport> {
    const counts = { sampled: 0, overBudget: 0, skipped: 0, tooLarge: 0, raised: 0, failed: 0 };
    const told = await this.#object.method<{ readonly calls: number }>("report");
    await this.#shadow.idle;
    const { compared, unrecorded, draws, noise, stopped } = this.#shadow;
    const departures = [...this.#shadow.departures];
    return { ...counts, ...told, compared, unrecorded, draws, noise, stopped, departures };
  }

  dispose(): Promise<void> {
    this.#undone ??= this.#undo();
    return this.#undone;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.dispose();
  }

  async #undo(): Promise<void> {
    try {
      await this.#object.method("undo");
      await this.#object.dispose();
    } catch (error) {
      const gone = error instanceof AdsamError && ["closed", "crashed"].includes(error.code);
      if (!gone) throw error; // with the process, the patch is gone too
    }
  }
}
