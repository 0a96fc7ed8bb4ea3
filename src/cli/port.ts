import type { Command } from "commander";
import * as z from "zod";
import { AdsamError } from "../errors.ts";
import { checkWritable, writeFileAtomically } from "../files.ts";
import { jsonText } from "../json.ts";
import { open } from "../open.ts";
import { keepLedger, ledgerBadge, ledgerPage, ledgerTable, readLedger } from "../port/ledger/index.ts";
import { backendGroup, jsonGroup } from "./groups.ts";
import { interruptSignal } from "./interrupt.ts";
import { addOptions } from "./options.ts";

const ledgerGroup = {
  heading: "The ledger:",
  shape: {
    check: z
      .boolean()
      .optional()
      .describe(
        "write no proofs: prove all, and exit with 1 for what no longer conforms and proofs that are out of date",
      ),
    again: z.boolean().optional().describe("prove what has a proof that is up to date too"),
    time: z.boolean().optional().describe("measure each twin against the same call of Python's"),
  },
  spellings: { check: { conflicts: ["again"] } },
};
const file = (about: string) => z.string().optional().describe(about).meta({ placeholder: "file" });
const shownGroup = {
  heading: "Shown besides:",
  shape: {
    badge: file("SVG file with how many functions have a twin that conforms"),
    page: file("HTML file with the table"),
  },
};
const pythonGroup = { heading: "Backend:", shape: { python: backendGroup.shape.python } };
const output = jsonGroup("one JSON document on stdout");
const portArguments = z.object({
  ...ledgerGroup.shape,
  ...shownGroup.shape,
  ...pythonGroup.shape,
  ...output.shape,
});

/** `adsam port`: keeps the ledger of a migration. Exits with 1 when something that conformed no longer does. */
export function portCommand(command: Command): void {
  addOptions(command, [ledgerGroup, shownGroup, pythonGroup, output]);
  command.action(async (path = "port.json") => {
    const { badge, page, python, json, ...work } = portArguments.parse(command.opts());
    if (badge !== undefined && badge === page) {
      throw new AdsamError("usage", `expected two files for --badge and --page, got ${badge} twice`);
    }
    await readLedger(path); // what is wrong with it is better known before Python starts
    await checkWritable(...[badge, page].filter((one) => one !== undefined));
    await using candidate = await open({ backend: "tfjs" });
    await using reference = await open({ backend: "torch", device: "cpu", python });
    const report = await keepLedger(candidate, reference, path, {
      ...work,
      signal: interruptSignal(),
      onEntry: ({ name, state }) => {
        if (!json) process.stderr.write(`${name}: ${state}\n`);
      },
    });
    if (badge !== undefined) await writeFileAtomically(badge, [ledgerBadge(report)]);
    if (page !== undefined) await writeFileAtomically(page, [ledgerPage(report)]);
    process.stdout.write(`${json ? jsonText(report) : ledgerTable(report)}\n`);
    if (report.problems > 0) process.exitCode = 1;
  });
}
