import { join } from "node:path";
import { expect, test } from "vitest";
import { loadDataset } from "../src/data/index.ts";
import { open } from "../src/open.ts";
import { permutation } from "../src/random.ts";
import { readSafetensors } from "../src/safetensors.ts";
import { fitOptions } from "../src/schema/options.ts";
import { tensor } from "../src/tensor.ts";
import { augment } from "../src/tfjs/data.ts";
import { Streams } from "../src/tfjs/streams.ts";
import { runPython } from "./data/sources/python.ts";
import { temporaryFolder } from "./temporary.ts";

const seed = 4_294_967_300; // of more than 32 bits

test("the same seed gives the same order and the same augmentation in Python and here, bit for bit", async () => {
  const folder = await temporaryFolder();
  runPython(
    `
import torch
from safetensors.torch import save_file
from adversarial_sampling._protocol import GaussianNoiseSpec
from adversarial_sampling.data import augment
from adversarial_sampling.streams import Streams
streams = Streams(${seed}, torch.device("cpu"), GaussianNoiseSpec())
images = (torch.arange(7 * 3 * 6 * 5) % 256).to(torch.uint8).reshape(7, 3, 6, 5)
save_file({
    "order": streams.order(2, 1000),
    "augmented": augment(images, flip=True, crop_padding=2, draws=streams.augmentation(11, 7)),
    "cropped": augment(images, flip=False, crop_padding=4, draws=streams.augmentation(0, 7)),
    "mirrored": augment(images, flip=True, crop_padding=0, draws=streams.augmentation(1, 7)),
}, "python.safetensors")`,
    folder,
  );
  const { tensors } = await readSafetensors(join(folder, "python.safetensors"));
  const streams = new Streams(fitOptions.parse({ seed }));
  const images = tensor(
    Uint8Array.from({ length: 630 }, (_, i) => i % 256),
    [7, 3, 6, 5],
  );
  expect(permutation(1000, streams.order(2))).toEqual(Array.from(tensors.order?.data ?? [], Number));
  expect(augment(images, { flip: true, cropPadding: 2 }, streams.augmentation(11))).toEqual(tensors.augmented);
  expect(augment(images, { flip: false, cropPadding: 4 }, streams.augmentation(0))).toEqual(tensors.cropped);
  expect(augment(images, { flip: true, cropPadding: 0 }, streams.augmentation(1))).toEqual(tensors.mirrored);
});

test("a plain network trains on the same batches on both backends", { timeout: 120_000 }, async () => {
  const folder = await temporaryFolder();
  const digits = await loadDataset("digits");
  const part = {
    images: tensor((digits.train.images.data as Uint8Array).slice(0, 40 * 192), [40, 3, 8, 8]),
    labels: tensor((digits.train.labels.data as Uint8Array).slice(0, 40)),
  };
  const data = { ...digits, train: part };
  await using torch = await open({ backend: "torch", device: "cpu" });
  await using tfjs = await open({ backend: "tfjs" });
  const checkpoint = join(folder, "start.safetensors");
  await (await tfjs.model({ kind: "resnet20", bayesian: false })).save(checkpoint);
  const options = { epochs: 2, batch: 10, flip: true, cropPadding: 1, learningRate: 1e-7, validation: "none" } as const;
  const losses = async (backend: typeof torch | typeof tfjs) => {
    const seen: number[] = [];
    for await (const event of (await backend.load(checkpoint)).fit(data, options)) {
      if (event.kind === "step") seen.push(event.loss);
    }
    return seen;
  };
  const [here, there] = [await losses(tfjs), await losses(torch)];
  expect(here).toHaveLength(8);
  // Weights that hardly move: what is left is which images a step sees, and how.
  for (const [step, loss] of here.entries()) expect(Math.abs(loss - (there[step] ?? 0))).toBeLessThan(1e-5 * loss);
});
