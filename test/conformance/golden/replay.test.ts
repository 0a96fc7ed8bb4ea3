import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Backend } from "../../../src/backend.ts";
import { answer } from "../../../src/conformance/golden/answer.ts";
import type { Answers, Expectation, GoldenCase, Value } from "../../../src/conformance/golden/case.ts";
import { compare } from "../../../src/conformance/golden/double.ts";
import { readGolden } from "../../../src/conformance/golden/read.ts";
import { replayGolden } from "../../../src/conformance/golden/replay.ts";
import { AdsamError } from "../../../src/errors.ts";
import { open } from "../../../src/open.ts";
import { temporaryFolder } from "../../temporary.ts";

const fixtures = resolve(import.meta.dirname, "../../fixtures/golden");
const cases = await readGolden(fixtures);
const answers = new Map<GoldenCase, Answers>();
let backend: Backend;

beforeAll(async () => {
  backend = await open({ backend: "torch", device: "cpu" });
  for (const golden of cases) answers.set(golden, await answer(golden, backend));
}, 300_000);

afterAll(() => backend.close());

/** The messages of what fails when these answers are held against these expectations. */
function failures(golden: GoldenCase, expectations: readonly Expectation[]): string[] {
  return compare(expectations, answers.get(golden) ?? new Map()).flatMap(({ message }) => message ?? []);
}

describe.each(cases.map((golden) => [`${golden.suite}/${golden.id}`, golden] as const))("%s", (_, golden) => {
  test("is what PyTorch computes", () => {
    expect(failures(golden, golden.expectations)).toEqual([]);
  });

  test("fails when any of its values changes in the sixth digit", () => {
    const unnoticed = golden.expectations.flatMap((expectation) =>
      expectation.values.flatMap((value, i) => {
        const changed = { ...expectation, values: expectation.values.with(i, inSixthDigit(value, expectation)) };
        return value !== null && failures(golden, [changed]).length === 0 ? `${expectation.tensor}[${i}]` : [];
      }),
    );
    expect(unnoticed).toEqual(cancelled[golden.id] ?? []);
  });
});

/** The value with its sixth significant digit raised by one; counts, names and flags become others. */
function inSixthDigit(value: Value, { kind }: Expectation): Value {
  if (typeof value === "string") return `${value}x`;
  if (typeof value === "boolean") return !value;
  if (value === null) return value;
  if (kind === "exact") return value + 1;
  return value === 0 ? 1e-6 : value + 10 ** (Math.floor(Math.log10(Math.abs(value))) - 5);
}

/**
 * The sums in which a change of the sixth digit cannot be told from rounding, all of gradients of the last layer.
 * Softmax makes them zero: in a plain network all that is left is rounding, 5e-16 of the norm and less;
 * in a Bayesian one the gradient of the KL divergence, 4e-6 of the norm and less.
 */
const cancelled: Readonly<Record<string, readonly string[]>> = {
  "resnet20-bayesian-10-32": ["grads.linear.mu_weight[0]"],
  "resnet20-bayesian-10-8": ["grads.linear.mu_weight[0]"],
  "resnet20-deterministic-10-32": ["grads.linear.weight[0]", "grads.linear.bias[0]"],
  "vgg16-bayesian-10-32": ["grads.classifier.mu_weight[0]"],
  "vgg16-deterministic-10-32": ["grads.classifier.weight[0]", "grads.classifier.bias[0]"],
};

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

function countValues(json: Json): number {
  if (json === null) return 0;
  return typeof json === "object" ? Object.values(json).reduce<number>((sum, part) => sum + countValues(part), 0) : 1;
}

/** The fields of a record that say how to compute; all others say what comes out. */
const inputs = new Set(
  ["id", "sigma_fill", "sigma_0", "kind", "args", "kwargs", "train", "fix", "sample", "x_shape"].concat([
    "model",
    "bayesian",
    "classes",
    "image",
    "batch",
    "N",
    "ratio",
    "samplings",
    "lr",
    "optimizer",
    "gradient_mode",
  ]),
);

test("every value that a record gives is compared", () => {
  const records = ["adversarial", "layers", "models"].flatMap((suite) => {
    const file: { cases: { [key: string]: Json }[] } = JSON.parse(
      readFileSync(join(fixtures, `${suite}.json`), "utf8"),
    );
    return file.cases;
  });
  const given = records.map((record) =>
    countValues(Object.fromEntries(Object.entries(record).filter(([field]) => !inputs.has(field)))),
  );
  const compared = cases.map(({ expectations }) =>
    expectations
      .filter(({ tensor }) => !/\.forwards$/.test(tensor)) // how many forwards there are is not a value of the record
      .reduce((sum, { values }) => sum + values.filter((value) => value !== null).length, 0),
  );
  expect(compared).toEqual(given);
});

describe("a folder", () => {
  /** A folder with layers.json, where one case is changed. */
  async function folderWith(change: (record: { [key: string]: Json }) => void): Promise<string> {
    const file: { cases: [{ [key: string]: Json }] } = JSON.parse(readFileSync(join(fixtures, "layers.json"), "utf8"));
    change(file.cases[0]);
    const folder = await temporaryFolder();
    await writeFile(join(folder, "layers.json"), JSON.stringify(file));
    return folder;
  }

  test("is reported case by case", async () => {
    const folder = await folderWith((record) => Object.assign(record, { kl: 90.3367 }));
    const told: string[] = [];
    const report = await replayGolden(backend, folder, {
      onCase: ({ id }, done, total) => told.push(`${done}/${total} ${id}`),
    });
    expect(report).toMatchObject({ passed: 10, failed: 1 });
    expect(report.cases.map(({ id }, i) => `${i + 1}/11 ${id}`)).toEqual(told);
    expect(report.cases[0]).toMatchObject({
      id: "conv-basic",
      backend: "torch",
      status: "failed",
      worst: { tensor: "kl" },
    });
    expect(report.cases[0]?.message).toMatch(/^kl: expected 90\.3367, got 90\.336620924/);
  });

  test("with a case that PyTorch refuses has that case fail, and goes on", async () => {
    const report = await replayGolden(
      backend,
      await folderWith((record) => Object.assign(record, { x_shape: [2, 5, 5, 5] })),
    );
    expect(report).toMatchObject({ passed: 10, failed: 1 });
    expect(report.cases[0]).toMatchObject({ status: "failed", message: expect.stringContaining("[2, 5, 5, 5]") });
  });

  test("is left when the signal fires", async () => {
    const controller = new AbortController();
    const replay = replayGolden(backend, await folderWith(() => {}), {
      signal: controller.signal,
      onCase: () => controller.abort(),
    });
    await expect(replay).rejects.toSatisfy((error) => error instanceof AdsamError && error.code === "cancelled");
  });
});
