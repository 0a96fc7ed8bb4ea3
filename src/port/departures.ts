import { mkdir, readdir, readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { Comparison } from "../conformance/comparison.ts";
import { AdsamError } from "../errors.ts";
import { fileError, writeFileAtomically } from "../files.ts";
import { Incoming } from "../interop/incoming.ts";
import { Outgoing } from "../interop/outgoing.ts";
import { jsonText } from "../json.ts";
import { readSafetensors, writeSafetensors } from "../safetensors.ts";
import type { NamedTensors } from "../tensor.ts";
import { withPrefix } from "../torch/bundle.ts";
import { compared } from "./compared.ts";
import { Native, namedOutputs } from "./native.ts";
import type { Departed, NativeFunction } from "./port.ts";
import { tensorsApart } from "./structure.ts";

/** A folder with a pair of files for each departure. */
export class DepartureFolder {
  readonly #path: string;
  #written = 0;

  constructor(path: string) {
    this.#path = resolve(path);
  }

  async write({ target, arguments: values, control, candidate, comparisons }: Departed): Promise<void> {
    await mkdir(this.#path, { recursive: true });
    this.#written += 1;
    const name = join(this.#path, `${process.pid}-${String(this.#written).padStart(6, "0")}`);
    const outgoing = new Outgoing({
      numberOf: (value) => (isHandle(value) ? 0 : undefined),
      sourceNumber: () => undefined,
      callback: () => 0,
    });
    const text = { target, comparisons, arguments: outgoing.wire(values, "arguments") };
    const under = (prefix: string, tensors: NamedTensors) =>
      Object.entries(tensors).map(([key, one]) => [`${prefix}/${key}`, one] as const);
    const tensors = [
      ...under("given", outgoing.tensors),
      ...under("control", control),
      ...under("candidate", candidate),
    ];
    await writeSafetensors(`${name}.safetensors`, Object.fromEntries(tensors));
    await writeFileAtomically(`${name}.json`, [`${jsonText(text, 2)}\n`]); // last: who finds it finds both
  }
}

const isHandle = (value: object): boolean => "type" in value && "method" in value && typeof value.method === "function";

/**
 * The departures that a shadow has written to a folder, in order.
 * @throws AdsamError `file` for a folder that cannot be read, `data` for files that are none of these.
 */
export async function readDepartures(folder: string): Promise<readonly Departed[]> {
  const names = await readdir(folder).catch((error: unknown) => {
    throw fileError(error, "read", folder);
  });
  const found: Departed[] = [];
  for (const name of names.filter((one) => one.endsWith(".json")).sort()) found.push(await read(join(folder, name)));
  return found;
}

async function read(path: string): Promise<Departed> {
  const { tensors } = await readSafetensors(path.replace(/\.json$/, ".safetensors"), { code: "data" });
  try {
    const { target, comparisons, arguments: values } = JSON.parse(await readFile(path, "utf8"));
    const incoming = new Incoming(withPrefix(tensors, "given/"), {
      handle: ({ type }) => ({ leftInPython: type }),
      keep: (source) => {
        throw new Error(`expected a record without Python, got one by ${source}`);
      },
    });
    const given = incoming.read(JSON.stringify(values)) as Departed["arguments"];
    return {
      target,
      comparisons,
      arguments: given,
      control: withPrefix(tensors, "control/"),
      candidate: withPrefix(tensors, "candidate/"),
    };
  } catch (cause) {
    throw new AdsamError("data", `${path}: expected a departure that a shadow has written`, { cause });
  }
}

/**
 * Calls a native function as it was called where it parted, and holds it against what Python gave then, by the same tolerances.
 * @returns one comparison an output; one with a `message` is wrong still.
 */
export async function replayDeparture(departed: Departed, native: NativeFunction): Promise<readonly Comparison[]> {
  const result = await new Native(native, departed.target).run(tensorsApart(departed.arguments), false);
  const candidate = namedOutputs(result);
  const tolerances = new Map(departed.comparisons.map((one) => [one.tensor, one]));
  return [...new Set([...Object.keys(departed.control), ...Object.keys(candidate)])].map((name) => {
    const { tolerance = 0, normTolerance = 0 } = tolerances.get(name) ?? {};
    return compared(name, departed.control, candidate, { max: tolerance / 3, norm: normTolerance / 3 });
  });
}
