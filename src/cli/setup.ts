import type { Command } from "commander";
import * as z from "zod";
import { AdsamError } from "../errors.ts";
import { prepareAddon } from "../tfjs/engine.ts";
import { compileKernels, findPython, inspectPython, makeEnvironment, requireHealthy } from "../torch/environment.ts";
import { jsonGroup } from "./groups.ts";
import { addOptions } from "./options.ts";

const environmentGroup = {
  heading: "Environment:",
  shape: {
    python: z
      .string()
      .optional()
      .describe("the Python to make it from; null: ADSAM_BASE_PYTHON, otherwise one of those in PATH")
      .meta({ placeholder: "program" }),
    environment: z.boolean().optional().describe("make it even where ADSAM_PYTHON names a Python to use instead"),
  },
};
const outputGroup = jsonGroup("one JSON document on stdout");
const groups = [environmentGroup, outputGroup] as const;
const setupArguments = z.object({ ...environmentGroup.shape, ...outputGroup.shape });
type SetupArguments = z.output<typeof setupArguments>;

/** `adsam setup`: makes the Python environment, unless another Python is to be used, and gets TensorFlow for the twin. */
export function setup(command: Command): void {
  addOptions(command, groups);
  command.action(async () => {
    const values = setupArguments.parse(command.opts());
    const { python, made } = await pythonToUse(values);
    const found = await inspectPython(python);
    requireHealthy(found);
    const { version, packages } = found;
    const noKernels = await compileKernels(python);
    if (noKernels !== null) tell(`training on a CPU will be slower, by torch's kernels: ${noKernels}`);
    const engine = await prepareAddon({ python, check: true, onLine: tell });
    if (values.json) {
      const report = { python, made, version, packages, kernels: noKernels ?? "compiled", engine };
      process.stdout.write(`${JSON.stringify(report)}\n`);
      return;
    }
    const torch = `${madeOrThere(made)}: ${python} (Python ${version}, torch ${packages.torch})`;
    const tfjs = engine.ready
      ? `${madeOrThere(engine.made)}: TensorFlow for the tfjs backend`
      : `plain JavaScript, which is slow: ${engine.reason}`;
    process.stdout.write(`${torch}\n${tfjs}\n`);
  });
}

/** The environment, made where it is not there; the Python that ADSAM_PYTHON names is taken as it is. */
async function pythonToUse({ python: basePython, environment }: SetupArguments) {
  const named = process.env.ADSAM_PYTHON;
  if (named && environment) tell(`ADSAM_PYTHON names ${named}, which is used instead of the environment all the same`);
  if (!named || environment) return makeEnvironment({ basePython, check: true, onLine: tell });
  if (basePython !== undefined) {
    throw new AdsamError("usage", `--python names what to make an environment from, but ADSAM_PYTHON names ${named}`, {
      suggestion: "unset ADSAM_PYTHON, or give --environment to make one that is not used until then",
    });
  }
  tell(`ADSAM_PYTHON names ${named}: that is used, and no environment is made (--environment makes one all the same)`);
  return { python: (await findPython()).path, made: false };
}

function tell(line: string): void {
  process.stderr.write(`${line}\n`);
}

function madeOrThere(made: boolean): string {
  return made ? "made" : "already there";
}
