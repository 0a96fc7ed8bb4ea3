import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Backend, FitRunOptions, Model } from "../../src/backend.ts";
import type { Dataset } from "../../src/data/dataset.ts";
import { open } from "../../src/open.ts";
import type { FitEvent } from "../../src/schema/events.ts";
import { tensor } from "../../src/tensor.ts";
import { fingerprints } from "../fingerprints.ts";
import { firstDigits } from "./digits.ts";
import { small } from "./models.ts";

let backend: Backend;
let digits: Dataset;
let folder: string;

beforeAll(async () => {
  backend = await open({ backend: "tfjs" });
  digits = await firstDigits(20, 10);
  folder = await mkdtemp(join(tmpdir(), "adsam-test-"));
});

afterAll(async () => {
  await backend.close();
  await rm(folder, { recursive: true, force: true });
});

/** Three steps of an epoch; everything random is on. */
const quick: FitRunOptions = { epochs: 2, batch: 8, steps: 1, flip: true, cropPadding: 1, milestones: [1] };

test("tells every step and epoch, and what came of it", async () => {
  const model = await backend.model(small);
  const events: FitEvent[] = [];
  const run = model.fit(digits, { ...quick, decay: 0.5 });
  for await (const event of run) events.push(event);
  expect(events.map(({ kind }) => kind)).toEqual(["step", "step", "step", "epoch", "step", "step", "step", "epoch"]);
  const steps = events.filter((event) => event.kind === "step");
  const epochs = events.filter((event) => event.kind === "epoch");
  expect(steps.map(({ epoch, step, batch, batches }) => [epoch, step, batch, batches])).toEqual([
    [0, 1, 1, 3],
    [0, 2, 2, 3],
    [0, 3, 3, 3],
    [1, 4, 1, 3],
    [1, 5, 2, 3],
    [1, 6, 3, 3],
  ]);
  expect(steps.map(({ learningRate }) => learningRate)).toEqual([0.01, 0.01, 0.01, 0.005, 0.005, 0.005]);
  for (const { loss, crossEntropy, kl, adversarialLoss, imagesPerSecond } of steps) {
    const elbo = (crossEntropy ?? Number.NaN) + (kl ?? Number.NaN) / 20 / 100;
    expect(loss).toBeCloseTo(0.2 * elbo + 0.8 * (adversarialLoss ?? Number.NaN), 3);
    expect(imagesPerSecond).toBeGreaterThan(0);
  }
  const weighted = [8, 8, 4].reduce((total, images, i) => total + images * (steps[i]?.loss ?? Number.NaN), 0) / 20;
  expect(epochs[0]?.train.loss).toBeCloseTo(weighted, 6);
  expect(epochs[0]?.validation?.images).toBe(10);
  const result = await run;
  expect(result).toMatchObject({ status: "finished", epochs: 2, steps: 6, train: epochs[1]?.train });
  expect(result.validation).toEqual(epochs[1]?.validation);
});

test("is trained with beta as its events say, step by step", async () => {
  const events: FitEvent[] = [];
  const schedule = { epochs: 3, batch: 10, steps: 0, beta: 1e-3, betaWarmup: 1, betaCycle: 2 };
  for await (const event of (await backend.model(small)).fit(digits, schedule)) events.push(event);
  const steps = events.filter((event) => event.kind === "step");
  expect(steps.map(({ beta }) => beta)).toEqual([0, 5e-4, 1e-3, 1e-3, 0, 5e-4]);
  expect(events.flatMap((event) => (event.kind === "epoch" ? event.beta : []))).toEqual([5e-4, 1e-3, 5e-4]);
  for (const { loss, crossEntropy, kl, beta, adversarialLoss } of steps) {
    const elbo = Number(crossEntropy) + Number(beta) * Number(kl);
    expect(loss / (0.2 * elbo + 0.8 * Number(adversarialLoss))).toBeCloseTo(1, 5);
  }
});

test("a loss without a KL divergence has no beta, and a cycle room for its warm-up", async () => {
  const plain = await backend.model({ ...small, bayesian: false });
  for await (const event of plain.fit(digits, { epochs: 1, batch: 20 })) expect(event.beta).toBeNull();
  await expect(plain.fit(digits, { betaWarmup: 4, betaCycle: 3 })).rejects.toMatchObject({
    code: "usage",
    message: "betaCycle: expected at least the 4 epochs of betaWarmup, got 3",
  });
});

test("learns: the loss on 200 digits falls from the first epoch to the second", async () => {
  const model = await backend.model({ ...small, bayesian: false });
  const losses: number[] = [];
  for await (const event of model.fit(await firstDigits(200, 50), { epochs: 2, batch: 20, learningRate: 0.003 })) {
    if (event.kind === "epoch") losses.push(event.train.loss);
  }
  const [first = Number.NaN, second = Number.NaN] = losses;
  expect(second).toBeLessThan(0.8 * first);
  const { accuracy } = await model.evaluate(digits, { part: "train" });
  expect(accuracy).toBeGreaterThan(0.3);
});

/** Fires after the given number of steps, or after the last one while validation is under way. */
async function stoppedAfter(steps: number, model: Model, options: FitRunOptions): Promise<void> {
  const run = model.fit(digits, options);
  for await (const event of run) if (event.kind === "step" && event.step === steps) run.cancel();
  expect((await run).status).toBe("cancelled");
}

describe.each([
  ["accumulated", { optimizerReset: "never" }],
  ["paper", { fidelity: "paper", optimizer: "sgd", beta: 1e-3, betaWarmup: 2 }],
  ["given", { noise: { kind: "wave", next: 7 }, shuffle: false }],
] as const)("a resumed run is the uninterrupted one: %s", (name, changes) => {
  let whole: Record<string, string>;
  let expected: Awaited<ReturnType<Model["fit"]>>;
  beforeAll(async () => {
    const model = await backend.model(small);
    expected = await model.fit(digits, { ...quick, ...changes });
    whole = fingerprints(await model.read());
  });

  test.each([2, 3, 4])("stopped after step %i", async (steps) => {
    const files = { checkpoint: join(folder, `${name}${steps}.c`), state: join(folder, `${name}${steps}.s`) };
    await stoppedAfter(steps, await backend.model(small), { ...quick, ...changes, ...files });
    const again = await backend.load(files.checkpoint);
    const result = await again.fit(digits, { ...quick, ...changes, resume: files.state });
    expect(fingerprints(await again.read())).toEqual(whole);
    expect(result).toEqual({ ...expected, seconds: expect.any(Number) });
  });
});

test("other options, another model and files that are no state are refused", async () => {
  const [state, text] = [join(folder, "refuse.s"), join(folder, "refuse.txt")];
  const model = await backend.model({ ...small, bayesian: false });
  await model.fit(digits, { ...quick, state });
  const refused = (changes: FitRunOptions) => model.fit(digits, { ...quick, resume: state, ...changes });
  await expect(refused({ optimizer: "sgd" })).rejects.toMatchObject({
    code: "usage",
    message: expect.stringContaining('optimizer = "adam", got "sgd"'),
  });
  await expect(refused({ epochs: 1 })).rejects.toMatchObject({
    message: expect.stringContaining("in epoch 2 already"),
  });
  const other = await backend.model({ ...small, priorSigma: 0.3 });
  await expect(other.fit(digits, { ...quick, resume: state })).rejects.toMatchObject({
    message: expect.stringContaining("trained with spec"),
  });
  await writeFile(text, "no state");
  await expect(refused({ resume: text })).rejects.toMatchObject({ code: "checkpoint" });
  await expect(refused({ resume: join(folder, "none") })).rejects.toMatchObject({ code: "file" });
  await expect(refused({ state: join(folder, "none", "s"), resume: undefined })).rejects.toMatchObject({
    code: "file",
  });
  const checkpoint = join(folder, "refuse.c");
  await model.save(checkpoint);
  await expect(refused({ resume: checkpoint })).rejects.toMatchObject({
    code: "checkpoint",
    message: expect.stringContaining("is not a training state"),
  });
});

describe("training that diverges fails, and overwrites nothing", () => {
  test.each(["adam", "sgd"] as const)("by its loss, %s", async (optimizer) => {
    const files = { checkpoint: join(folder, `${optimizer}.c`), state: join(folder, `${optimizer}.s`) };
    const options = { ...quick, ...files, optimizer, epochs: 3, learningRate: 1e30, steps: 0 };
    const events: FitEvent[] = [];
    const follow = async () => {
      for await (const event of (await backend.model(small)).fit(digits, options)) events.push(event);
    };
    await expect(follow()).rejects.toMatchObject({
      code: "diverged",
      message: expect.stringMatching(/^training diverged at step [2-9], in epoch 1: the loss is (NaN|infinite)$/),
      suggestion: "start anew with a learning rate below 1e+30",
    });
    const last = events.at(-1);
    expect(last?.kind === "step" && Number.isFinite(last.loss)).toBe(false);
    expect(existsSync(files.checkpoint)).toBe(false);
    expect(existsSync(files.state)).toBe(false);
  });

  test("by its weights", async () => {
    const checkpoint = join(folder, "weights.c");
    const model = await backend.model(small);
    await model.fit(digits, { ...quick, checkpoint, epochs: 0 });
    const before = await readFile(checkpoint);
    const steep = { optimizer: "sgd", learningRate: 1e60, validation: "none" } as const;
    const options = { ...quick, ...steep, checkpoint, batch: 20, epochs: 1 };
    await expect(model.fit(digits, options)).rejects.toMatchObject({
      code: "diverged",
      message: expect.stringMatching(/diverged at step 1, in epoch 1: \S+ holds NaN or infinity \(loss [\d.]+\)$/),
    });
    expect((await readFile(checkpoint)).equals(before)).toBe(true);
  });

  test("by its loss on the test images, though its weights are finite", async () => {
    const checkpoint = join(folder, "validation.c");
    const model = await backend.model(small);
    const options = { ...quick, checkpoint, batch: 20, epochs: 1, learningRate: 1e30 };
    await expect(model.fit(digits, options)).rejects.toMatchObject({
      code: "diverged",
      message: expect.stringMatching(/at step 1, in epoch 1: the loss on the test images is (NaN|infinite)$/),
    });
    expect(existsSync(checkpoint)).toBe(false);
  });
});

test("is cancelled after a step at the most, and by leaving its loop", async () => {
  const model = await backend.model(small);
  const run = model.fit(digits, { ...quick, epochs: 1000 });
  run.cancel();
  const { status, steps } = await run;
  expect(status).toBe("cancelled");
  expect(steps).toBeLessThanOrEqual(1);
  const left = model.fit(digits, { ...quick, epochs: 1000 });
  for await (const _ of left) break;
  expect(await left).toMatchObject({ status: "cancelled" });
});

test.each([
  ["NaN in an image", (d: Dataset) => ({ ...d, train: { ...d.train, images: nanAt(d, 1) } }), /image 1\b.*NaN/],
  [
    "a class too many",
    (d: Dataset) => ({ ...d, classes: 20, train: { ...d.train, labels: elevens } }),
    /tells 10 classes apart, and digits has 20/,
  ],
])("%s is refused", async (_, spoil, message) => {
  const model = await backend.model({ ...small, bayesian: false });
  await expect(model.fit(spoil(digits), quick)).rejects.toMatchObject({
    code: "data",
    message: expect.stringMatching(message),
  });
});

const elevens = tensor(new Uint8Array(20).fill(11));

function nanAt({ train: { images } }: Dataset, image: number) {
  const values = Float32Array.from<number | bigint>(images.data, Number);
  values[image * 3 * 8 * 8 + 5] = Number.NaN;
  return tensor(values, images.shape);
}
