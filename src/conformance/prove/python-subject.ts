import * as z from "zod";
import type { TorchBackend } from "../../backend.ts";
import type { PythonObject } from "../../interop/handle.ts";
import { programOf } from "../../interop/program.ts";
import type { ProgramInput } from "../../schema/options.ts";
import { isTensor, type NamedTensors, type Tensor } from "../../tensor.ts";
import type { Arguments } from "./given.ts";

const tensorValue = z.custom<Tensor>(isTensor);
const namedValues = z.record(z.string(), tensorValue);

const description = z.object({
  parameters: z.array(z.object({ name: z.string(), optional: z.boolean() })).nullable(),
  rest: z.boolean(),
  annotations: z.record(z.string(), z.object({ dtypes: z.array(z.string()), dimensions: z.string() })),
  state: namedValues,
});

const ran = z.object({
  single: z.boolean(),
  outputs: namedValues,
  gradients: namedValues,
  state: namedValues,
  draws: z.array(z.object({ name: z.string(), file: z.string(), line: z.number(), values: tensorValue })),
  /** The functions, such as `topk`, that put equal numbers in order: the lower index first, which torch leaves open. */
  ordered: z.array(z.string()),
});

const paths = z.array(z.string());

/** What Python says of a function. */
export type Description = z.output<typeof description>;

/** What a run of it gave. */
export type Ran = z.output<typeof ran>;

/** In what it runs; `widened` is float64 where its own code asks for float32 too. */
export type Precision = "float32" | "float64" | "widened";

/** How it runs. */
export interface RunOptions {
  readonly precision: Precision;
  readonly differentiate: readonly string[];
  /** What is drawn, in order; null for what a fixed seed gives. */
  readonly draws: readonly Tensor[] | null;
  /** A seed, by which the result of each kernel is rounded to float32 either up or down; not at all unless given. */
  readonly rounding?: number | undefined;
}

/** A Python function, method or module that is run again and again. */
export interface Subject extends Description {
  run(given: Readonly<Record<string, unknown>>, state: NamedTensors, options: RunOptions): Promise<Ran>;
}

/** One whose Python is at hand. */
export interface PythonSubject extends Subject {
  readonly python: PythonObject;
  /** Where its code is, and what that has imported so far from its folder. */
  files(): Promise<string[]>;
}

/** Which function of Python's, of what program, and how what it belongs to is made. */
export interface Wanted extends ProgramInput {
  /** `module:function`, `module:Class.method` or `module:Module`. */
  readonly torch: string;
  readonly init?: Arguments | undefined;
  readonly make?: string | undefined;
}

/** A function that Python finds. */
export async function openSubject(
  backend: TorchBackend,
  { torch, init, make, folder, argv, cuda }: Wanted,
): Promise<PythonSubject> {
  const proof = await backend.import("adsam_bridge.proof", programOf({ folder, argv, cuda }, "prove"));
  const handle = proof.with({ keep: true });
  const subject = await handle.method<PythonObject>("subject", torch, init ?? null, make ?? null);
  const told = subject.with({ keep: false });
  return {
    ...description.parse(await told.method("describe")),
    python: subject,
    files: async () => paths.parse(await told.method("files")),
    run: async (given, state, { precision, differentiate, draws, rounding = null }) => {
      const start = [{ ...given }, { ...state }] as const;
      const how = [precision, [...differentiate], draws && [...draws], null, rounding] as const;
      return ran.parse(await told.method("run", ...start, ...how));
    },
  };
}
