import type { Command } from "commander";
import * as z from "zod";
import { type BenchSuiteName, bench, headLine, suiteNames, suites, suiteText, tailText } from "../bench/index.ts";
import { backendGroup, jsonGroup } from "./groups.ts";
import { interruptSignal } from "./interrupt.ts";
import { addOptions } from "./options.ts";

const measureGroup = {
  heading: "What to measure:",
  shape: {
    only: z
      .array(z.enum(suiteNames as [BenchSuiteName, ...BenchSuiteName[]]))
      .optional()
      .describe("these suites alone, separated by commas; null: all of them")
      .meta({ placeholder: "suites" }),
    reference: z
      .string()
      .optional()
      .describe("checkout of the published code, to be measured beside")
      .meta({ placeholder: "folder" }),
    quick: z.boolean().optional().describe("few repetitions: to see that it works"),
    list: z.boolean().optional().describe("only say which suites there are"),
  },
};
const { device, python } = backendGroup.shape;
const deviceGroup = { heading: "Backend:", shape: { device, python } };
const outputGroup = jsonGroup("one JSON document on stdout");
const groups = [measureGroup, deviceGroup, outputGroup] as const;
const benchArguments = z.object({ ...measureGroup.shape, ...deviceGroup.shape, ...outputGroup.shape });
type BenchArguments = z.output<typeof benchArguments>;

/** `adsam bench`: how long the work takes here, as ratios of one run. Exits with 1 when a suite fails. */
export function benchCommand(command: Command): void {
  addOptions(command, groups);
  command.action(async () => {
    const values = benchArguments.parse(command.opts());
    if (values.list) list(values);
    else await run(values);
  });
}

function list({ json }: BenchArguments): void {
  const rows = suiteNames.map((name) => ({ name, about: suites[name].about }));
  const text = json ? JSON.stringify(rows) : rows.map(({ name, about }) => `${name.padEnd(12)}${about}`).join("\n");
  process.stdout.write(`${text}\n`);
}

async function run({ json, list: _, ...options }: BenchArguments): Promise<void> {
  const say = (text: string) => process.stdout.write(`${text}\n`);
  const report = await bench({
    ...options,
    signal: interruptSignal(),
    onStart: (machine) => json || say(headLine(machine)),
    onSuite: (name) => process.stderr.write(`measuring ${name} …\n`),
    onMeasured: (suite) => json || say(`\n${suiteText(suite)}`),
  });
  say(json ? JSON.stringify(report, undefined, 2) : `\n${tailText(report)}`);
  if (report.suites.some(({ failure }) => failure !== null)) process.exitCode = 1;
}
