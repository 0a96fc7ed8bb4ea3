import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Backend } from "../src/backend.ts";
import { loadDataset } from "../src/data/index.ts";
import { open } from "../src/open.ts";
import { tensor } from "../src/tensor.ts";

const plain = { kind: "linear", inFeatures: 1000, outFeatures: 50, bias: false } as const;

/** Long enough to cross as a file, which takes several turns of Node's event loop. */
function weights(value: number) {
  return { mu_weight: tensor(new Float32Array(50_000).fill(value), [50, 1000]) };
}

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "adsam-order-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe.each(["torch", "tfjs"] as const)("calls on %s happen in the order in which they were made", (name) => {
  let backend: Backend;
  beforeAll(async () => {
    backend = await open({ backend: name, device: "cpu" });
  });
  afterAll(() => backend.close());

  test("a model saved while it is trained is saved after that", async () => {
    const digits = await loadDataset("digits");
    const few = tensor(digits.train.images.data.subarray(0, 20 * 192), [20, 3, 8, 8]);
    const train = { images: few, labels: tensor(digits.train.labels.data.subarray(0, 20)) };
    const model = await backend.model({ kind: "resnet20" });
    const path = join(folder, `${name}.safetensors`);
    const run = model.fit({ ...digits, train }, { epochs: 1, validation: "none", steps: 0 });
    await model.save(path);
    const saved = await (await backend.load(path)).read();
    expect(await run).toMatchObject({ status: "finished", steps: 1 });
    expect(saved).toEqual(await model.read());
  });

  test("what is written is there for whoever reads next", async () => {
    const model = await backend.model(plain);
    const calls = [model.write(weights(3)), model.read(["mu_weight"]), model.write(weights(4))] as const;
    expect((await Promise.all(calls))[1]).toEqual(weights(3));
  });

  test("a call that fails or is given up before its turn holds nobody up", async () => {
    const model = await backend.model(plain);
    const abort = new AbortController();
    const calls = [
      model.write(weights(5)),
      model.write({ nowhere: weights(6).mu_weight }),
      model.forward(tensor(new Float32Array(1000), [1, 1000]), { signal: abort.signal }),
      model.read(["mu_weight"]),
    ] as const;
    abort.abort();
    expect(await Promise.allSettled(calls)).toMatchObject([
      { status: "fulfilled" },
      { reason: { code: "usage" } },
      { reason: { code: "cancelled" } },
      { value: weights(5) },
    ]);
  });

  test("a model disposed of while it computes ends its work first", async () => {
    const model = await backend.model(plain);
    const calls = [model.forward(tensor(new Float32Array(100_000), [100, 1000])), model.dispose()] as const;
    expect((await Promise.all(calls))[0].output.shape).toEqual([100, 50]);
  });

  test("a file loaded is the one saved before", async () => {
    const path = join(folder, `${name}-later.safetensors`);
    const model = await backend.model(plain);
    const calls = [model.write(weights(7)), model.save(path), backend.load(path)] as const;
    const loaded = (await Promise.all(calls))[2];
    expect(await loaded.read(["mu_weight"])).toEqual(weights(7));
  });
});
