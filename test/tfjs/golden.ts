import { answer } from "../../src/conformance/golden/answer.ts";
import type { Expectation, GoldenCase } from "../../src/conformance/golden/case.ts";
import { readGolden } from "../../src/conformance/golden/read.ts";
import { core } from "./core.ts";

const cases = await readGolden(`${import.meta.dirname}/../fixtures/golden`);

export function goldenCases(suite: string): GoldenCase[] {
  return cases.filter((record) => record.suite === suite);
}

/**
 * Largest error of an answer against the largest of its tensor's numbers (of a digest: the norm), and what was not the
 * same though it must be.
 */
export async function goldenErrors(record: GoldenCase): Promise<{ errors: [string, number][]; different: string[] }> {
  const answers = await answer(record, core as never);
  const different: string[] = [];
  const errors = record.expectations.flatMap((expectation): [string, number][] => {
    const found = Array.from(answers.get(expectation.tensor) ?? []);
    if (expectation.kind !== "exact") return [[expectation.tensor, relative(expectation, found)]];
    const wrong = expectation.values.some((value, i) => value !== null && value !== found[i]);
    if (wrong || found.length !== expectation.values.length) different.push(expectation.tensor);
    return [];
  });
  return { errors, different };
}

function relative({ kind, values }: Expectation, found: readonly unknown[]): number {
  if (found.length !== values.length) return Number.POSITIVE_INFINITY;
  const numbers = values.filter((value) => typeof value === "number");
  const digested = kind === "digest" || kind === "gradient";
  const size = digested ? Number(values[1]) : numbers.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const worst = values.reduce<number>((most, value, i) => {
    return value === null ? most : Math.max(most, Math.abs(Number(found[i]) - Number(value)));
  }, 0);
  return worst === 0 ? 0 : worst / size;
}
