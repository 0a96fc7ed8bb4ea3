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
});
