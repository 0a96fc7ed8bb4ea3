import * as z from "zod";
import { suiteNames } from "../conformance/index.ts";
import { type Architecture, architectureNames } from "../schema/architectures.ts";
import { backendNames } from "../schema/backends.ts";
import { backendGroup, jsonGroup } from "./groups.ts";

const path = (what: string) => z.string().optional().meta({ placeholder: what });

/** The networks that --bisect takes, by name. */
export const networks: Readonly<Record<string, { readonly kind: Architecture; readonly bayesian: boolean }>> =
  Object.fromEntries([
    ...architectureNames.map((kind) => [kind, { kind, bayesian: true }] as const),
    ...architectureNames.map((kind) => [`plain-${kind}`, { kind, bayesian: false }] as const),
  ]);

const workGroup = {
  heading: "What to compare:",
  shape: {
    against: z
      .enum(backendNames)
      .optional()
      .describe("this backend with --backend, in the package's own suites; tolerances are derived from its float64"),
    pairs: path("file").describe("the functions, Python's and TypeScript's, that this module exports in pairs"),
    bisect: z
      .enum(Object.keys(networks))
      .optional()
      .describe("where this network parts first; plain ones are without Gaussian weights")
      .meta({ placeholder: "network" }),
    golden: path("folder").describe("what the golden files (*.json) of this folder have recorded"),
    record: path("folder").describe("nothing: golden files are written into this folder, from a backend with float64"),
  },
  spellings: { pairs: { aliases: ["--twins"] } },
};

const suiteGroup = {
  heading: "With --against alone:",
  shape: {
    suite: z
      .array(z.enum(suiteNames))
      .min(1)
      .optional()
      .describe(`only some of the suites ${suiteNames.join(", ")}; null: all of them`)
      .meta({ placeholder: "suites" }),
  },
  spellings: { suite: { variadic: true } },
};

const { device, python } = backendGroup.shape;
const sidesGroup = {
  heading: "Backends:",
  shape: {
    backend: z
      .enum(backendNames)
      .optional()
      .describe("what is judged; null: torch for golden files, otherwise the one that --against is not"),
    reference: path("checkout").describe(
      "folder of the published code (github.com/AISIGSJTU/AS): what the backend reference computes with",
    ),
    device: device
      .unwrap()
      .default("cpu")
      .describe("of Python's: auto, cpu, cuda, or cuda:1; records were made on cpu")
      .meta({ placeholder: "device" }),
    python,
  },
};

const output = jsonGroup("one JSON document on stdout");
const outputGroup = {
  ...output,
  shape: {
    ...output.shape,
    junit: path("file").describe("write the report as JUnit XML too"),
    html: path("file").describe("write the report as one self-contained page too"),
  },
};

export const conformGroups = [workGroup, suiteGroup, sidesGroup, outputGroup] as const;
export const conformArguments = z.object({
  ...workGroup.shape,
  ...suiteGroup.shape,
  ...sidesGroup.shape,
  ...outputGroup.shape,
});
export type ConformArguments = z.output<typeof conformArguments>;
