import { readFileSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { parseGolden, readGolden } from "../../../src/conformance/golden/read.ts";
import { temporaryFolder } from "../../temporary.ts";

const fixtures = resolve(import.meta.dirname, "../../fixtures/golden");
const suites = ["layers", "models", "adversarial"] as const;

type Json = Record<string, unknown>;

/** A file of one case, the first of its suite, changed as the test wants it. */
function changed(suite: (typeof suites)[number], change: (record: Json, file: Json) => void): string {
  const file: Json & { cases: Json[] } = JSON.parse(readFileSync(join(fixtures, `${suite}.json`), "utf8"));
  const record = file.cases[0] ?? {};
  file.cases = [record];
  change(record, file);
  return JSON.stringify(file);
}

function refusal(text: string): unknown {
  try {
    parseGolden(text, "some.json");
  } catch (error) {
    return error;
  }
  throw new Error("the file was accepted");
}

function expectRefusal(text: string, message: RegExp): void {
  expect(refusal(text)).toMatchObject({ name: "AdsamError", code: "data", message: expect.stringMatching(message) });
}

test("the fixtures are read whole", async () => {
  const cases = await readGolden(fixtures);
  const counts = suites.map((suite) => cases.filter((one) => one.suite === suite).length);
  expect(counts).toEqual([11, 5, 7]);
});

describe("a file is refused, by name, case and field", () => {
  test("broken JSON", () => {
    expectRefusal(changed("layers", () => {}).slice(0, -20), /^some\.json: expected JSON, /);
  });

  test("another format", () => {
    expectRefusal(
      changed("models", (_, file) => Object.assign(file, { format: 2 })),
      /^some\.json: format: .*expected 1/,
    );
  });

  test("an unknown suite", () => {
    expectRefusal(
      changed("models", (_, file) => Object.assign(file, { suite: "losses" })),
      /^some\.json: suite: /,
    );
  });

  test("no cases, and no golden file at all", () => {
    expectRefusal(
      changed("models", (_, file) => Object.assign(file, { cases: [] })),
      /^some\.json: cases: /,
    );
    expectRefusal("[1, 2]", /^some\.json: expected object, got \[1,2\]/);
  });

  test.each(suites.flatMap((suite) => ["id", "sigma_fill", "sigma_0"].map((field) => [suite, field] as const)))(
    "%s without %s",
    (suite, field) => {
      const text = changed(suite, (record) => delete record[field]);
      expectRefusal(text, new RegExp(`^some\\.json, ${field === "id" ? "cases\\.0" : "case .+"}: ${field}: `));
    },
  );

  test.each(suites)("a field of %s that format 1 does not have", (suite) => {
    expectRefusal(
      changed(suite, (record) => Object.assign(record, { dtype: "float64" })),
      /: unknown field dtype: expected id, /,
    );
  });

  test.each([
    ["layers", "out.3", (record: Json) => Object.assign(record.out as object, { 3: "1.5" })],
    ["layers", "kind", (record: Json) => Object.assign(record, { kind: "conv3d" })],
    ["layers", "train", (record: Json) => Object.assign(record, { train: 1 })],
    ["models", "model", (record: Json) => Object.assign(record, { model: "resnet18" })],
    ["models", "sigma_fill", (record: Json) => Object.assign(record, { sigma_fill: null })],
    ["models", "grads.bn1.mu_bias", (record: Json) => Object.assign(record.grads as object, { "bn1.mu_bias": [1, 2] })],
    ["adversarial", "optimizer", (record: Json) => Object.assign(record, { optimizer: "lion" })],
    ["adversarial", "ratio", (record: Json) => Object.assign(record, { ratio: 1.5 })],
    ["adversarial", "steps.0.forwards.0.eps", (record: Json) => (record.eps_order as string[]).pop()],
    ["adversarial", "eps_order", (record: Json) => Object.assign(record, { eps_order: null })],
  ] as const)("%s with a wrong %s", (suite, field, change) => {
    const path = field.replaceAll(".", "\\.");
    expectRefusal(changed(suite, change), new RegExp(`^some\\.json, case [^ ]+: ${path}(\\.\\d)?: expected `));
  });
});

describe("a layer's arguments are torch's own", () => {
  const layer = (fields: Json) => changed("layers", (record) => Object.assign(record, fields));

  test.each([
    ["everything by position", { kind: "conv2d", args: [4, 6, [3, 1], [2, 1], "valid", 2, 2, false], kwargs: {} }],
    [
      "everything by name",
      { kind: "conv2d", args: [], kwargs: { in_channels: 4, out_channels: 6, kernel_size: 3, padding: "same" } },
    ],
    ["a linear layer", { kind: "linear", args: [7], kwargs: { out_features: 5, bias: false } }],
    [
      "a cumulative average",
      { kind: "batchnorm2d", args: [4, 1e-3], kwargs: { momentum: null, affine: false, track_running_stats: false } },
    ],
  ])("%s", (_, fields) => {
    expect(parseGolden(layer(fields), "some.json")).toHaveLength(1);
  });

  test.each([
    [
      "a misspelt name",
      { args: [3, 4, 3], kwargs: { strides: 2 } },
      /: kwargs: unknown field strides: did you mean stride\?$/,
    ],
    [
      "a name from elsewhere",
      { args: [3, 4, 3], kwargs: { toString: 2 } },
      /: kwargs: unknown field toString: expected in_channels, /,
    ],
    [
      "one too many",
      { kind: "linear", args: [7, 5, true, 1], kwargs: {} },
      /: args: expected up to 3 arguments of linear: in_features, out_features, bias, got 4$/,
    ],
    [
      "one given twice",
      { args: [3, 4, 3], kwargs: { kernel_size: 3 } },
      /: kwargs\.kernel_size: expected kernel_size once, /,
    ],
    ["one missing", { args: [3, 4], kwargs: {} }, /: kwargs\.kernel_size: expected number or tuple, got nothing$/],
    ["one mistyped", { args: [3, "4", 3], kwargs: {} }, /: args\.1: expected number, got "4"$/],
    [
      "one out of range",
      { kind: "batchnorm2d", args: [4], kwargs: { momentum: 2 } },
      /: kwargs\.momentum: expected a number up to 1, got 2$/,
    ],
  ])("%s is refused", (_, fields, message) => {
    expectRefusal(layer(fields), message);
  });
});

describe("a folder", () => {
  test("that is missing, or is a file", async () => {
    await expect(readGolden(join(fixtures, "nowhere"))).rejects.toMatchObject({ code: "file" });
    await expect(readGolden(join(fixtures, "layers.json"))).rejects.toMatchObject({ code: "file" });
  });

  test("without golden files", async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, "notes.txt"), "");
    await expect(readGolden(folder)).rejects.toMatchObject({ code: "file", message: expect.stringContaining(folder) });
  });

  test("may hold any number of them, under any name", async () => {
    const folder = await temporaryFolder();
    await writeFile(
      join(folder, "b.json"),
      changed("models", () => {}),
    );
    await writeFile(
      join(folder, "a.json"),
      changed("layers", () => {}),
    );
    expect((await readGolden(folder)).map(({ suite }) => suite)).toEqual(["layers", "models"]);
    await mkdir(join(folder, "c.json"));
    await expect(readGolden(folder)).rejects.toMatchObject({ code: "file" });
  });
});
