import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Backend } from "../../src/backend.ts";
import type { Dataset } from "../../src/data/dataset.ts";
import { open } from "../../src/open.ts";
import { tensor } from "../../src/tensor.ts";
import { firstDigits } from "./digits.ts";
import { small } from "./models.ts";

let backend: Backend;
let digits: Dataset;
let folder: string;

beforeAll(async () => {
  backend = await open({ backend: "tfjs" });
  digits = await firstDigits(16, 10);
  folder = await mkdtemp(join(tmpdir(), "adsam-test-"));
});

afterAll(async () => {
  await backend.close();
  await rm(folder, { recursive: true, force: true });
});

test("says what it is", async () => {
  const info = await backend.info();
  expect(info).toMatchObject({ backend: "tfjs", device: "cpu", dtypes: ["float32"] });
  expect(info.versions.tfjs).toMatch(/^\d+\.\d+\.\d+$/);
  expect(info.deviceName).toMatch(/TensorFlow|JavaScript/);
});

test("a model knows its tensors, which are read and written", async () => {
  const model = await backend.model({ kind: "linear", inFeatures: 2, outFeatures: 1, bias: false });
  expect(model.tensors.map(({ name, role, part }) => [name, role, part])).toEqual([
    ["mu_weight", "mean", "weight"],
    ["sigma_weight", "logSigma", "weight"],
    ["eps_weight", "noise", "weight"],
  ]);
  const weights = tensor(new Float32Array([3, -1]), [1, 2]);
  await model.write({ mu_weight: weights });
  expect(await model.read(["mu_weight"])).toEqual({ mu_weight: weights });
  const { output } = await model.forward(tensor(new Float32Array([1, 2]), [1, 2]));
  expect(output).toEqual(tensor(new Float32Array([1]), [1, 1]));
});

test.each(["tfjs", "torch"] as const)("a write is whole or not at all on %s", async (name) => {
  await using other = await open({ backend: name });
  const model = await other.model({ kind: "linear", inFeatures: 2, outFeatures: 1, bias: false });
  const before = await model.read();
  const good = tensor(new Float32Array(2), [1, 2]);
  await expect(
    model.write({ mu_weight: good, sigma_weight: tensor(new Float32Array(2), [2, 1]) }),
  ).rejects.toMatchObject({
    code: "usage",
    message: expect.stringMatching(/^sigma_weight: expected shape \[1, ?2\], got \[2, ?1\]$/),
  });
  await expect(
    model.write({ mu_weight: good, sigma_weight: tensor(new BigInt64Array(2), [1, 2]) }),
  ).rejects.toMatchObject({ code: "usage", message: "sigma_weight: expected real numbers, got int64" });
  await expect(model.write({ mu_weight: good, weight: good })).rejects.toMatchObject({
    code: "usage",
    message: expect.stringContaining("got weight"),
  });
  expect(await model.read()).toEqual(before);
});

test("a checkpoint of either side is loaded on the other, and says the same", async () => {
  await using torch = await open({ backend: "torch", device: "cpu" });
  const images = digits.train.images;
  const options = { weights: "mean", normalization: digits.normalization } as const;
  for (const [from, to] of [
    [backend, torch],
    [torch, backend],
  ] as const) {
    const path = join(folder, "model.safetensors");
    const model = await from.model(small);
    await model.save(path);
    const other = await to.load(path);
    expect(other.spec).toEqual(model.spec);
    expect(await other.read()).toEqual(await model.read());
    const [one, two] = await Promise.all([model.predict(images, options), other.predict(images, options)]);
    for (const [i, value] of one.logits.data.entries()) {
      expect(Math.abs(Number(value) - Number(two.logits.data[i]))).toBeLessThan(1e-3);
    }
  }
});

test("a run of either side goes on on the other, from where it stopped", async () => {
  await using torch = await open({ backend: "torch", device: "cpu" });
  const options = { batch: 8, steps: 1, validation: "none", noise: { kind: "wave" }, shuffle: false } as const;
  for (const [from, to] of [
    [backend, torch],
    [torch, backend],
  ] as const) {
    const files = { checkpoint: join(folder, "run.c"), state: join(folder, "run.s") };
    await (await from.model(small)).fit(digits, { ...options, epochs: 1, ...files });
    const [here, there] = await Promise.all([from, to].map((side) => side.load(files.checkpoint)));
    const ends = [here, there].map((model) => model?.fit(digits, { ...options, epochs: 2, resume: files.state }));
    const [own, other] = await Promise.all(ends);
    expect(other).toMatchObject({ status: "finished", epochs: 2, steps: 4 });
    const [expected = Number.NaN, found = Number.NaN] = [own?.train?.loss, other?.train?.loss];
    expect(Math.abs(found - expected) / expected).toBeLessThan(0.2);
  }
});

test("what other backends can and this one cannot is told apart", async () => {
  await expect(open({ backend: "tfjs", device: "cuda" })).rejects.toMatchObject({ code: "usage" });
  await expect(backend.model({ ...small, dtype: "float64" })).rejects.toMatchObject({
    code: "usage",
    message: expect.stringContaining("float32 only"),
  });
  const model = await backend.model({ kind: "linear", inFeatures: 2, outFeatures: 1 });
  await expect(model.save(join(folder, "model.pt"), { format: "pt" })).rejects.toMatchObject({ code: "usage" });
  await expect(model.fit(digits, { epochs: 1 })).rejects.toMatchObject({
    code: "usage",
    message: expect.stringContaining("linear layer on its own"),
  });
  await expect(backend.load(join(folder, "none.safetensors"))).rejects.toMatchObject({ code: "file" });
});

test("options are held to the same rules", async () => {
  const model = await backend.model({ ...small, bayesian: false });
  await expect(model.fit(digits, { ratio: 2 })).rejects.toMatchObject({
    code: "usage",
    message: "fit: ratio: expected a number up to 1, got 2",
  });
  await expect(model.predict(digits.test.images, { samples: 0 })).rejects.toMatchObject({ code: "usage" });
  await expect(backend.model({ kind: "resnet21" } as never)).rejects.toMatchObject({ code: "usage" });
});

test("work is done in turn, and a question that is given up rejects at once", async () => {
  const model = await backend.model(small);
  const run = model.fit(digits, { epochs: 1000, batch: 8 });
  const question = model.forward(digits.test.images, { signal: AbortSignal.timeout(200) });
  await expect(question).rejects.toMatchObject({ code: "cancelled" });
  run.cancel();
  expect(await run).toMatchObject({ status: "cancelled" });
  await expect(model.read([])).resolves.toEqual({});
});

test("a disposed model and a closed backend say so", async () => {
  const other = await open({ backend: "tfjs" });
  const model = await other.model(small);
  await model.dispose();
  await expect(model.read()).rejects.toMatchObject({ code: "usage", message: expect.stringContaining("disposed") });
  const training = (await other.model(small)).fit(digits, { epochs: 1000 });
  for await (const _ of training) {
    const closing = other.close();
    expect(await training).toMatchObject({ status: "cancelled" });
    await closing;
    break;
  }
  await expect(other.model(small)).rejects.toMatchObject({ code: "closed" });
});
