import type { Command } from "commander";

/** A command of `adsam`. Its module, and the schemas behind its options, are loaded when it is selected. */
export interface CommandEntry {
  /** Its name and its arguments. */
  readonly usage: string;
  readonly description: string;
  /** What gives the command its options and its action. */
  readonly load: () => Promise<(command: Command) => void>;
}

/** All commands, in the order of the help. */
export const commands: readonly CommandEntry[] = [
  {
    usage: "setup",
    description: "make the Python environment: PyTorch and what else is needed, pinned; get TensorFlow for tfjs",
    load: async () => (await import("./setup.ts")).setup,
  },
  {
    usage: "doctor",
    description: "say what is there, what lacks, and the fix; exits with 3 when something lacks",
    load: async () => (await import("./doctor.ts")).doctor,
  },
  {
    usage: "train",
    description: "train a network and write a run folder",
    load: async () => (await import("./train.ts")).train,
  },
  {
    usage: "runs",
    description: "list, filter, compare and remove runs",
    load: async () => (await import("./runs.ts")).runs,
  },
  {
    usage: "watch <run>",
    description: "show how a run goes on, of this machine or of another, by its folder",
    load: async () => (await import("./watch.ts")).watch,
  },
  {
    usage: "sweep <file>",
    description: "take the runs that a sweep.json asks for, and average over seeds; the same again goes on with it",
    load: async () => (await import("./sweep.ts")).sweepCommand,
  },
  {
    usage: "experiment",
    description: "whole experiments: the paper's table and retention figure",
    load: async () => (await import("./experiment.ts")).experiment,
  },
  {
    usage: "evaluate <run>",
    description: "accuracy and uncertainty of a run or checkpoint on a data set",
    load: async () => (await import("./evaluate.ts")).evaluate,
  },
  {
    usage: "report <runs...>",
    description: "write one page about runs: curves, calibration, uncertainty, images, how they compare",
    load: async () => (await import("./report.ts")).reportCommand,
  },
  {
    usage: "predict <run> [images...]",
    description: "classes and uncertainty of given images",
    load: async () => (await import("./predict.ts")).predict,
  },
  {
    usage: "data",
    description: "say what is understood of a data set; download published ones; corrupt images",
    load: async () => (await import("./data.ts")).data,
  },
  {
    usage: "conform",
    description:
      "compare a backend with another, or with recorded numbers, number by number; exits with 1 when they differ",
    load: async () => (await import("./conform.ts")).conformCommand,
  },
  {
    usage: "prove <function> <port>",
    description:
      "hold a TypeScript function (./port.ts#name) against a Python one (module:name); exits with 1 when they differ",
    load: async () => (await import("./prove.ts")).proveCommand,
  },
  {
    usage: "bisect <function> <port>",
    description:
      "find the line where a TypeScript function (./port.ts#name) parts from a Python one; exits with 1 when it does",
    load: async () => (await import("./bisect.ts")).bisectCommand,
  },
  {
    usage: "port [ledger]",
    description:
      "keep the ledger of a migration (port.json): which Python functions have a twin, and whether they conform",
    load: async () => (await import("./port.ts")).portCommand,
  },
  {
    usage: "wrap <modules...>",
    description: "write a typed TypeScript client for Python modules",
    load: async () => (await import("./wrap.ts")).wrap,
  },
  {
    usage: "check-gradients <function>",
    description: "test a Python function's gradients by finite differences; exits with 1 when one is wrong",
    load: async () => (await import("./check-gradients.ts")).checkGradientsCommand,
  },
  {
    usage: "bench",
    description: "measure how long the work takes here, against the published code, other packages and the floor",
    load: async () => (await import("./bench.ts")).benchCommand,
  },
];
