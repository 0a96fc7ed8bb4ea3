import type { Command } from "commander";
import * as z from "zod";
import { AdsamError } from "../errors.ts";
import { packageVersion } from "../package.ts";
import { inspectAddon } from "../tfjs/engine.ts";
import {
  environmentIsCurrent,
  type FoundPython,
  findPython,
  inspectKernels,
  inspectPython,
  nvidiaGpus,
  ownPlace,
  type Problem,
  type PythonReport,
  type PythonSource,
} from "../torch/environment.ts";
import { jsonGroup } from "./groups.ts";
import { addOptions } from "./options.ts";

interface Diagnosis {
  readonly healthy: boolean;
  readonly package: string;
  readonly node: string;
  readonly platform: string;
  readonly python: (Omit<PythonReport, "problems"> & Pick<FoundPython, "source">) | null;
  /** What runs networks on the CPU for the torch backend; null without a Python to ask. */
  readonly kernels: { readonly by: "native" | "torch"; readonly reason: string } | null;
  readonly gpus: readonly string[];
  /** What computes for the tfjs backend. */
  readonly tfjs: { readonly engine: "native" | "cpu"; readonly reason: string };
  readonly problems: readonly Problem[];
  /** What works, but not as well as it could. */
  readonly notes: readonly string[];
}

const lookGroup = {
  heading: "What to look at:",
  shape: {
    python: z
      .string()
      .optional()
      .describe("the Python to look at; null: ADSAM_PYTHON, otherwise the one that set-up made")
      .meta({ placeholder: "program" }),
  },
};
const outputGroup = jsonGroup("one JSON document on stdout");
const groups = [lookGroup, outputGroup] as const;
const doctorArguments = z.object({ ...lookGroup.shape, ...outputGroup.shape });

/** `adsam doctor`: what is there, what lacks, and the fix. Exits with 3 when something lacks. */
export function doctor(command: Command): void {
  addOptions(command, groups);
  command.action(async () => {
    const { python, json } = doctorArguments.parse(command.opts());
    const diagnosis = await diagnose(python);
    process.stdout.write(json ? `${JSON.stringify(diagnosis)}\n` : describe(diagnosis));
    if (!diagnosis.healthy) process.exitCode = 3;
  });
}

async function diagnose(named: string | undefined): Promise<Diagnosis> {
  const [{ python, problems }, gpus, tfjs] = await Promise.all([lookAtPython(named), nvidiaGpus(), lookAtEngine()]);
  return {
    healthy: problems.length === 0,
    package: packageVersion(),
    node: process.versions.node,
    platform: `${process.platform} ${process.arch}`,
    python,
    kernels: problems.length === 0 && python !== null ? await lookAtKernels(python.path) : null,
    gpus,
    tfjs,
    problems,
    notes: notesOn(python, gpus, tfjs),
  };
}

async function lookAtPython(named: string | undefined): Promise<Pick<Diagnosis, "python" | "problems">> {
  try {
    const { path, source } = await findPython({ python: named });
    const { problems, ...python } = await inspectPython(path);
    return { python: { ...python, source }, problems };
  } catch (error) {
    if (!(error instanceof AdsamError)) throw error;
    return { python: null, problems: [{ message: error.message, fix: error.suggestion ?? "" }] };
  }
}

async function lookAtKernels(python: string): Promise<Diagnosis["kernels"]> {
  const reason = await inspectKernels(python);
  return reason === null ? { by: "native", reason: "compiled for this processor" } : { by: "torch", reason };
}

async function lookAtEngine(): Promise<Diagnosis["tfjs"]> {
  const report = await inspectAddon();
  if (report.works) return { engine: "native", reason: `TensorFlow ${report.tensorflow} through tfjs-node` };
  return { engine: "cpu", reason: `plain JavaScript: ${report.reason}` };
}

function notesOn(python: Diagnosis["python"], gpus: readonly string[], tfjs: Diagnosis["tfjs"]): string[] {
  const notes: string[] = [];
  if (python?.source === "setup" && !environmentIsCurrent()) {
    notes.push(`the environment is not the one that this version asks for: run \`${ownPlace.setupCommand}\``);
  }
  if (gpus.length > 0 && python?.packages.torch?.endsWith("+cpu")) {
    notes.push(`torch ${python.packages.torch} is a CPU build, which does not use the GPU: install one with CUDA`);
  }
  if (tfjs.engine === "cpu") {
    notes.push(`the tfjs backend will be slow: \`${ownPlace.setupCommand}\` gets TensorFlow for it, or says why not`);
  }
  return notes;
}

const reasons: Record<PythonSource, string> = {
  option: "named by --python",
  ADSAM_PYTHON: "named by ADSAM_PYTHON",
  setup: "made by set-up",
};

function describe({ python, kernels, gpus, tfjs, problems, notes, ...surroundings }: Diagnosis): string {
  const rows: [string, string][] = [
    ["adversarial-sampling", surroundings.package],
    ["Node", `${surroundings.node}, ${surroundings.platform}`],
    ["GPU", gpus.join(", ") || "none that nvidia-smi shows"],
    ["Python", python === null ? "none" : `${python.version ?? "none"}, ${python.path} (${reasons[python.source]})`],
    ...Object.entries(python?.packages ?? {}).map(([name, version]): [string, string] => [
      `  ${name}`,
      version ?? "none",
    ]),
    ["kernels", kernels === null ? "nobody to ask" : `${kernels.by}, ${kernels.reason}`],
    ["tfjs", `${tfjs.engine}, ${tfjs.reason}`],
  ];
  const lines = [
    ...rows.map(([name, value]) => `${name.padEnd(22)}${value}`),
    "",
    ...problems.flatMap(({ message, fix }) => [`problem: ${message}`, `  ${fix}`]),
    ...notes.map((note) => `note: ${note}`),
    ...(problems.length === 0 ? ["Everything that is needed is there."] : []),
  ];
  return `${lines.join("\n")}\n`;
}
