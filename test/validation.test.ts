import { expect, test } from "vitest";
import * as z from "zod";
import { modelSpec } from "../src/schema/models.ts";
import { fitOptions } from "../src/schema/options.ts";
import { validate } from "../src/validation.ts";

test("fills in the defaults", () => {
  expect(validate(fitOptions, { epochs: 3 }, "fit")).toMatchObject({ epochs: 3, batch: 100, ratio: 0.8, beta: null });
});

test.each<[string, unknown, string]>([
  ["too much", { ratio: 1.5 }, "fit: ratio: expected a number up to 1, got 1.5"],
  ["too little", { batch: 0 }, "fit: batch: expected a number from 1, got 0"],
  ["another choice", { optimizer: "lion" }, 'fit: optimizer: expected "adam" or "sgd", got "lion"'],
  ["another type", { epochs: "3" }, 'fit: epochs: expected number, got "3"'],
  [
    "a misspelt field",
    { epoch: 1, metricForwrad: true },
    "fit: unknown field epoch: did you mean epochs?; unknown field metricForwrad: did you mean metricForward?",
  ],
  ["NaN", { stepSize: Number.NaN }, "fit: stepSize: expected number, got NaN"],
  [
    "several",
    { ratio: -1, steps: -1 },
    "fit: ratio: expected a number from 0, got -1; steps: expected a number from 0, got -1",
  ],
])("says what was expected and what came: %s", (_, given, message) => {
  expect(() => validate(fitOptions, given, "fit")).toThrow(expect.objectContaining({ code: "usage", message }));
});

const circle: Record<string, unknown> = {};
circle.itself = circle;
test.each<[string, unknown, string]>([
  ["a circle", circle, "[object Object]"],
  ["a bigint within", { n: 1n }, "[object Object]"],
  ["a symbol", Symbol("s"), "Symbol(s)"],
])("says that %s came, which JSON cannot", (_, epochs, text) => {
  const message = `fit: epochs: expected number, got ${text}`;
  expect(() => validate(fitOptions, { epochs }, "fit")).toThrow(expect.objectContaining({ code: "usage", message }));
});

test("names the variants of a union", () => {
  expect(() => validate(modelSpec, { kind: "resnet18" }, "model")).toThrow(
    /^model: kind: expected "resnet20" or .* or "batchnorm2d", got "resnet18"$/,
  );
  expect(() => validate(modelSpec, {}, "model")).toThrow(/got nothing$/);
});

test("names the fields of the object that an unknown one is in, wherever that is", () => {
  const shape = z.strictObject({ points: z.array(z.union([z.strictObject({ x: z.number(), y: z.number() })])) });
  expect(() => validate(shape, { points: [{ x: 1, y: 2, colour: 3 }] }, "drawing")).toThrow(
    /^drawing: points\.0: unknown field colour: expected x, y$/,
  );
});

test("a field called __proto__, which a record would drop without a word, is named wherever it is", () => {
  const given = JSON.parse('{ "anything": [{ "__proto__": 1 }] }');
  const record = z.record(z.string(), z.unknown());
  expect(() => validate(record, given, "here")).toThrow("here: anything.0.__proto__: nothing can be called __proto__");
  expect(validate(record, { itself: circle }, "here")).toEqual({ itself: circle });
});
