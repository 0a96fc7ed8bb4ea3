import * as z from "zod";
import { positiveCount } from "../../schema/numbers.ts";
import { type ProgramInput, program } from "../../schema/options.ts";
import { callback } from "../../validation.ts";
import { type ReportOptions, reportOptions } from "../reports/report.ts";
import type { ProveCase } from "./cases.ts";
import type { Arguments } from "./given.ts";
import { type Port, type TensorForm, tensorForms } from "./port-function.ts";

/** What is proved, on what, and how. */
export interface ProveOptions extends ReportOptions, ProgramInput {
  /** `module:function`, `module:Class.method`, or `module:Class` of a torch module, whose forward it is. */
  readonly torch: string;
  /** What the class is made with, by name; with `make`, what that is called with. */
  readonly init?: Arguments | undefined;
  /** `module:function` of Python's that makes what the method belongs to, where plain arguments do not. */
  readonly make?: string | undefined;
  /** The port, or where it is: `./port.ts#name`, JavaScript or TypeScript. */
  readonly port: Port | string;
  /** One argument for each parameter of Python's in their order (the default), or one object of them by name. */
  readonly call?: "positional" | "named" | undefined;
  /** What the port is given tensors as; those of TensorFlow.js unless told otherwise. */
  readonly as?: TensorForm | undefined;
  /**
   * By name: `float32[4,3]` to have numbers drawn, edges among them; tensors, numbers and whatever else Python takes as they are,
   * or `{ plain }` for what would be taken for another thing, such as a text `x[3]`.
   * Of what is not given, jaxtyping's annotations say the shapes.
   */
  readonly inputs?: Arguments | undefined;
  /** Sets of arguments, or the JSON file that has them. */
  readonly cases?: readonly ProveCase[] | string | undefined;
  /** The folder of calls that were recorded. */
  readonly calls?: string | undefined;
  /** Whether edges are tried beside what is drawn: zeros, ties, tiny and large numbers, one element, none. */
  readonly edges?: boolean | undefined;
  /** Inputs whose gradients are compared too, and `state.<name>` of parameters. */
  readonly differentiate?: readonly string[] | undefined;
  /** How long a promise of the port's is waited for, in milliseconds; 300,000 unless told otherwise. */
  readonly patience?: number | undefined;
  /** What the truth is computed in: float64 where the code allows it, unless told otherwise. */
  readonly dtype?: "auto" | "float64" | "float32" | undefined;
  /** Who draws: Python, whose draws the port is given, unless told otherwise; or the port, which hands its own over by `outcome`. */
  readonly draws?: "python" | "port" | undefined;
  /** A folder in which each case that fails leaves one of its own: inputs, what both gave, and a script that runs it again. */
  readonly repro?: string | undefined;
  /** How many terms each number of an output, by name, is summed from; 1 unless told otherwise. */
  readonly reductions?: Readonly<Record<string, number>> | undefined;
}

const inputsByName = z.record(z.string(), z.unknown());

const target = z.string().regex(/^[^:]+:[^:]+$/, { error: 'expected "package.module:function"' });

/** How long a promise of a port's is waited for, in milliseconds. */
export const defaultPatience = 300_000;

/** What `prove`, twins and `toMatchTorch` have in common, and what the first has of its own. */
export const proofShape = {
  torch: target,
  ...program.shape,
  folder: program.shape.folder.unwrap().min(1).default("."),
  init: inputsByName.optional(),
  make: target.optional(),
  port: z.union([z.string().min(1), callback<Port>()], { error: "expected a function, or the file and name of one" }),
  call: z.enum(["positional", "named"]).default("positional"),
  as: z.enum(tensorForms).default("tfjs"),
  patience: z
    .int()
    .min(1)
    .max(2 ** 31 - 1)
    .default(defaultPatience), // of Node's timers
  inputs: inputsByName.optional(),
  cases: z
    .union([
      z.string().min(1),
      z.array(z.strictObject({ id: z.string().min(1), inputs: inputsByName, edge: z.boolean().optional() })).min(1),
    ])
    .optional(),
  calls: z.string().min(1).optional(),
  edges: z.boolean().optional(),
  differentiate: z.array(z.string()).default([]),
  dtype: z.enum(["auto", "float64", "float32"]).default("auto"),
  draws: z.enum(["python", "port"]).default("python"),
  repro: z.string().min(1).optional(),
  reductions: z.record(z.string(), positiveCount).default({}),
};

/** TensorFlow.js takes the gradients, and so of its tensors alone. */
export function refuseGradientsOfArrays(
  value: { readonly differentiate?: readonly string[] | undefined; readonly as?: TensorForm | undefined },
  issues: z.core.$ZodRawIssue[],
): void {
  if (!value.differentiate?.length || value.as === undefined || value.as === "tfjs") return;
  const message = 'expected as: "tfjs" with differentiate, since TensorFlow.js takes the gradients';
  issues.push({ code: "custom", message, params: { got: value.as }, input: value });
}

/** The schema of the options. */
export const proveOptions = z.strictObject({ ...proofShape, ...reportOptions }).check(({ value, issues }) => {
  const sources = (["inputs", "cases", "calls"] as const).filter((name) => value[name] !== undefined);
  if (sources.length > 1) {
    issues.push({
      code: "custom",
      message: `expected one of inputs, cases and calls`,
      params: { got: sources.join(" and ") },
      input: value,
    });
  }
  refuseGradientsOfArrays(value, issues);
  if (value.edges !== undefined && (value.cases !== undefined || value.calls !== undefined)) {
    issues.push({
      code: "custom",
      message: "expected edges with inputs alone",
      params: { got: sources[0] },
      input: value,
    });
  }
});
/** The options, checked. */
export type CheckedProveOptions = z.output<typeof proveOptions>;
