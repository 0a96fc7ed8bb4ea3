import { cp, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { train } from "../../src/experiments/train.ts";
import { open } from "../../src/open.ts";
import { report } from "../../src/report/report.ts";
import { readSafetensors, writeSafetensors } from "../../src/safetensors.ts";
import { tensor } from "../../src/tensor.ts";
import { temporaryFolder } from "../temporary.ts";
import { digitsFile } from "../tfjs/digits.ts";

test("a run whose model predicts NaN is said in a line, and the others are reported on", async () => {
  const folder = await temporaryFolder();
  const data = { name: await digitsFile(folder, 16, 8) };
  const [good, bad] = [join(folder, "good"), join(folder, "bad")];
  await using backend = await open({ backend: "tfjs" });
  const model = { kind: "resnet20", initLogSigma: -3 } as const;
  for await (const _ of train({ model, data, fit: { epochs: 1, steps: 1 }, folder: good, backend }));
  await cp(good, bad, { recursive: true });
  const checkpoint = join(bad, "checkpoint.safetensors");
  const { tensors, metadata } = await readSafetensors(checkpoint);
  const nothing = tensor(new Float32Array(10).fill(Number.NaN), [10]);
  await writeSafetensors(checkpoint, { ...tensors, "linear.mu_bias": nothing }, metadata);
  const output = join(folder, "report.html");
  const { unpredicted } = await report([good, bad], { output, samples: 2, backend });
  expect(Object.values(unpredicted)).toEqual([expect.stringContaining("NaN")]);
  expect(await readFile(output, "utf8")).toContain("<h2>Calibration</h2>");
});
