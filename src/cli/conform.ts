import { type Command, Option } from "commander";
import type { BackendName } from "../backend.ts";

interface ConformOptions {
  readonly backend: BackendName;
  readonly golden: string;
  readonly device: string;
  readonly python?: string;
  readonly json?: true;
}

/** Registers `adsam conform`, which replays golden vectors and exits with 1 when a case fails. */
export function addConform(program: Command): void {
  program
    .command("conform")
    .description("replay golden vectors in float64 and compare number by number; exits with 1 when a case fails")
    .addOption(new Option("--backend <name>", "what computes").choices(["torch"]).default("torch"))
    .requiredOption("--golden <folder>", "folder of golden files (*.json)")
    .option("--device <device>", "auto, cpu, cuda, or cuda:1; the records were made on cpu", "cpu")
    .option("--python <program>", "Python to use (default: ADSAM_PYTHON, else the one that set-up made)")
    .option("--json", "print one JSON document")
    .action(conform);
}

async function conform({ golden, json, ...where }: ConformOptions): Promise<void> {
  const [{ open }, { caseLine, replayGolden, reportTable }, { interruptSignal }, { jsonText }] = await Promise.all([
    import("../backend.ts"),
    import("../conformance/index.ts"),
    import("./interrupt.ts"),
    import("../json.ts"),
  ]);
  const signal = interruptSignal();
  await using backend = await open(where);
  const report = await replayGolden(backend, golden, {
    signal,
    onCase: (one, done, total) => {
      if (!json) process.stderr.write(`${done}/${total}  ${caseLine(one)}\n`);
    },
  });
  process.stdout.write(`${json ? jsonText(report) : reportTable(report)}\n`);
  if (report.failed > 0) process.exitCode = 1;
}
