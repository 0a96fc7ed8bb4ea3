import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Backend, Model } from "../src/backend.ts";
import { open } from "../src/open.ts";
import { type Tensor, tensor } from "../src/tensor.ts";

const bools = (...shape: number[]) => tensor(new Uint8Array(shape.reduce((a, b) => a * b)), shape, "bool");
const complex = (...shape: number[]) => tensor(new Float32Array(2 * shape.reduce((a, b) => a * b)), shape, "complex64");
const integers = (value: number) => tensor(new Int32Array([value, 1]), [1, 2]);

describe.each(["torch", "tfjs"] as const)("numbers of another kind are refused, not halved: %s", (name) => {
  let backend: Backend;
  let layer: Model;
  let network: Model;
  beforeAll(async () => {
    backend = await open({ backend: name, device: "cpu" });
    layer = await backend.model({ kind: "linear", inFeatures: 2, outFeatures: 1, bias: false });
    network = await backend.model({ kind: "resnet20" });
  });
  afterAll(() => backend.close());

  test("weights", async () => {
    for (const [kind, values] of [
      ["complex64", complex(1, 2)],
      ["bool", bools(1, 2)],
      ["int32", integers(1)],
    ] as const) {
      await expect(layer.write({ mu_weight: values })).rejects.toMatchObject({
        code: "usage",
        message: `mu_weight: expected real numbers, got ${kind}`,
      });
    }
  });

  test("inputs: integers keep all their digits, or are refused", async () => {
    await layer.write({ mu_weight: tensor(Float32Array.of(2, 1), [1, 2]) });
    const forward = (input: Tensor) => layer.forward(input, { normalization: null });
    expect((await forward(integers(3))).output.data).toEqual(Float32Array.of(7));
    const refusals: [Tensor, RegExp][] = [
      [integers(2 ** 24 + 1), /expected integers that float32 holds, got 16777217/],
      [bools(1, 2), /expected real numbers, got bool/],
      [complex(1, 2), /expected real numbers, got complex64/],
    ];
    for (const [input, message] of refusals) {
      await expect(forward(input)).rejects.toMatchObject({ code: "usage", message: expect.stringMatching(message) });
    }
  });

  test("images and labels", async () => {
    const images = tensor(new Float32Array(2 * 192), [2, 3, 8, 8]);
    await expect(network.predict(complex(1, 3, 8, 8), { normalization: null })).rejects.toMatchObject({
      message: expect.stringMatching(/images.* of real numbers or integers, got complex64/),
    });
    const refusals: [Tensor, RegExp][] = [
      [tensor(new Float32Array(2)), /^expected labels as integers, got float32$/],
      [tensor(Int32Array.of(1, 12)), /^expected labels from 0 to 9, got 12$/],
      [tensor(Int32Array.of(1)), /^expected one label an output \[N, classes\], got \[1\] for \[2, ?10\]$/],
    ];
    for (const [labels, message] of refusals) {
      const refusal = { code: "usage", message: expect.stringMatching(message) };
      await expect(network.gradients(images, labels)).rejects.toMatchObject(refusal);
    }
    expect((await network.gradients(images, tensor(Int32Array.of(1, 9)))).loss).toBeGreaterThan(0);
  });

  test("what is no tensor", async () => {
    const message = "input: expected a tensor, got 3";
    await expect(layer.forward(3 as never)).rejects.toMatchObject({ code: "usage", message });
    const bare = new Float32Array(2) as never;
    await expect(layer.forward(bare)).rejects.toMatchObject({
      message: "input: expected numbers in a typed array, got undefined",
    });
  });
});
