import { type Command, Option } from "commander";
import { backendNames } from "../schema/backends.ts";
import type { Asked, ConformTask } from "./conform-task.ts";

interface ConformOptions extends Asked {
  readonly bisect?: string;
  readonly device: string;
  readonly python?: string;
  readonly json?: true;
  readonly junit?: string;
  readonly html?: string;
}

/** Registers `adsam conform`, which compares implementations number by number and exits with 1 when a case fails. */
export function addConform(program: Command): void {
  program
    .command("conform")
    .description(
      "compare a backend with another, or with golden vectors, number by number; exits with 1 when a case fails",
    )
    .addOption(new Option("--backend <name>", "what computes").choices(backendNames).default("torch"))
    .addOption(
      new Option("--against <name>", "compare with this backend, tolerances derived from its float64").choices(
        backendNames,
      ),
    )
    .option("--golden <folder>", "replay the golden files (*.json) of this folder")
    .option("--record <folder>", "write golden files into this folder, from a backend with float64")
    .option("--twins <file>", "compare the twins that this module exports, instead of the package's own")
    .option(
      "--suite <names...>",
      "compare these suites only: layers, models, losses, steps, adversarial, prediction, training",
    )
    .option("--bisect <network>", "say where this network parts first from --against (torch), such as resnet20")
    .option("--device <device>", "auto, cpu, cuda, or cuda:1; the records were made on cpu", "cpu")
    .option("--python <program>", "Python to use (default: ADSAM_PYTHON, else the one that set-up made)")
    .option("--json", "print one JSON document")
    .option("--junit <file>", "write the report as JUnit XML too")
    .option("--html <file>", "write the report as one self-contained page too")
    .action(conform);
}

async function conform({ bisect, ...options }: ConformOptions): Promise<void> {
  if (bisect === undefined) await report(options);
  else await takeApart(bisect, options);
}

async function takeApart(
  network: string,
  { backend, against = "torch", device, python, json }: ConformOptions,
): Promise<void> {
  const [{ bisectNetwork }, { formatBisection }, { interruptSignal }, { jsonText }] = await Promise.all([
    import("./conform-bisect.ts"),
    import("../conformance/index.ts"),
    import("./interrupt.ts"),
    import("../json.ts"),
  ]);
  const where = { device, ...(python === undefined ? {} : { python }), signal: interruptSignal() };
  const found = await bisectNetwork(network, backend, against, where);
  process.stdout.write(`${json ? jsonText(found) : formatBisection(found)}\n`);
  if (found.departure !== null) process.exitCode = 1;
}

async function report({ json, junit, html, device, python, ...task }: ConformOptions): Promise<void> {
  const [{ taskOf, runTask }, { caseLine, htmlPage, junitXml, reportTable }, { interruptSignal }, { jsonText }] =
    await Promise.all([
      import("./conform-task.ts"),
      import("../conformance/index.ts"),
      import("./interrupt.ts"),
      import("../json.ts"),
    ]);
  const chosen: ConformTask = taskOf(task);
  const where = { device, ...(python === undefined ? {} : { python }) };
  const result = await runTask(chosen, where, {
    signal: interruptSignal(),
    onCase: (one, done, total) => {
      if (!json) process.stderr.write(`${done}/${total}  ${caseLine(one)}\n`);
    },
  });
  const { writeFileAtomically } = await import("../files.ts");
  if (junit !== undefined) await writeFileAtomically(junit, [junitXml(result)]);
  if (html !== undefined) await writeFileAtomically(html, [htmlPage(result)]);
  process.stdout.write(`${json ? jsonText(result) : reportTable(result)}\n`);
  if (result.failed > 0) process.exitCode = 1;
}
