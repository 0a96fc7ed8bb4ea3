import { access, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Backend } from "../../src/backend.ts";
import type { Dataset } from "../../src/data/dataset.ts";
import { loadDataset } from "../../src/data/index.ts";
import { open } from "../../src/open.ts";
import type { FitEvent } from "../../src/schema/events.ts";
import { tensor } from "../../src/tensor.ts";

let backend: Backend;
let digits: Dataset;
let folder: string;

beforeAll(async () => {
  backend = await open({ device: "cpu" });
  digits = first(await loadDataset("digits"), 200);
  folder = await mkdtemp(join(tmpdir(), "adsam-test-"));
});

afterAll(async () => {
  await backend.close();
  await rm(folder, { recursive: true, force: true });
});

/** The data set with the first `count` training images only. */
function first(data: Dataset, count: number): Dataset {
  const { images, labels } = data.train;
  const [, channels = 0, height = 0, width = 0] = images.shape;
  const train = {
    images: tensor(images.data.subarray(0, count * channels * height * width), [count, channels, height, width]),
    labels: tensor(labels.data.subarray(0, count)),
  };
  return { ...data, train };
}

const small = { kind: "resnet20", initLogSigma: -3 } as const;

describe("tensors cross as they are", () => {
  const odd = [0, -0, 1.5, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];

  test.each([
    ["float32", new Float32Array(odd)],
    ["float64", new Float64Array([...odd.slice(0, 5), 1 / 3])],
  ] as const)("%s, with NaN, infinities and -0", async (dtype, data) => {
    const model = await backend.model({ kind: "linear", inFeatures: 6, outFeatures: 1, bias: false, dtype });
    await model.write({ mu_weight: tensor(data, [1, 6]) });
    expect(await model.read(["mu_weight"])).toEqual({ mu_weight: tensor(data, [1, 6]) });
  });

  test("int64 beyond 2^53", async () => {
    const model = await backend.model({ kind: "batchnorm2d", features: 2 });
    const tracked = tensor(new BigInt64Array([2n ** 62n + 1n]), []);
    await model.write({ num_batches_tracked: tracked });
    expect(await model.read(["num_batches_tracked"])).toEqual({ num_batches_tracked: tracked });
  });

  test("uint8, taken as it is where that is said", async () => {
    const model = await backend.model({ kind: "linear", inFeatures: 2, outFeatures: 1, bias: false, dtype: "float64" });
    await model.write({ mu_weight: tensor(new Float64Array([1, 2]), [1, 2]) });
    const { output } = await model.forward(tensor(new Uint8Array([255, 1]), [1, 2]), { normalization: null });
    expect(output).toEqual(tensor(new Float64Array([257]), [1, 1]));
  });

  test("megabytes, through a file that is gone afterwards", async () => {
    const model = await backend.model({ kind: "linear", inFeatures: 1000, outFeatures: 500, bias: false });
    const weights = tensor(
      Float32Array.from({ length: 500_000 }, (_, i) => Math.sin(i)),
      [500, 1000],
    );
    await model.write({ mu_weight: weights });
    expect((await model.read(["mu_weight"])).mu_weight).toEqual(weights);
  });
});

describe("a model", () => {
  test("knows its tensors", async () => {
    const model = await backend.model({ kind: "linear", inFeatures: 3, outFeatures: 2 });
    expect(model.spec).toMatchObject({ kind: "linear", priorSigma: 0.15, dtype: "float32" });
    expect(model.tensors.map(({ name, role, part }) => [name, role, part])).toEqual([
      ["mu_weight", "mean", "weight"],
      ["sigma_weight", "logSigma", "weight"],
      ["mu_bias", "mean", "bias"],
      ["sigma_bias", "logSigma", "bias"],
      ["eps_weight", "noise", "weight"],
      ["eps_bias", "noise", "bias"],
    ]);
  });

  test("gives logits or the features before them", async () => {
    const model = await backend.model(small);
    const images = tensor(new Float32Array(2 * 3 * 8 * 8).fill(0.5), [2, 3, 8, 8]);
    expect((await model.forward(images)).output.shape).toEqual([2, 10]);
    expect((await model.forward(images, { output: "features" })).output.shape).toEqual([2, 64]);
    const plain = await backend.model({ ...small, bayesian: false });
    expect((await plain.forward(images)).kl).toBeNull();
  });

  test("differentiates: sum(x W^T d) + kl against the hand's result", async () => {
    const model = await backend.model({ kind: "linear", inFeatures: 2, outFeatures: 1, bias: false, dtype: "float64" });
    await model.write({
      mu_weight: tensor(new Float64Array([3, -1]), [1, 2]),
      sigma_weight: tensor(new Float64Array([0, 0]), [1, 2]),
      eps_weight: tensor(new Float64Array([2, 0.5]), [1, 2]),
    });
    const input = tensor(new Float64Array([1, 2]), [1, 2]);
    const direction = tensor(new Float64Array([10]), [1, 1]);
    const result = await model.gradients(input, direction, { objective: "projection", weights: "stored" });
    const variance = 0.15 ** 2;
    expect(result.output.data).toEqual(new Float64Array([5 - 1]));
    expect(result.kl).toBeCloseTo(2 * (Math.log(0.15) + 1 / (2 * variance) - 0.5) + 10 / (2 * variance), 9);
    expect([...result.input.data].map(Number)).toEqual([50, -5]);
    const { mu_weight, sigma_weight, eps_weight } = result.parameters;
    expect([...(mu_weight?.data ?? [])][0]).toBeCloseTo(10 + 3 / variance, 9);
    expect([...(sigma_weight?.data ?? [])][0]).toBeCloseTo(20 - 1 + 1 / variance, 9);
    expect(eps_weight?.data).toEqual(new Float64Array([10, 20]));
  });

  test("predicts with the same numbers for the same seed", async () => {
    const model = await backend.model(small);
    const options = { samples: 3, noise: { kind: "gaussian", seed: 7 }, normalization: digits.normalization } as const;
    const one = await model.predict(digits.train.images, options);
    expect(one.logits.shape).toEqual([3, 200, 10]);
    expect(one.entropyMean.shape).toEqual([200]);
    expect(await model.predict(digits.train.images, options)).toEqual(one);
  });

  test.each(["safetensors", "pt"] as const)("is saved as %s and loaded", async (format) => {
    const model = await backend.model(small);
    const path = join(folder, `model.${format}`);
    await model.save(path, { format });
    const again = await backend.load(path, format === "pt" ? { spec: small } : {});
    expect(again.spec).toEqual(model.spec);
    expect(await again.read()).toEqual(await model.read());
  });
});

describe("training", () => {
  test("tells every step and epoch, and what came of it", async () => {
    const model = await backend.model(small);
    const events: FitEvent[] = [];
    const run = model.fit(digits, { epochs: 2, batch: 100 });
    for await (const event of run) events.push(event);
    expect(events.map(({ kind }) => kind)).toEqual(["step", "step", "epoch", "step", "step", "epoch"]);
    for (const event of events) {
      if (event.kind !== "step") continue;
      const { loss, crossEntropy, kl, adversarialLoss, adversarialRise } = event;
      expect(adversarialRise).toBeTypeOf("number");
      const elbo = (crossEntropy ?? Number.NaN) + (kl ?? Number.NaN) / 200 / 100;
      expect(loss).toBeCloseTo(0.2 * elbo + 0.8 * (adversarialLoss ?? Number.NaN), 3);
      expect(event.imagesPerSecond).toBeGreaterThan(0);
    }
    expect(await run).toMatchObject({ status: "finished", epochs: 2, steps: 4 });
  });

  test("is awaited without being watched", async () => {
    const model = await backend.model(small);
    expect(await model.fit(digits, { epochs: 1, validation: "none" })).toMatchObject({ status: "finished", epochs: 1 });
  });

  test("stops at a signal, its files written, and goes on from them", async () => {
    const files = { checkpoint: join(folder, "c.safetensors"), state: join(folder, "s.safetensors") };
    const model = await backend.model(small);
    const abort = new AbortController();
    const run = model.fit(digits, { epochs: 50, signal: abort.signal, ...files });
    for await (const event of run) if (event.kind === "step" && event.step === 3) abort.abort();
    const { status, steps } = await run;
    expect(status).toBe("cancelled");
    expect(steps).toBeLessThan(20);
    const resumed = await (await backend.load(files.checkpoint)).fit(digits, {
      epochs: 50,
      resume: files.state,
      signal: AbortSignal.timeout(1500),
    });
    expect(resumed.steps).toBeGreaterThan(steps);
  });

  test("that is left in mid-loop is cancelled", async () => {
    const model = await backend.model(small);
    const run = model.fit(digits, { epochs: 1000 });
    for await (const _ of run) break;
    expect(await run).toMatchObject({ status: "cancelled" });
  });

  test("that is cancelled as it begins ends after a step at the most", async () => {
    const model = await backend.model(small);
    const run = model.fit(digits, { epochs: 1000 });
    run.cancel();
    const { status, steps } = await run;
    expect(status).toBe("cancelled");
    expect(steps).toBeLessThanOrEqual(1);
  });
});

test("a question that is given up rejects at once, though training is still before it", async () => {
  const model = await backend.model(small);
  const run = model.fit(digits, { epochs: 1000 });
  await run[Symbol.asyncIterator]().next(); // it has begun
  const question = model.forward(digits.test.images, { signal: AbortSignal.timeout(200) });
  await expect(question).rejects.toMatchObject({ code: "cancelled" });
  run.cancel();
  expect(await run).toMatchObject({ status: "cancelled" });
});

describe("errors", () => {
  test("name the option, what was expected and what came", async () => {
    const model = await backend.model(small);
    await expect(model.fit(digits, { ratio: 2 })).rejects.toMatchObject({
      code: "usage",
      message: "fit: ratio: expected a number up to 1, got 2",
    });
    await expect(backend.model({ kind: "resnet21" } as never)).rejects.toMatchObject({
      code: "usage",
      message: expect.stringContaining("resnet20"),
    });
  });

  test("carry the Python exception's type and traceback", async () => {
    const model = await backend.model({ kind: "linear", inFeatures: 2, outFeatures: 3, dtype: "float64" });
    const wrong = model.gradients(tensor(new Float64Array(4), [2, 2]), tensor(new BigInt64Array([0n, 7n])));
    await expect(wrong).rejects.toMatchObject({
      python: { type: expect.stringContaining("Error"), traceback: expect.stringContaining("Traceback") },
    });
  });

  test("a disposed model says so", async () => {
    const model = await backend.model(small);
    await model.dispose();
    await expect(model.read()).rejects.toMatchObject({ code: "usage", message: expect.stringContaining("disposed") });
  });

  test.each([
    [
      "images of another shape",
      (d: Dataset) => ({ ...d, train: { ...d.train, images: tensor(new Uint8Array(128), [2, 1, 8, 8]) } }),
    ],
    [
      "a class that the model has not",
      (d: Dataset) => ({ ...d, train: { ...d.train, labels: tensor(new Uint8Array(200).fill(11)) } }),
    ],
  ])("%s are refused before anything is trained", async (_, spoil) => {
    const model = await backend.model(small);
    await expect(model.fit(spoil(digits), { epochs: 1 })).rejects.toMatchObject({ code: "data" });
  });

  test("NaN in the images names the image", async () => {
    const pixels = new Float32Array(2 * 3 * 8 * 8);
    pixels[300] = Number.NaN;
    const split = { images: tensor(pixels, [2, 3, 8, 8]), labels: tensor(new Uint8Array([0, 1])) };
    const model = await backend.model(small);
    const run = model.fit({ name: "odd", classes: 10, train: split, test: split, normalization: null }, { epochs: 1 });
    await expect(run).rejects.toMatchObject({ code: "data", message: expect.stringMatching(/image 1\b.*NaN/) });
  });

  test("a missing checkpoint is a missing file; text is no checkpoint", async () => {
    await expect(backend.load(join(folder, "none.safetensors"))).rejects.toMatchObject({ code: "file" });
    const readme = new URL("../../README.md", import.meta.url);
    await access(readme);
    expect((await readFile(readme, "utf8")).length).toBeGreaterThan(0);
    await expect(backend.load(readme.pathname)).rejects.toMatchObject({ code: "checkpoint" });
  });
});

test("a backend that was closed says so", async () => {
  const other = await open({ device: "cpu" });
  await other.close();
  await expect(other.model(small)).rejects.toMatchObject({ code: "closed" });
  await expect(open({ device: "gpu" })).rejects.toMatchObject({ code: "usage" });
});
