import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { copyFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { loadDataset } from "../../src/data/index.ts";
import { type KeptAsking, keptLogitsOn, predictionsName } from "../../src/experiments/predicted.ts";
import { removeRun } from "../../src/experiments/remove-run.ts";
import { runFiles } from "../../src/experiments/run-folder.ts";
import { open } from "../../src/open.ts";
import { readSafetensors, writeSafetensors } from "../../src/safetensors.ts";
import { tensor } from "../../src/tensor.ts";
import { recorded } from "../report/recorded.ts";
import { sharedFolder } from "../temporary.ts";

/** One of the logits is another then, and all else the same. */
async function damage(path: string): Promise<void> {
  const { tensors, metadata } = await readSafetensors(path);
  const { logits } = tensors;
  if (logits === undefined) return; // one that is damaged otherwise
  logits.data[0] = 12;
  await writeSafetensors(path, tensors, metadata);
}

describe("predictions of a run", () => {
  const shared = sharedFolder();
  const [folder, checkpoint] = [join(shared, "run"), join(shared, "model.safetensors")];
  const kept = join(folder, predictionsName);
  let asking: KeptAsking;
  let loads = 0;

  beforeAll(async () => {
    const { train, ...digits } = await loadDataset("digits");
    const test = {
      images: tensor(train.images.data.slice(0, 20 * 192), [20, 3, 8, 8]),
      labels: tensor(train.labels.data.slice(0, 20)),
    };
    const backend = await open({ backend: "tfjs" });
    const made = await backend.model({ kind: "resnet20", initLogSigma: -3 });
    await made.save(checkpoint);
    const model = () => {
      loads += 1;
      return backend.load(checkpoint);
    };
    const how = { samples: 2, noise: { kind: "gaussian", seed: 1 } } as const;
    asking = { data: { ...digits, train, test }, how, model, folder, checkpoint, by: "tfjs on cpu" };
    return () => backend.close();
  });

  const ask = (change: Partial<KeptAsking> = {}) => keptLogitsOn({ ...asking, ...change });

  test("are made once, and kept with their labels", async () => {
    const [first, second] = [await ask(), await ask()];
    expect([loads, first.shape]).toEqual([1, [2, 20, 10]]);
    expect(second.data).toEqual(first.data);
    const [name = ""] = await readdir(kept);
    const { tensors } = await readSafetensors(join(kept, name));
    expect(tensors.labels?.data).toEqual(asking.data.test.labels.data);
  });

  test("are made anew for another batch, backend, seed, number of samples, and other images", async () => {
    const before = loads;
    const { data, how } = asking;
    const mirrored = { ...data.test, images: tensor(data.test.images.data.toReversed(), data.test.images.shape) };
    await ask({ how: { ...how, samples: 3 } });
    await ask({ how: { ...how, noise: { kind: "gaussian", seed: 2 } } });
    await ask({ data: { ...data, test: mirrored } });
    await ask({ how: { ...how, batch: 7 } });
    await ask({ by: "torch on cpu" });
    expect(loads - before).toBe(5);
    await ask({ by: null, how: { ...how, batch: 500 } });
    expect(loads - before).toBe(5); // whoever made them, in whichever batches
    await ask();
    await ask({ by: "torch on cpu" });
    expect(loads - before).toBe(5); // each has its own
  });

  test("are made anew where the checkpoint is another, and where what was kept is damaged", async () => {
    const before = loads;
    const { tensors, metadata } = await readSafetensors(checkpoint);
    const bias = tensors["linear.mu_bias"];
    if (bias === undefined) throw new Error("expected a bias");
    const moved = tensor(
      Float32Array.from({ length: 10 }, (_, n) => 100 * n),
      bias.shape,
    );
    const old = await ask({ by: null });
    await writeSafetensors(checkpoint, { ...tensors, "linear.mu_bias": moved }, metadata);
    const fresh = await ask({ by: null });
    expect(loads - before).toBe(1);
    expect(await readdir(kept)).toHaveLength(1); // the checkpoint of the others is gone
    expect(fresh.data).not.toEqual(old.data);
    for (const name of await readdir(kept)) await writeSafetensors(join(kept, name), {}, {});
    expect((await ask({ by: null })).data).toEqual(fresh.data);
    expect(loads - before).toBe(2);
    for (const name of await readdir(kept)) await damage(join(kept, name));
    expect((await ask({ by: null })).data).toEqual(fresh.data);
    expect(loads - before).toBe(3);
  });

  test("of several checkpoints of a run stay beside each other, as long as it has them", async () => {
    const own = await recorded(join(shared, "several"));
    const { checkpoint: last, best } = runFiles(own);
    await Promise.all([last, best].map((path) => copyFile(checkpoint, path)));
    const { tensors, metadata } = await readSafetensors(best);
    await writeSafetensors(best, tensors, { ...metadata, epoch: "1" });
    const names = () => readdir(join(own, predictionsName));
    const before = loads;
    for (const path of [last, best, last, best]) await ask({ folder: own, checkpoint: path });
    expect([loads - before, (await names()).length]).toEqual([2, 2]);
    await writeSafetensors(last, tensors, { ...metadata, epoch: "2" });
    await ask({ folder: own, checkpoint: last });
    expect(loads - before).toBe(3);
    const beginnings = (await names()).map((name) => name.slice(0, 12));
    expect(beginnings.sort()).toEqual([digest(best), digest(last)].sort());
  });

  test("go with the run that is removed", async () => {
    const own = await recorded(join(shared, "removed"));
    await ask({ folder: own });
    expect(await readdir(join(own, predictionsName))).toHaveLength(1);
    await removeRun(own);
    expect(existsSync(own)).toBe(false);
  });

  test("are no reason to fail where the folder may not be written", async () => {
    expect((await ask({ folder: "/proc/1" })).shape).toEqual([2, 20, 10]);
  });
});

/** What the names of its predictions begin with. */
function digest(path: string): string {
  return createHash("sha256").update(readFileSync(path)).digest("hex").slice(0, 12);
}
