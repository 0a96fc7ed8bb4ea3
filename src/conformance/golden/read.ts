import { readdir, readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import * as z from "zod";
import { AdsamError } from "../../errors.ts";
import type { GoldenCase } from "./case.ts";
import { layerRecord, modelRecord, traceRecord } from "./format.ts";
import { layerCase } from "./layer-case.ts";
import { modelCase } from "./network-case.ts";
import { traceCase } from "./trace-case.ts";

type CaseReader = (raw: unknown, where: string) => GoldenCase;

const suites = {
  layers: reader(layerRecord, layerCase),
  models: reader(modelRecord, modelCase),
  adversarial: reader(traceRecord, traceCase),
} as const satisfies Record<string, CaseReader>;

const goldenFile = z.strictObject({
  format: z.literal(1),
  suite: z.literal(["layers", "models", "adversarial"] satisfies (keyof typeof suites)[]),
  cases: z.array(z.unknown()).min(1),
});

function reader<Output>(record: z.ZodType<Output>, toCase: (record: Output) => GoldenCase): CaseReader {
  return (raw, where) => toCase(parse(record, raw, where));
}

/** Names the place of the first issue, a field that should not be there included. */
function describeIssue(issue: z.core.$ZodIssue): string {
  const [surplus] = issue.code === "unrecognized_keys" ? issue.keys : [];
  const path = surplus === undefined ? issue.path : [...issue.path, surplus];
  const field = path.map((key) => (typeof key === "number" ? `[${key}]` : `.${String(key)}`)).join("");
  const message = surplus === undefined ? issue.message : "Unrecognized field";
  return `${field.replace(/^\./, "") || "the whole"}: ${message}`;
}

function parse<Output>(schema: z.ZodType<Output>, raw: unknown, where: string): Output {
  const result = schema.safeParse(raw);
  if (result.success) return result.data;
  const [first, ...others] = result.error.issues;
  const problem = first === undefined ? result.error.message : describeIssue(first);
  const more = others.length === 0 ? "" : ` (and ${others.length} more)`;
  throw new AdsamError("data", `${where}: ${problem}${more}`, {
    suggestion:
      "This version reads golden files of format 1; take the file anew from where it came, or a version that reads it.",
  });
}

function caseName(raw: unknown, index: number): string {
  const named = z.object({ id: z.string() }).safeParse(raw);
  return named.success ? `case ${named.data.id}` : `cases[${index}]`;
}

/**
 * The cases in the text of one golden file.
 * @param name what errors call the file.
 * @throws AdsamError `data` for anything that is not format 1 of a known suite, naming the case and the field.
 */
export function parseGolden(text: string, name: string): GoldenCase[] {
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch (cause) {
    throw new AdsamError("data", `${name}: expected JSON, ${cause instanceof Error ? cause.message : cause}`, {
      suggestion: "The file is damaged or cut short: take it anew from where it came.",
      cause,
    });
  }
  const { suite, cases } = parse(goldenFile, raw, name);
  return cases.map((record, index) => suites[suite](record, `${name}, ${caseName(record, index)}`));
}

function unreadable(path: string, expected: string, cause: unknown): AdsamError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new AdsamError("file", `expected ${expected} at ${path}: ${reason}`, {
    suggestion: "Name the folder that holds the golden files (*.json).",
    cause,
  });
}

/**
 * Every case in the *.json files of a folder, by file name and place.
 * @throws AdsamError `file` for a folder that is missing or holds no such file, `data` for content as in `parseGolden`.
 */
export async function readGolden(folder: string): Promise<GoldenCase[]> {
  const entries = await readdir(folder).catch((cause: unknown) => {
    throw unreadable(folder, "a folder of golden files", cause);
  });
  const paths = entries.filter((entry) => entry.endsWith(".json")).sort();
  if (paths.length === 0) throw unreadable(folder, "at least one *.json file", "the folder holds none");
  const cases: GoldenCase[] = [];
  for (const entry of paths) {
    const path = join(folder, entry);
    const text = await readFile(path, "utf8").catch((cause: unknown) => {
      throw unreadable(path, "a golden file", cause);
    });
    cases.push(...parseGolden(text, basename(path)));
  }
  return cases;
}
