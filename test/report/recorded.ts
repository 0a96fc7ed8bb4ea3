import { mkdir, writeFile } from "node:fs/promises";
import { runFiles, writeRecord } from "../../src/experiments/run-folder.ts";
import { jsonText } from "../../src/json.ts";
import { epoch, record, result } from "../experiments/records.ts";

/** A folder as a run leaves it, without a model. */
export async function recorded(
  folder: string,
  { seed = 42, ratio = 0.8, accuracy = 0.5, epochs = 2 } = {},
): Promise<string> {
  const files = runFiles(folder);
  await mkdir(folder, { recursive: true });
  await writeRecord(files.record, { ...record, fit: { ...record.fit, seed, ratio } });
  await writeRecord(files.result, result);
  const events = Array.from({ length: epochs }, (_, n) => ({
    ...epoch,
    epoch: n,
    train: { ...epoch.train, loss: 2 - n, adversarialRise: 0.25 },
    validation: { loss: 1, accuracy, images: 360 },
  }));
  await writeFile(files.events, events.map((event) => `${jsonText(event)}\n`).join(""));
  return folder;
}
