import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type * as Tf from "@tensorflow/tfjs-core";
import { packageRoot } from "../../package.ts";
import { listeningToTaps } from "../../tap.ts";
import { snapshotOf, type Value } from "./value.ts";

/** A kernel of TensorFlow.js that ran, by the numbers of its values. */
export interface Kernel {
  readonly name: string;
  /** The first line of the user's that called it; "" and 0 where none did, as backward. */
  readonly file: string;
  readonly line: number;
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
}

/** What a TensorFlow.js function computed on the way. */
export interface PortTrace {
  readonly kernels: readonly Kernel[];
  readonly values: readonly Value[];
  readonly taps: Readonly<Record<string, number>>;
}

/** This package's own code, as it is written and as it is built: what else lies in its checkout may be a user's. */
const ours = [join(packageRoot, "src"), join(packageRoot, "dist")].map((folder) => `${folder}/`);

/** The file and the line of one line of a stack; undefined where it names no file. */
function frameOf(text: string): { file: string; line: number } | undefined {
  const url = text.indexOf("file:///");
  const from = url >= 0 ? url : text.indexOf("/");
  if (from < 0) return undefined;
  const parts = text.slice(from).split(":"); // ..., the line, and the column
  const line = Number(parts.at(-2));
  const place = parts.slice(0, -2).join(":");
  return { file: url >= 0 ? fileURLToPath(place.split("?")[0] ?? place) : place, line };
}

const known = new Map<string, boolean>();

/** Whether a file is the user's: not of a package, nor a source that a package's map names and nobody has. */
function isUsers(file: string): boolean {
  const found =
    known.get(file) ??
    (!file.includes("/node_modules/") && !ours.some((folder) => file.startsWith(folder)) && existsSync(file));
  known.set(file, found);
  return found;
}

function place(): { file: string; line: number } {
  const before = Error.stackTraceLimit;
  Error.stackTraceLimit = 60;
  const stack = new Error().stack ?? "";
  Error.stackTraceLimit = before;
  for (const text of stack.split("\n").slice(1)) {
    const frame = frameOf(text);
    if (frame !== undefined && isUsers(frame.file)) return frame;
  }
  return { file: "", line: 0 };
}

/** Notes all kernels that run, on one engine, while a port does. */
class PortRecorder {
  readonly kernels: Kernel[] = [];
  readonly values: Value[] = [];
  readonly taps: Record<string, number> = {};
  readonly #numbers = new Map<number, number>();

  number(tensor: Tf.Tensor): number {
    const known = this.#numbers.get(tensor.id);
    if (known !== undefined) return known;
    const number = this.values.length;
    this.#numbers.set(tensor.id, number);
    const numbers = tensor.dtype === "string" ? [] : tensor.dataSync();
    this.values.push(snapshotOf(Float64Array.from(numbers), tensor.shape));
    return number;
  }

  ran(name: string, inputs: readonly Tf.Tensor[], outputs: readonly Tf.Tensor[]): void {
    const given = inputs.map((tensor) => this.number(tensor));
    this.kernels.push({ name, ...place(), inputs: given, outputs: outputs.map((tensor) => this.number(tensor)) });
  }
}

function tensorsIn(value: unknown): Tf.Tensor[] {
  if (Array.isArray(value)) return value.flatMap(tensorsIn);
  return typeof value === "object" && value !== null && "dataId" in value ? [value as Tf.Tensor] : [];
}

/** Runs what computes with TensorFlow.js, and tells what it computed. */
export async function tracePort<T>(run: () => Promise<T>): Promise<[T, PortTrace]> {
  const tf = await import("@tensorflow/tfjs-core");
  const engine = tf.engine();
  const recorder = new PortRecorder();
  const [runKernel, makeTensor] = [engine.runKernel, engine.makeTensor];
  const calls = { depth: 0 };
  engine.runKernel = function traced(this: typeof engine, ...given: Parameters<typeof runKernel>) {
    calls.depth += 1;
    const result = (() => {
      try {
        return runKernel.apply(this, given);
      } finally {
        calls.depth -= 1;
      }
    })();
    recorder.ran(given[0], Object.values(given[1]).flatMap(tensorsIn), tensorsIn(result));
    return result;
  } as typeof runKernel;
  engine.makeTensor = function traced(this: typeof engine, ...given: Parameters<typeof makeTensor>) {
    const made = makeTensor.apply(this, given);
    if (calls.depth === 0) recorder.ran("tensor", [], [made]);
    return made;
  };
  try {
    const note = (name: string, value: unknown) => {
      for (const tensor of tensorsIn(value)) recorder.taps[name] = recorder.number(tensor);
    };
    return [await listeningToTaps(note, run), recorder];
  } finally {
    engine.runKernel = runKernel;
    engine.makeTensor = makeTensor;
  }
}
