import type { Command } from "commander";

interface SetupOptions {
  readonly python?: string;
  readonly json?: true;
}

/** Registers `adsam setup`, which makes the Python environment. */
export function addSetup(program: Command): void {
  program
    .command("setup")
    .description("make the Python environment: PyTorch and what else is needed, pinned")
    .option("--python <program>", "the Python to make it from (default: ADSAM_BASE_PYTHON, else one of those in PATH)")
    .option("--json", "print one JSON document")
    .action(setup);
}

async function setup({ python: basePython, json }: SetupOptions): Promise<void> {
  const { inspectPython, makeEnvironment } = await import("../torch/environment.ts");
  const tell = (line: string) => process.stderr.write(`${line}\n`);
  const { python, made } = await makeEnvironment({ basePython, check: true, onLine: tell });
  const { version, packages } = await inspectPython(python);
  const named = process.env.ADSAM_PYTHON;
  if (named) tell(`ADSAM_PYTHON names ${named}, which is used instead of the environment that set-up makes`);
  if (json) process.stdout.write(`${JSON.stringify({ python, made, version, packages })}\n`);
  else
    process.stdout.write(
      `${made ? "made" : "already there"}: ${python} (Python ${version}, torch ${packages.torch})\n`,
    );
}
