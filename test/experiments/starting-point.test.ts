import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { runFiles, writeRecord } from "../../src/experiments/run-folder.ts";
import { startingPoint } from "../../src/experiments/starting-point.ts";
import { networkSpec } from "../../src/schema/models.ts";
import { temporaryFolder } from "../temporary.ts";
import { record } from "./records.ts";

const spec = networkSpec.parse({ kind: "resnet20" });

test("of a run is its best model where it was kept, otherwise its last", async () => {
  const folder = await temporaryFolder();
  const files = runFiles(folder);
  await writeRecord(files.record, record);
  await expect(startingPoint({ pretrain: folder }, spec)).rejects.toMatchObject({
    code: "usage",
    message: `pretrain: expected a plain network, got the Bayesian one of ${folder}`,
  });
  await writeRecord(files.record, { ...record, model: { ...record.model, bayesian: false } });
  await expect(startingPoint({ pretrain: folder }, spec)).rejects.toMatchObject({
    code: "file",
    message: expect.stringContaining("holds no checkpoint"),
  });
  for (const checkpoint of [files.checkpoint, files.best]) {
    await writeFile(checkpoint, "");
    expect(await startingPoint({ pretrain: folder, relativeSigma: 0.1 }, spec)).toEqual({
      checkpoint,
      relativeSigma: 0.1,
    });
  }
  await expect(startingPoint({ pretrain: join(folder, "..") }, spec)).rejects.toMatchObject({
    message: expect.stringContaining("is not the folder of a run"),
  });
});

test.each([
  [{ relativeSigma: 0.1 }, true, /^relativeSigma: expected pretrain, .* got none$/],
  [{ relativeSigma: 0.1, pretrain: "plain" }, false, /^relativeSigma: .* got one for a plain network$/],
  [{ relativeSigma: 0, pretrain: "plain" }, true, /relativeSigma: expected a number above 0, got 0/],
])("%j of a network with sigmas (%s) is refused", async (asked, bayesian, message) => {
  const start = startingPoint(asked, { ...spec, bayesian });
  await expect(start).rejects.toMatchObject({ code: "usage", message: expect.stringMatching(message) });
});

test("of nothing is nothing", async () => {
  expect(await startingPoint({ relativeSigma: null }, spec)).toBeNull();
});
