import { appendFile, readFile, writeFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { MetricsFile } from "../../src/experiments/metrics-file.ts";
import { runFiles } from "../../src/experiments/run-folder.ts";
import { jsonText } from "../../src/json.ts";
import { temporaryFolder } from "../temporary.ts";
import { epoch, step } from "./records.ts";

const line = (event: object) => `${jsonText(event)}\n`;

/** The rows of a table, by the names of its columns. */
function rowsOf(text: string): Record<string, string>[] {
  const [head = "", ...rows] = text.trimEnd().split("\n");
  const names = head.split(",");
  return rows.map((row) => Object.fromEntries(row.split(",").map((cell, i) => [names[i], cell])));
}

test("a row tells of a step or an epoch, as soon as its line has ended", async () => {
  const files = runFiles(await temporaryFolder());
  const second = line(epoch);
  await writeFile(files.metrics, "what a killed run left");
  await writeFile(files.events, line(step) + second.slice(0, 40));
  const metrics = await MetricsFile.open(files);
  metrics.catchUp();
  expect(rowsOf(await readFile(files.metrics, "utf8"))).toHaveLength(1);
  await appendFile(files.events, second.slice(40));
  metrics.catchUp();
  metrics.catchUp();
  metrics.close();
  const rows = rowsOf(await readFile(files.metrics, "utf8"));
  expect(rows).toEqual([
    expect.objectContaining({
      step: "1",
      epoch: "0",
      loss: "1.5",
      kl: "100000",
      adversarialLoss: "",
      "train/loss": "",
      beta: "0.000007",
    }),
    expect.objectContaining({ step: "4", "train/loss": "NaN", loss: "", "validation/loss": "", seconds: "4" }),
  ]);
  expect(rows.map(({ timestamp }) => timestamp)).toEqual([step.timestamp, epoch.timestamp]);
});
