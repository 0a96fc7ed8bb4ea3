import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { numbers } from "../../src/conformance/numbers.ts";
import { type Backend, conform, open, recordGolden, replayGolden, type Tensor, tensor } from "../../src/index.ts";
import { stepOptions } from "../../src/schema/options.ts";

const checkout = process.env.ADSAM_REFERENCE;

/** The largest difference, in parts of the largest number. */
function farthest(a: Tensor, b: Tensor): number {
  const [ours, theirs] = [numbers(a), numbers(b)];
  const size = theirs.reduce((most, y) => Math.max(most, Math.abs(y)), 0);
  return ours.reduce((most, x, i) => Math.max(most, Math.abs(x - (theirs[i] ?? Number.NaN))), 0) / size;
}

describe("a checkout is asked for by name", () => {
  test("the backend reference wants one, and no other backend takes one", async () => {
    await expect(open({ backend: "reference" })).rejects.toMatchObject({ code: "usage" });
    await expect(open({ backend: "tfjs", checkout: "AS" })).rejects.toMatchObject({ code: "usage" });
  });

  test("a folder that holds something else is refused by the first file that lacks", async () => {
    await using backend = await open({ backend: "reference", checkout: import.meta.dirname, device: "cpu" });
    await expect(backend.info()).rejects.toMatchObject({ code: "file", message: expect.stringContaining("utils.py") });
  });
});

describe.skipIf(checkout === undefined)("the published code, where ADSAM_REFERENCE names a checkout", () => {
  let published: Backend;
  let torch: Backend;
  let folder: string;

  beforeAll(async () => {
    published = await open({ backend: "reference", checkout: checkout ?? "", device: "cpu" });
    torch = await open({ backend: "torch", device: "cpu" });
    folder = await mkdtemp(join(tmpdir(), "reference-"));
  });
  afterAll(async () => {
    await published.close();
    await torch.close();
    await rm(folder, { recursive: true });
  });

  test("gives the recorded numbers", async () => {
    const report = await replayGolden(published, join(import.meta.dirname, "../fixtures/golden"));
    expect(report.cases.filter(({ status }) => status !== "passed")).toEqual([]);
  }, 300_000);

  test("is recorded from, and torch gives what it gave", async () => {
    await recordGolden(published, folder, { suites: ["layers"] });
    const report = await replayGolden(torch, folder);
    expect(report).toMatchObject({ passed: 11, failed: 0 });
  }, 120_000);

  test("is compared with, and what it cannot do is neither passed nor failed", async () => {
    const { cases, failed } = await conform(torch, published, { suites: ["layers"] });
    expect(failed).toBe(0);
    const unsupported = cases.filter(({ status }) => status === "unsupported");
    expect(unsupported.map(({ id }) => id)).toEqual([
      "conv-padding-same",
      "conv-everything",
      "conv-kernel-even",
      "linear-no-bias",
      "norm-not-affine",
    ]);
    expect(unsupported[0]?.message).toContain("square");
  }, 120_000);

  test("exchanges checkpoints with torch, in both formats", async () => {
    const spec = { kind: "resnet20", dtype: "float64" } as const;
    for (const format of ["pt", "safetensors"] as const) {
      const path = join(folder, `theirs.${format}`);
      const theirs = await published.model(spec);
      await theirs.save(path, { format });
      const ours = await torch.load(path, { spec });
      expect(ours.tensors).toEqual(theirs.tensors);
      expect(await ours.read()).toEqual(await theirs.read());
      await ours.save(path, { format });
      const back = await published.load(path, { spec });
      expect(await back.read()).toEqual(await theirs.read());
      await Promise.all([theirs, ours, back].map((model) => model.dispose()));
    }
  }, 60_000);

  test("predicts as torch does, sample by sample", async () => {
    // Sigmas so small that the entropies are neither 0 nor all the same.
    const spec = { kind: "resnet20", dtype: "float64", initLogSigma: -4 } as const;
    const path = join(folder, "predicting.safetensors");
    const theirs = await published.model(spec);
    await theirs.save(path);
    const ours = await torch.load(path);
    const images = tensor(
      Float64Array.from({ length: 5 * 3 * 64 }, (_, i) => Math.sin(i)),
      [5, 3, 8, 8],
    );
    const asked = { samples: 3, batch: 2, noise: { kind: "wave", next: 4 } } as const;
    const [a, b] = [await theirs.predict(images, asked), await ours.predict(images, asked)];
    for (const name of ["logits", "entropyMean", "entropySpread"] as const) {
      expect(a[name].shape).toEqual(b[name].shape);
      expect(farthest(a[name], b[name])).toBeLessThan(1e-9);
    }
  }, 60_000);

  test("says what its loop cannot do", async () => {
    const model = await published.model({ kind: "resnet20" });
    const batch = { images: tensor(new Float32Array(2 * 3 * 64), [2, 3, 8, 8]), labels: tensor(Int32Array.of(1, 2)) };
    const trace = (options: object) =>
      model.trace([batch], { step: stepOptions.parse(options), trainingSize: 10, noise: { kind: "wave", next: 0 } });
    await expect(trace({ steps: 3 })).rejects.toMatchObject({
      code: "unsupported",
      message: expect.stringContaining("steps = 5, got 3"),
    });
    await expect(trace({ fidelity: "paper" })).rejects.toMatchObject({ code: "unsupported" });
    await expect(published.model({ kind: "resnet20", dtype: "bfloat16" })).rejects.toMatchObject({
      code: "unsupported",
    });
  }, 60_000);

  test("a file that was changed is named", async () => {
    const changed = join(folder, "changed");
    await cp(checkout ?? "", changed, { recursive: true });
    await writeFile(join(changed, "models/vgg_vi.py"), "# nothing\n");
    await using backend = await open({ backend: "reference", checkout: changed, device: "cpu" });
    await expect(backend.info()).rejects.toMatchObject({ code: "file", message: expect.stringContaining("vgg_vi.py") });
  }, 60_000);
});
