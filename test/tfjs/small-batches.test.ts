import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Backend, Model } from "../../src/backend.ts";
import type { Dataset } from "../../src/data/dataset.ts";
import { open } from "../../src/open.ts";
import type { FitEvent } from "../../src/schema/events.ts";
import { stepOptions } from "../../src/schema/options.ts";
import { type Tensor, tensor } from "../../src/tensor.ts";
import { wave } from "../../src/wave.ts";
import { small } from "./models.ts";

/** Batches from whose images a batch norm gets one value a channel, which has no variance. */

let backend: Backend;
beforeAll(async () => {
  backend = await open({ backend: "tfjs" });
});
afterAll(() => backend.close());

const images = (count: number, size: number) =>
  tensor(Float32Array.from(wave(7, count * 3 * size * size)), [count, 3, size, size]);
const labels = (count: number) => tensor(Uint8Array.from({ length: count }, (_, i) => i % 10));
const split = (count: number, size: number) => ({ images: images(count, size), labels: labels(count) });

function data(count: number, size: number): Dataset {
  return { name: "waves", classes: 10, train: split(count, size), test: split(2, size), normalization: null };
}

const finite = (values: Tensor) => values.data.every((value) => Number.isFinite(Number(value)));

async function expectUntouched(model: Model, work: () => PromiseLike<unknown>, error: unknown): Promise<void> {
  const before = await model.read();
  await expect(work()).rejects.toThrow(expect.objectContaining({ code: "usage", ...(error as object) }));
  expect(await model.read()).toEqual(before);
}

describe.each([{}, { bayesian: false }])("%j", (kind) => {
  test.each([
    [5, 4, "batch 2 of 2"],
    [3, 1, "batch 1 of 3"],
    [1, 100, "batch 1 of 1"],
  ])("a run of %i images, batch %i, is refused before its first step", async (count, batch, which) => {
    const model = await backend.model({ ...small, ...kind });
    const events: FitEvent[] = [];
    const run = async () => {
      for await (const event of model.fit(data(count, 4), { epochs: 1, batch })) events.push(event);
    };
    const message = expect.stringMatching(`${which} has 1 image, of 4x4.*batch norm layer3.0.bn1 sees 1 pixel`);
    await expectUntouched(model, run, { message, suggestion: expect.any(String) });
    expect(events).toEqual([]);
  });
});

test.each([
  [5, 8],
  [5, 5],
  [4, 4],
])("a last batch of %i images of %i is trained on where batch norm can", async (count, size) => {
  const model = await backend.model(small);
  const { status, steps } = await model.fit(data(count, size), { epochs: 1, batch: 2, steps: 1 });
  expect({ status, steps }).toEqual({ status: "finished", steps: Math.ceil(count / 2) });
  expect(Object.values(await model.read()).every(finite)).toBe(true);
});

test("a trace is refused before its first step", async () => {
  const model = await backend.model(small);
  const options = { step: stepOptions.parse({}), trainingSize: 3, noise: { kind: "wave", next: 0 } } as const;
  const message = expect.stringContaining("batch 2 of 2 has 1 image, of 4x4");
  await expectUntouched(model, () => model.trace([split(2, 4), split(1, 4)], options), { message });
});

test.each([
  [1, "bn1"],
  [2, "layer2.0.bn1"],
  [3, "layer3.0.bn1"],
  [4, "layer3.0.bn1"],
])("passes of one image of %i in train mode name the layer", async (size, layer) => {
  const model = await backend.model(small);
  const message = expect.stringContaining(`batch norm ${layer} sees 1 pixel`);
  const [x, y] = [images(1, size), labels(1)];
  await expectUntouched(model, () => model.forward(x, { train: true }), { message });
  await expectUntouched(model, () => model.gradients(x, y, { train: true }), { message });
  await expectUntouched(model, () => model.inspect(x, y, { train: true }), { message });
  expect(finite((await model.forward(x)).output)).toBe(true);
  expect(finite((await model.forward(images(2, size), { train: true })).output)).toBe(true);
});

test("no image at all", async () => {
  const model = await backend.model(small);
  const message = "expected images in the batch, got shape [0, 3, 8, 8]";
  await expectUntouched(model, () => model.forward(images(0, 8), { train: true }), { message });
});

describe.each([true, false])("a batch norm on its own, statistics tracked: %s", (trackRunningStats) => {
  test("one value a channel", async () => {
    const model = await backend.model({ kind: "batchnorm2d", features: 3, trackRunningStats });
    const message = expect.stringContaining("batch norm batchnorm2d sees 1 pixel");
    await expectUntouched(model, () => model.forward(images(1, 1), { train: true }), { message });
    const evaluated = model.forward(images(1, 1));
    if (trackRunningStats) expect(finite((await evaluated).output)).toBe(true);
    else await expect(evaluated).rejects.toThrow("more than one value per channel");
    expect(finite((await model.forward(images(2, 1), { train: true })).output)).toBe(true);
  });
});
