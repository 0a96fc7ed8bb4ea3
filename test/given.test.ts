import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Backend, Model } from "../src/backend.ts";
import type { Dataset } from "../src/data/dataset.ts";
import { loadDataset } from "../src/data/index.ts";
import { open } from "../src/open.ts";
import { tensor } from "../src/tensor.ts";

/** As JavaScript gives it, where no compiler looks. */
type Untyped = (...given: unknown[]) => PromiseLike<unknown>;
type Calls = Record<"fit" | "predict" | "forward" | "gradients" | "inspect" | "evaluate" | "trace", Untyped> &
  Record<"read", Untyped>;

describe.each(["torch", "tfjs"] as const)("what no call takes is refused by %s in words of ours", (name) => {
  let backend: Backend;
  let model: Model;
  let calls: Calls;
  let digits: Dataset;
  const one = tensor(new Float32Array(192), [1, 3, 8, 8]);
  beforeAll(async () => {
    backend = await open({ backend: name, device: "cpu" });
    model = await backend.model({ kind: "resnet20" });
    calls = model as unknown as Calls;
    digits = await loadDataset("digits");
  });
  afterAll(() => backend.close());

  const given = (call: keyof Calls): unknown[] => {
    if (call === "fit" || call === "evaluate") return [digits];
    if (call === "trace") return [[]];
    return call === "gradients" || call === "inspect" ? [one, tensor(new Uint8Array(1))] : [one];
  };

  describe.each(["fit", "predict", "forward", "gradients", "inspect", "evaluate", "trace"] as const)("%s", (call) => {
    test.each([
      [null, "expected object, got null"],
      [3, "expected object, got 3"],
      [{ signal: "now" }, 'signal: expected an AbortSignal, got "now"'],
      [{ signal: null }, "signal: expected an AbortSignal, got null"],
      [{ signal: { aborted: false } }, 'signal: expected an AbortSignal, got {"aborted":false}'],
    ])("options %j", async (options, problem) => {
      const answer = Promise.resolve(calls[call](...given(call), options));
      await expect(answer).rejects.toMatchObject({ code: "usage", message: `${call}: ${problem}` });
    });
  });

  test.each([null, undefined, 3, "digits"])("the data set %j", async (data) => {
    const problem = { code: "data", message: `expected a data set, got ${data === undefined ? "nothing" : data}` };
    await expect(Promise.resolve(calls.fit(data))).rejects.toMatchObject(problem);
    await expect(calls.evaluate(data)).rejects.toMatchObject(problem);
  });

  test.each([null, "mu_weight", { 0: "mu_weight", length: 1 }])("the names %j", async (names) => {
    const message = `read: expected array, got ${JSON.stringify(names)}`;
    await expect(calls.read(names)).rejects.toMatchObject({ code: "usage", message });
  });

  test.each([
    [
      { kind: "linear", inFeatures: 1e6, outFeatures: 1e9 },
      /expected a layer of up to 1073741824 weights, got one of 1000000000000000/,
    ],
    [{ kind: "linear", inFeatures: 2 ** 31, outFeatures: 1 }, /got one of 2147483648/],
    [{ kind: "conv2d", inChannels: 2 ** 15, outChannels: 2 ** 15, kernelSize: [3, 1] }, /got one of 3221225472/],
    [{ kind: "resnet20", classes: 1e9 }, /classes: expected a number up to 1000000, got 1000000000/],
  ] as const)("the impossible size %j", async (spec, message) => {
    await expect(backend.model(spec)).rejects.toMatchObject({ code: "usage", message: expect.stringMatching(message) });
  });

  test("more samples than anything holds", async () => {
    await expect(model.predict(one, { samples: 1e12 })).rejects.toMatchObject({
      code: "usage",
      message: "predict: samples: expected a number up to 1000000, got 1000000000000",
    });
    const many = tensor(new Float32Array(192 * 200), [200, 3, 8, 8]);
    await expect(model.predict(many, { samples: 1e6 })).rejects.toMatchObject({
      code: "usage",
      message: "expected up to 1073741824 logits, got 1000000 samples of 200 images in 10 classes",
    });
  });

  test("numbers that float32 does not hold", async () => {
    const layer = await backend.model({ kind: "linear", inFeatures: 1, outFeatures: 1 });
    const large = tensor(Float64Array.of(1e300), [1, 1]);
    const refusal = {
      code: "usage",
      message: expect.stringMatching(/expected numbers that float32 holds, got 1e\+?300/),
    };
    await expect(layer.write({ mu_weight: large })).rejects.toMatchObject(refusal);
    await expect(layer.forward(large)).rejects.toMatchObject(refusal);
    const endless = tensor(Float64Array.of(Number.POSITIVE_INFINITY), [1, 1]);
    await layer.write({ mu_weight: endless });
    expect((await layer.read(["mu_weight"])).mu_weight?.data[0]).toBe(Number.POSITIVE_INFINITY);
  });

  test("tensors without names, batches that are none, a training size that is none", async () => {
    const write = (given: unknown) => Promise.resolve((model as unknown as Record<"write", Untyped>).write(given));
    await expect(write([])).rejects.toMatchObject({
      code: "usage",
      message: expect.stringMatching(/expected tensors by name, got an array/),
    });
    const setting = { step: {}, trainingSize: 1, noise: { kind: "gaussian" } };
    await expect(calls.trace(null, setting)).rejects.toMatchObject({
      code: "usage",
      message: "trace: expected a list of batches, got null",
    });
    await expect(calls.trace([{ images: one }], setting)).rejects.toMatchObject({
      code: "usage",
      message: expect.stringMatching(/labels of batch 0/),
    });
    await expect(calls.trace([], { ...setting, trainingSize: 0.5 })).rejects.toMatchObject({
      code: "usage",
      message: expect.stringMatching(/trainingSize/),
    });
  });

  test("a normalization that leaves float32", async () => {
    const normalization = { scale: 1e-320, mean: [0, 0, 0], std: [1, 1, 1] };
    await expect(model.predict(one, { normalization })).rejects.toMatchObject({
      code: "usage",
      message: expect.stringMatching(/divided by 1e-320, which is 0 as a number of float32/),
    });
  });

  test("a data set of other classes than the model's", async () => {
    const two = await backend.model({ kind: "resnet20", classes: 12 });
    const problem = { code: "data", message: "the model tells 12 classes apart, and digits has 10" };
    await expect(Promise.resolve(two.fit(digits))).rejects.toMatchObject(problem);
    await expect(two.evaluate(digits)).rejects.toMatchObject(problem);
  });
});
