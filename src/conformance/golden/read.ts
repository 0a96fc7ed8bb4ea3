import { readdir, readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import * as z from "zod";
import { AdsamError } from "../../errors.ts";
import { validate } from "../../validation.ts";
import type { GoldenCase } from "./case.ts";
import { layerRecord, networkRecord, traceRecord } from "./format.ts";
import { layerCase } from "./layer-case.ts";
import { networkCase } from "./network-case.ts";
import { traceCase } from "./trace-case.ts";

const suggestion =
  "take the file anew from where it came, or a version of this package that reads it: this one reads golden files of format 1";

type CaseReader = (raw: unknown, where: string) => GoldenCase;

/** How the cases of each suite are read. */
const readers = {
  layers: reader(layerRecord, layerCase),
  models: reader(networkRecord, networkCase),
  adversarial: reader(traceRecord, traceCase),
} as const satisfies Record<string, CaseReader>;

/**
 * The name of a golden file, without its ending.
 * @useDeclaredType
 */
export type GoldenSuite = keyof typeof readers;
export const goldenSuites = Object.keys(readers) as [GoldenSuite, ...GoldenSuite[]];

function reader<Schema extends z.ZodType>(
  schema: Schema,
  toCase: (record: z.output<Schema>) => GoldenCase,
): CaseReader {
  return (raw, where) => toCase(validate(schema, raw, where, "data", suggestion));
}

/**
 * The case that a record of a suite describes.
 * @param where what errors call it.
 * @throws AdsamError `data` that names each wrong field.
 */
export function readCase(suite: GoldenSuite, raw: unknown, where: string): GoldenCase {
  return readers[suite](raw, where);
}

const goldenFile = z.strictObject({
  format: z.literal(1),
  suite: z.enum(goldenSuites),
  cases: z.array(z.unknown()).min(1),
});

function caseName(raw: unknown, index: number): string {
  const named = z.object({ id: z.string() }).safeParse(raw);
  return named.success ? `case ${named.data.id}` : `cases.${index}`;
}

/**
 * The cases in the text of one golden file.
 * @param name what errors call the file.
 * @throws AdsamError `data` for anything that is not format 1 of a known suite, naming the case and the field.
 */
export function parseGolden(text: string, name: string): GoldenCase[] {
  const { suite, cases } = validate(goldenFile, parseJson(text, name), name, "data", suggestion);
  return cases.map((record, index) => readCase(suite, record, `${name}, ${caseName(record, index)}`));
}

function parseJson(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new AdsamError("data", `${name}: expected JSON, ${cause instanceof Error ? cause.message : cause}`, {
      suggestion: "the file is damaged or cut short: take it anew from where it came",
      cause,
    });
  }
}

function unreadable(path: string, expected: string, cause: unknown): AdsamError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new AdsamError("file", `expected ${expected} at ${path}: ${reason}`, {
    suggestion: "name the folder that holds the golden files (*.json)",
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
