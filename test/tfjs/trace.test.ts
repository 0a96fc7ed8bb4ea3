import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import * as z from "zod";
import type { Backend, Model } from "../../src/backend.ts";
import { batchImages, batchLabels, formulaTensors } from "../../src/conformance/formulas.ts";
import { type TraceRecord, traceRecord } from "../../src/conformance/golden/format.ts";
import { open } from "../../src/open.ts";
import { stepOptions } from "../../src/schema/options.ts";
import { small } from "./models.ts";

const golden = new URL("../fixtures/golden/adversarial.json", import.meta.url);
const { cases } = z.object({ cases: z.array(traceRecord) }).parse(JSON.parse(await readFile(golden, "utf8")));

/** A VGG takes 20 times as long to fill; its case is one of `adsam conform`. */
const resnets = cases.filter(({ model }) => model.startsWith("resnet"));

let backend: Backend;
beforeAll(async () => {
  backend = await open({ backend: "tfjs" });
});
afterAll(() => backend.close());

async function filled({ model: kind, classes, bayesian, sigma_0, sigma_fill }: TraceRecord): Promise<Model> {
  const prior = sigma_0 === null ? {} : { priorSigma: sigma_0 };
  const model = await backend.model({ kind, classes, bayesian, ...prior });
  await model.write(Object.fromEntries(formulaTensors(model.tensors, sigma_fill ?? 0)));
  return model;
}

/** One step of the case, with or without the inner steps. */
async function firstStep(record: TraceRecord, steps: number) {
  const model = await filled(record);
  const [step] = await model.trace(
    [{ images: batchImages(0, record.batch, record.image), labels: batchLabels(0, record.batch, record.classes) }],
    {
      step: stepOptions.parse({
        steps,
        optimizer: record.optimizer,
        learningRate: record.lr,
        ratio: record.ratio,
        samplings: record.samplings,
        epsilonGradients: record.gradient_mode,
      }),
      trainingSize: record.N,
      noise: { kind: "wave", next: 0 },
    },
  );
  await model.dispose();
  if (step === undefined) throw new Error("no step was recorded");
  return step;
}

/**
 * 20 layers, each a sum of up to 576 products that err by sqrt(576) roundings of 2^-24: 3e-5 of the value.
 * Measured: up to 6e-7.
 */
const bound = 3e-5;

const relative = (found: number, expected: number) => Math.abs(found - expected) / Math.abs(expected);

// Without the inner steps nothing amplifies rounding: the forwards of the loss and the metric are those of the record.
test.each(resnets.map((record) => [record.id, record] as const))("%s", async (_, record) => {
  const { draws, forwards } = await firstStep(record, 0);
  const inner = record.bayesian && record.ratio > 0 ? 5 : 0;
  const [first, ...expected] = (record.steps[0]?.forwards ?? []).filter((_, i) => i === 0 || i > inner);
  expect(draws).toEqual(record.steps[0]?.draws);
  const [start, ...others] = forwards;
  expect(start?.fixedNoise).toBe(first?.fixed_noise);
  expect(relative(start?.loss ?? Number.NaN, first?.loss ?? Number.NaN)).toBeLessThan(bound);
  for (const [i, name] of record.eps_order.entries()) {
    const [found, wanted] = [start?.eps?.[name], first?.eps?.[i]];
    if (!wanted || !start?.eps) continue;
    for (const [j, value] of wanted.entries()) expect(found?.[j], name).toBeCloseTo(value ?? Number.NaN, 6);
  }
  expect(others.length).toBe(expected.length);
  for (const [i, forward] of others.entries()) {
    expect(forward.fixedNoise).toBe(expected[i]?.fixed_noise);
    expect(relative(forward.loss, expected[i]?.loss ?? Number.NaN)).toBeLessThan(bound);
    if (forward.kl !== null) expect(relative(forward.kl, expected[i]?.kl ?? Number.NaN)).toBeLessThan(bound);
  }
});

test("every forward of a step is recorded, and the model after it", async () => {
  const [record] = cases;
  if (record === undefined) throw new Error("no case");
  const step = await firstStep(record, 5);
  expect(step.forwards.map(({ fixedNoise }) => fixedNoise)).toEqual(
    record.steps[0]?.forwards.map(({ fixed_noise }) => fixed_noise),
  );
  expect(Object.keys(step.running)).toEqual(Object.keys(record.steps[0]?.running ?? {}));
  expect(Object.keys(step.parameters).sort()).toEqual(Object.keys(record.steps[0]?.params ?? {}).sort());
});

test("a trace of a layer, with a negative size or of labels that do not fit is refused", async () => {
  const layer = await backend.model({ kind: "linear", inFeatures: 2, outFeatures: 2 });
  const model = await backend.model({ ...small, bayesian: false });
  const batch = { images: batchImages(0, 2, 8), labels: batchLabels(0, 2, 10) };
  const options = { step: stepOptions.parse({}), trainingSize: 9, noise: { kind: "wave", next: 0 } } as const;
  await expect(layer.trace([batch], options)).rejects.toMatchObject({ code: "usage" });
  await expect(model.trace([batch], { ...options, trainingSize: -1 })).rejects.toMatchObject({ code: "usage" });
  const wrong = { ...batch, labels: batchLabels(0, 3, 10) };
  await expect(model.trace([wrong], options)).rejects.toMatchObject({ code: "data" });
});
