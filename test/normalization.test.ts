import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Backend, Model } from "../src/backend.ts";
import { type Dataset, slice } from "../src/data/dataset.ts";
import { normalize } from "../src/data/normalization.ts";
import { predictedClasses } from "../src/metrics.ts";
import { open } from "../src/open.ts";
import type { InputNormalization } from "../src/schema/data.ts";
import { stepOptions } from "../src/schema/options.ts";
import type { Tensor } from "../src/tensor.ts";
import { temporaryFolder } from "./temporary.ts";
import { firstDigits } from "./tfjs/digits.ts";

/** A model knows how the pixels that it was trained on became its input. */

const small = { kind: "resnet20", initLogSigma: -4 } as const;
const run = { epochs: 1, batch: 10, steps: 1, validation: "none" } as const;
const other = { scale: 16, mean: [0, 0, 0], std: [1, 1, 1] };

const backends = {} as Record<"torch" | "tfjs", Backend>;
let digits: Dataset;
beforeAll(async () => {
  digits = await firstDigits(20, 6);
  backends.torch = await open({ backend: "torch", device: "cpu" });
  backends.tfjs = await open({ backend: "tfjs" });
}, 60_000);
afterAll(() => Promise.all(Object.values(backends).map((backend) => backend.close())));

/** Everything that takes images; `undefined` is as without the option. */
const questions = {
  predict: async (model, images, normalization) =>
    (await model.predict(images, { weights: "mean", normalization })).logits,
  forward: async (model, images, normalization) => (await model.forward(images, { normalization })).output,
  gradients: async (model, images, normalization) =>
    (await model.gradients(images, digits.test.labels, { normalization })).output,
  inspect: async (model, images, normalization) =>
    (await model.inspect(images, digits.test.labels, { normalization })).operations[0]?.value,
} satisfies Record<
  string,
  (model: Model, images: Tensor, normalization: InputNormalization | undefined) => Promise<Tensor | undefined>
>;
const asked = Object.keys(questions) as (keyof typeof questions)[];

describe.each(["torch", "tfjs"] as const)("%s", (name) => {
  let model: Model;
  let pixels: Tensor;
  let floats: Tensor;
  beforeAll(async () => {
    model = await backends[name].model(small);
    await model.fit(digits, run);
    pixels = digits.test.images;
    floats = normalize(pixels, digits.normalization);
  }, 60_000);

  test("pixels are predicted as they are evaluated, without a word about their normalisation", async () => {
    const { perImage } = await model.evaluate(digits, { weights: "mean" });
    const prediction = await model.predict(pixels, { weights: "mean" });
    expect(prediction).toEqual(await model.predict(floats, { weights: "mean" }));
    expect(predictedClasses(prediction)).toEqual(perImage.predicted);
    expect(perImage.predicted).toHaveLength(6);
  });

  test.each(asked)("%s: pixels as those trained on, floats as they are, an option as it says", async (question) => {
    const ask = (images: Tensor, normalization?: InputNormalization) =>
      questions[question](model, images, normalization);
    const expected = await ask(floats);
    expect(await ask(pixels)).toEqual(expected);
    expect(await ask(pixels, "model")).toEqual(expected);
    expect(await ask(pixels, digits.normalization)).toEqual(expected);
    const divided = await ask(normalize(pixels, other));
    expect(await ask(pixels, other)).toEqual(divided);
    expect(await ask(normalize(pixels, null), other)).toEqual(divided);
    expect(await ask(pixels, null)).not.toEqual(expected);
  });

  test.each(asked)("%s: pixels are refused by a model that knows none", async (question) => {
    const fresh = await backends[name].model(small);
    expect(fresh.normalization).toBeNull();
    await expect(questions[question](fresh, pixels, undefined)).rejects.toMatchObject({
      code: "usage",
      message: expect.stringMatching(/^expected a normalization for pixels \(.*uint8\): the model knows none/),
      suggestion: expect.stringContaining("give the option normalization"),
    });
    expect(await questions[question](fresh, pixels, digits.normalization)).toEqual(
      await questions[question](fresh, floats, undefined),
    );
    await fresh.dispose();
  });

  test("a trace takes pixels as well", async () => {
    const options = {
      step: stepOptions.parse({ steps: 1 }),
      trainingSize: 6,
      noise: { kind: "wave", next: 0 },
    } as const;
    const traced = async (images: Tensor, normalization?: InputNormalization) => {
      const fresh = await backends[name].model(small);
      const [step] = await fresh.trace([{ ...digits.test, images }], { ...options, normalization });
      await fresh.dispose();
      return step;
    };
    await expect(traced(pixels)).rejects.toMatchObject({ code: "usage" });
    expect(await traced(pixels, digits.normalization)).toEqual(await traced(floats));
    const trained = await model.trace([{ ...digits.test, images: pixels }], options);
    expect(trained).toHaveLength(1);
  });

  test("a data set that says otherwise is refused, unless it is said which is meant", async () => {
    const moved = { ...digits, normalization: other };
    const options = { weights: "mean" } as const;
    await expect(model.evaluate(moved, options)).rejects.toMatchObject({
      code: "data",
      message: expect.stringMatching(
        /^the model was trained on pixels normalised by .*0\.305.*, and the data set's.*16/,
      ),
      suggestion: expect.stringContaining("'model' or 'data'"),
    });
    const own = await model.evaluate(digits, options);
    expect(await model.evaluate(moved, { ...options, normalization: "model" })).toEqual(own);
    expect(await model.evaluate(moved, { ...options, normalization: digits.normalization })).toEqual(own);
    const theirs = await model.evaluate(moved, { ...options, normalization: "data" });
    expect(theirs).toEqual(await model.evaluate(digits, { ...options, normalization: other }));
    expect(theirs.nll).not.toBe(own.nll);
    await expect(model.evaluate({ ...digits, normalization: null }, options)).rejects.toMatchObject({ code: "data" });
  });

  test("what is asked for is checked", async () => {
    const wrong = { normalization: "mine" } as unknown as { normalization: "model" };
    for (const question of [
      () => model.predict(pixels, wrong),
      () => model.forward(pixels, wrong),
      () => model.evaluate(digits, wrong),
      () => model.evaluate(digits, { part: "tset" as "test" }),
    ]) {
      await expect(question()).rejects.toMatchObject({ code: "usage", message: expect.stringContaining("expected") });
    }
  });

  test("what is known is what the last training was told, as soon as it is its turn", async () => {
    const pupil = await backends[name].model(small);
    const refused = pupil.fit({ ...digits, normalization: other }, { ...run, batch: 0 });
    await expect(refused).rejects.toMatchObject({ code: "usage" });
    expect(pupil.normalization).toBeNull();
    const training = pupil.fit(digits, run);
    const { logits } = await pupil.predict(pixels, { weights: "mean" });
    await training;
    expect(pupil.normalization).toEqual(digits.normalization);
    expect(logits).toEqual((await pupil.predict(floats, { weights: "mean" })).logits);
    await pupil.fit({ ...digits, normalization: null }, run);
    expect(pupil.normalization).toEqual({ scale: 1, mean: [0, 0, 0], std: [1, 1, 1] });
    const asFloats = { images: floats, labels: digits.test.labels };
    await pupil.fit({ ...digits, train: asFloats, test: asFloats, normalization: other }, run);
    expect(pupil.normalization).toEqual(other);
    await pupil.fit({ ...digits, train: asFloats, test: slice(asFloats, 0, 2), normalization: null }, run);
    expect(pupil.normalization).toEqual(other);
    await pupil.dispose();
  });

  test("a checkpoint carries it to the other backend", async () => {
    const path = join(await temporaryFolder(), "model.safetensors");
    await model.save(path);
    const loaded = await backends[name === "torch" ? "tfjs" : "torch"].load(path);
    expect(loaded.normalization).toEqual(digits.normalization);
    const copy = join(await temporaryFolder(), "copy.safetensors");
    await loaded.save(copy);
    expect((await readFile(copy)).equals(await readFile(path))).toBe(true);
    const { logits } = await loaded.predict(pixels, { weights: "mean" });
    expect(logits).toEqual((await loaded.predict(floats, { weights: "mean" })).logits);
  });
});

test("the published code's files have no place for it", async () => {
  const path = join(await temporaryFolder(), "model.pt");
  const model = await backends.torch.model(small);
  await model.fit(digits, run);
  await model.save(path, { format: "pt" });
  expect((await backends.torch.load(path, { spec: small })).normalization).toBeNull();
});
