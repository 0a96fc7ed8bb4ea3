import { readFile } from "node:fs/promises";
import { openRun } from "../../src/experiments/run-folder.ts";
import { readSafetensors } from "../../src/safetensors.ts";
import { jsonLines } from "../cli/adsam.ts";
import { fingerprints } from "../fingerprints.ts";

/** What a run has come to, but for the clock. */
export async function outcome(folder: string) {
  const { result, files } = await openRun(folder);
  const untimed = (record: object) => ({ ...record, seconds: 0, imagesPerSecond: 0, ended: "", timestamp: "" });
  return {
    model: fingerprints((await readSafetensors(files.checkpoint)).tensors),
    state: fingerprints((await readSafetensors(files.state)).tensors),
    events: jsonLines(await readFile(files.events, "utf8")).map(untimed),
    result: result && untimed(result),
    // But for the clock: timestamp, seconds and images a second.
    metrics: (await readFile(files.metrics, "utf8"))
      .split("\n")
      .map((row) => row.split(",").toSpliced(-4, 2).toSpliced(1, 1)),
  };
}
