import type { Command } from "commander";

interface SetupOptions {
  readonly python?: string;
  readonly json?: true;
}

/** Registers `adsam setup`, which makes the Python environment and gets TensorFlow for the twin. */
export function addSetup(program: Command): void {
  program
    .command("setup")
    .description("make the Python environment: PyTorch and what else is needed, pinned; get TensorFlow for tfjs")
    .option("--python <program>", "the Python to make it from (default: ADSAM_BASE_PYTHON, else one of those in PATH)")
    .option("--json", "print one JSON document")
    .action(setup);
}

async function setup({ python: basePython, json }: SetupOptions): Promise<void> {
  const [{ compileKernels, inspectPython, makeEnvironment }, { prepareAddon }] = await Promise.all([
    import("../torch/environment.ts"),
    import("../tfjs/engine.ts"),
  ]);
  const tell = (line: string) => process.stderr.write(`${line}\n`);
  const { python, made } = await makeEnvironment({ basePython, check: true, onLine: tell });
  const { version, packages } = await inspectPython(python);
  const named = process.env.ADSAM_PYTHON;
  if (named) tell(`ADSAM_PYTHON names ${named}, which is used instead of the environment that set-up makes`);
  const noKernels = await compileKernels(python);
  if (noKernels !== null) tell(`training on a CPU will be slower, by torch's kernels: ${noKernels}`);
  const engine = await prepareAddon({ python, check: true, onLine: tell });
  const slow = engine.ready ? undefined : `plain JavaScript, which is slow: ${engine.reason}`;
  if (json)
    process.stdout.write(
      `${JSON.stringify({ python, made, version, packages, kernels: noKernels ?? "compiled", engine })}\n`,
    );
  else {
    const torch = `${madeOrThere(made)}: ${python} (Python ${version}, torch ${packages.torch})`;
    const tfjs = slow ?? `${madeOrThere(engine.ready && engine.made)}: TensorFlow for the tfjs backend`;
    process.stdout.write(`${torch}\n${tfjs}\n`);
  }
}

const madeOrThere = (made: boolean): string => (made ? "made" : "already there");
