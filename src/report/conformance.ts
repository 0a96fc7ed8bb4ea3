import { basename } from "node:path";
import * as z from "zod";
import { jsonIn } from "../files.ts";
import { validate } from "../validation.ts";
import { nothing, paragraph, tableHtml } from "./markup.ts";
import type { JudgedRun } from "./measures.ts";

const versions = z.record(z.string(), z.string());
const side = z.object({ backend: z.string(), device: z.string(), versions });

/** Of what `adsam conform --json` answers, what the page shows. */
const answer = z.object({
  passed: z.int().min(0),
  failed: z.int().min(0),
  cases: z.array(
    z.object({ suite: z.string(), backend: z.string(), status: z.enum(["passed", "failed", "unsupported"]) }),
  ),
  measured: z.object({ version: z.string(), date: z.string(), sides: z.array(side) }).optional(),
});

/** How the package's numbers were found to agree. */
export type Conformance = z.output<typeof answer> & { readonly file: string };

/** @throws AdsamError `file` where it cannot be read, or is no answer of `adsam conform --json`. */
export async function readConformance(path: string): Promise<Conformance> {
  const read = validate(answer, await jsonIn(path), path, "file");
  return { ...read, file: basename(path) };
}

/** The verdicts by suite, of which versions, and whether these are the runs'. */
export function conformanceParts({ cases, measured, file, passed, failed }: Conformance, runs: readonly JudgedRun[]) {
  const keys = [...new Set(cases.map(({ suite, backend }) => JSON.stringify([suite, backend])))];
  const rows = keys.map((key) => {
    const own = cases.filter(({ suite, backend }) => JSON.stringify([suite, backend]) === key);
    const count = (status: string) => `${own.filter((one) => one.status === status).length}`;
    return [own[0]?.suite ?? "", own[0]?.backend ?? "", count("passed"), count("failed"), count("unsupported")];
  });
  return [
    paragraph(`adsam conform found ${passed} cases to agree and ${failed} to differ (${file}).`),
    tableHtml("conformance", ["suite", "backend", "passed", "failed", "unsupported"], rows),
    ...(measured === undefined
      ? [paragraph("The file does not say of which versions: make it anew with this version of adsam.")]
      : [paragraph(saidOf(measured)), ...departures(measured, runs).map(paragraph)]),
  ];
}

type Measured = NonNullable<Conformance["measured"]>;

function saidOf({ version, date, sides }: Measured): string {
  const each = sides.map((one) => `${one.backend} on ${one.device} (${textOf(one.versions)})`);
  return `Measured on ${date.slice(0, 10)} with adsam ${version}: ${each.join(", and ")}.`;
}

/** Runs of versions that the verdicts say nothing of. */
function departures({ version, sides }: Measured, runs: readonly JudgedRun[]): string[] {
  return runs.flatMap(({ name, folder: { record } }) => {
    const { backend, versions: own } = record.backend;
    const known = sides.find((one) => one.backend === backend);
    if (known === undefined) return [`${name} was made on ${backend}, of which it says nothing.`];
    const made = `adsam ${record.version}, ${textOf(own)}`;
    const judged = `adsam ${version}, ${textOf(known.versions)}`;
    return made === judged ? [] : [`${name} was made with other versions: ${made}.`];
  });
}

function textOf(parts: Readonly<Record<string, string>>): string {
  const all = Object.entries(parts).map(([part, its]) => `${part} ${its}`);
  return all.join(", ") || nothing;
}
