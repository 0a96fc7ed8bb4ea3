import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { resumeTraining } from "../../src/experiments/resume.ts";
import { openRun } from "../../src/experiments/run-folder.ts";
import { train } from "../../src/experiments/train.ts";
import { open } from "../../src/open.ts";
import { readSafetensors } from "../../src/safetensors.ts";
import { fingerprints } from "../fingerprints.ts";
import { temporaryFolder } from "../temporary.ts";
import { digitsFile, firstDigits } from "../tfjs/digits.ts";

const model = { kind: "resnet20", initLogSigma: -3 } as const;
const fit = { epochs: 2, batch: 8, steps: 0, seed: 7 };

async function weights(folder: string) {
  return fingerprints((await readSafetensors(join(folder, "checkpoint.safetensors"))).tensors);
}

async function finished(events: AsyncIterable<{ readonly kind: string }>): Promise<void> {
  for await (const _ of events);
}

describe.each(["torch", "tfjs"] as const)("runs of one open backend of %s, on a data set in memory", (name) => {
  test("are what runs of their own on a file would be, and leave the backend open", async () => {
    const parent = await temporaryFolder();
    const [alone, first, second] = ["alone", "first", "second"].map((part) => join(parent, part)) as [
      string,
      string,
      string,
    ];
    await using backend = await open({ backend: name, device: "cpu" });
    const data = await firstDigits(20, 4);
    const file = { name: await digitsFile(parent, 20, 4) };
    await finished(train({ model, data: file, fit, folder: alone, backend: { backend: name, device: "cpu" } }));
    await finished(train({ model, data, fit, folder: first, backend }));
    for await (const event of train({ model, data, fit, folder: second, backend })) if (event.kind === "epoch") break;
    await finished(resumeTraining(second, { data, backend }));
    expect(await weights(first)).toEqual(await weights(alone));
    expect(await weights(second)).toEqual(await weights(alone));
    const { record, result } = await openRun(second);
    expect(result).toMatchObject({ status: "finished", epochs: 2 });
    expect(record.data).toMatchObject({ name: data.name, inMemory: true, folder: null, trainImages: 20 });
    expect(record.given).toMatchObject({ data: { name: data.name }, backend: { backend: name, device: "cpu" } });
  }, 120_000);
});

describe("a run on a data set in memory", () => {
  test("goes on with that data set alone", async () => {
    const folder = join(await temporaryFolder(), "run");
    await using backend = await open({ backend: "tfjs" });
    const data = await firstDigits(16, 4);
    await finished(train({ model, data, fit: { ...fit, epochs: 1 }, folder, backend }));
    const more = { epochs: 2, backend };
    await expect(finished(resumeTraining(folder, more))).rejects.toMatchObject({
      code: "usage",
      message: expect.stringContaining("a data set in memory"),
      suggestion: expect.stringContaining("as `data`"),
    });
    const other = await firstDigits(17, 4);
    await expect(finished(resumeTraining(folder, { ...more, data: other }))).rejects.toMatchObject({
      code: "data",
      message: expect.stringContaining("trainImages 16, got 17"),
    });
    await expect(finished(resumeTraining(folder, { ...more, data, dataFolder: "x" }))).rejects.toMatchObject({
      code: "usage",
      message: "expected one of data and dataFolder, got both",
    });
    await finished(resumeTraining(folder, { ...more, data }));
    expect((await openRun(folder)).result).toMatchObject({ status: "finished", epochs: 2 });
  }, 60_000);

  test("is refused before there is a folder where it is no data set", async () => {
    const folder = join(await temporaryFolder(), "run");
    const data = await firstDigits(16, 4);
    const wrong = { ...data, classes: 3 };
    await expect(finished(train({ model, data: wrong, fit, folder }))).rejects.toMatchObject({ code: "data" });
    await expect(openRun(folder)).rejects.toMatchObject({ code: "file" });
  });
});
