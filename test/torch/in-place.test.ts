import { readdirSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Backend } from "../../src/backend.ts";
import { readEntry, writeEntry } from "../../src/data/cache/entry.ts";
import type { Dataset } from "../../src/data/dataset.ts";
import { open } from "../../src/open.ts";
import type { Bundle } from "../../src/schema/bundle.ts";
import { modelSpec } from "../../src/schema/models.ts";
import { forwardOptions } from "../../src/schema/options.ts";
import { type Tensor, tensor } from "../../src/tensor.ts";
import { drop, pack, packInPlace, unpack } from "../../src/torch/bundle.ts";
import type { Session } from "../../src/torch/session.ts";
import { sharedFolder } from "../temporary.ts";
import { startSession } from "./python.ts";

const path = join(sharedFolder(), "kept.safetensors");
const signature = "of the source";

/** 128 images to train on and 96 to test on, all of them more than what crosses within a message. */
function made(seed: number): Dataset {
  const images = (count: number) =>
    tensor(
      Float32Array.from({ length: count * 192 }, (_, i) => Math.sin(seed + i)),
      [count, 3, 8, 8],
    );
  const labels = (count: number) => tensor(Uint8Array.from({ length: count }, (_, i) => i % 2));
  const [train, test] = [128, 96].map((count) => ({ images: images(count), labels: labels(count) }));
  if (train === undefined || test === undefined) throw new Error("expected two parts");
  return { name: "made", classes: 2, train, test, normalization: null };
}

/** The data set as the cache gives it. */
async function kept(data: Dataset): Promise<Dataset> {
  await writeEntry(path, { format: "made here", dataset: data, remarks: [], leftOut: [] }, signature);
  const found = await readEntry(path, signature);
  if (found === undefined) throw new Error("expected a cache");
  return found.dataset;
}

describe("how a data set of the cache crosses", () => {
  let session: Session;
  beforeAll(async () => {
    session = await startSession();
  });
  afterAll(() => session.close());

  const files = () =>
    session.folders.paths.flatMap((folder) => readdirSync(folder)).filter((name) => /tensors$/.test(name));
  const packed = (images: Tensor) => packInPlace({ input: images }, session.folders);

  test("without a copy, a part of it too, and what is not of the cache beside it", async () => {
    const { train } = await kept(made(0));
    const part = tensor(train.images.data.subarray(192), [127, 3, 8, 8]);
    const { names, mapped } = await packInPlace({ other: tensor(Float32Array.of(1)), part }, session.folders);
    expect(names).toEqual(["other", "part"]);
    expect(mapped).toMatchObject([{ name: "part", dtype: "float32", shape: [127, 3, 8, 8] }]);
    expect(files()).toEqual([]);
  });

  test("as the same numbers, also when another cache takes its place before Python has opened it", async () => {
    const data = made(0);
    const { test } = await kept(data);
    const spec = modelSpec.parse({ kind: "batchnorm2d", features: 3 });
    const { model } = await session.jobs.run("create", { spec });
    const outputOf = async (tensors: Bundle) => {
      const answer = await session.jobs.run("forward", { model, options: forwardOptions.parse({}), tensors });
      return (await unpack(answer.tensors)).output?.data;
    };
    const copied = await pack({ input: data.test.images }, session.folders);
    const expected = await outputOf(copied);
    await drop(copied);
    const tensors = await packed(test.images);
    expect(tensors.mapped).toHaveLength(1);
    await kept(made(1));
    await rm(path);
    expect(await outputOf(tensors)).toEqual(expected);
  });

  test("as a copy where it was changed in memory", async () => {
    const { test } = await kept(made(0));
    test.images.data[5] = 7;
    const { kind, mapped } = await packed(test.images);
    expect([kind, mapped, files().length]).toEqual(["file", [], 1]);
  });
});

describe("a run on a data set of the cache", () => {
  let backend: Backend;
  beforeAll(async () => {
    backend = await open({ device: "cpu" });
  });
  afterAll(() => backend.close());

  test("is that on one in memory, bit for bit", async () => {
    const data = made(0);
    const trained = async (on: Dataset) => {
      const model = await backend.model({ kind: "resnet20", classes: 2, initLogSigma: -3 });
      await model.fit(on, { epochs: 1, batch: 64, samplings: 1 });
      return [await model.read(), await model.evaluate(on, { samples: 2 })];
    };
    expect(await trained(await kept(data))).toEqual(await trained(data));
  });
});
