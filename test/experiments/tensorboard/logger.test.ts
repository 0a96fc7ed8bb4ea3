import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { appendFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readEvents } from "../../../src/event-log.ts";
import { removeRun } from "../../../src/experiments/remove-run.ts";
import { resumeTraining } from "../../../src/experiments/resume.ts";
import { runFiles } from "../../../src/experiments/run-folder.ts";
import { eventFilesIn } from "../../../src/experiments/tensorboard/event-file.ts";
import { tensorBoardLogger } from "../../../src/experiments/tensorboard/logger.ts";
import { train } from "../../../src/experiments/train.ts";
import type { TrainEvent } from "../../../src/experiments/train-events.ts";
import { readSafetensors } from "../../../src/safetensors.ts";
import type { FitEvent } from "../../../src/schema/events.ts";
import { temporaryFolder } from "../../temporary.ts";
import { firstDigits } from "../../tfjs/digits.ts";

const python = join(import.meta.dirname, "../../../.adsam/venv/bin/python");
const script = join(import.meta.dirname, "read.py");

type Series<Value> = Readonly<Record<string, readonly Value[]>>;
interface Read {
  readonly scalars: Series<[step: number, time: number, value: number]>;
  /** Least, largest and count. */
  readonly histograms: Series<[step: number, moments: readonly number[]]>;
  readonly images: Series<[step: number, width: number, height: number]>;
}

/** What TensorBoard itself finds in a folder. */
function readByTensorBoard(folder: string): Read {
  const { stdout, stderr, status } = spawnSync(python, [script, folder], { encoding: "utf8", maxBuffer: 1 << 26 });
  expect(status, stderr).toBe(0);
  return JSON.parse(stdout);
}

async function follow(events: AsyncGenerator<TrainEvent>, until: (event: TrainEvent) => boolean = () => false) {
  for await (const event of events) if (until(event)) return;
}

test("a run that stopped on torch and went on on tfjs is read by TensorBoard, each step once", async () => {
  const folder = join(await temporaryFolder(), "run");
  const data = await firstDigits(8, 4);
  const fit = { epochs: 2, batch: 2, steps: 0, samplings: 1 };
  const model = { kind: "resnet20", initLogSigma: -3 } as const;
  const begun = train({ model, data, fit, folder, backend: { device: "cpu" }, loggers: [tensorBoardLogger()] });
  await follow(begun, (event) => event.kind === "step" && event.step === 6);
  const first = (await eventFilesIn(folder)).at(-1) ?? "";
  await appendFile(first, "what a kill leaves of a record");
  const backend = { backend: "tfjs" } as const;
  await follow(resumeTraining(folder, { epochs: 3, data, backend, loggers: [tensorBoardLogger()] }));

  const files = await eventFilesIn(folder);
  expect(files).toHaveLength(1);
  expect(files).not.toContain(first);
  const { scalars, histograms, images } = readByTensorBoard(folder);
  const log: FitEvent[] = [];
  for await (const event of readEvents(runFiles(folder).events)) log.push(event);
  const steps = log.filter((event) => event.kind === "step");
  const epochs = log.filter((event) => event.kind === "epoch");
  expect(steps).toHaveLength(12);
  const told = <Event extends FitEvent>(events: readonly Event[], value: (event: Event) => unknown) =>
    events.map((event) => [event.step, Date.parse(event.timestamp ?? "") / 1000, Math.fround(Number(value(event)))]);
  expect(scalars["step/loss"]).toEqual(told(steps, ({ loss }) => loss));
  expect(scalars["step/kl"]).toEqual(told(steps, ({ kl }) => kl));
  expect(scalars["step/adversarialLoss"]).toHaveLength(
    steps.filter(({ adversarialLoss }) => adversarialLoss !== null).length,
  );
  expect(scalars["epoch/validation/loss"]).toEqual(told(epochs, ({ validation }) => validation?.loss));

  const written = histograms["mu/conv1.weight"]?.map(([step]) => step) ?? [];
  expect(written).toEqual([...new Set(written)].sort((one, other) => one - other));
  expect(written.at(-1)).toBe(12);
  const { tensors } = await readSafetensors(runFiles(folder).checkpoint);
  const numbers = (tensor: string) => Array.from<number | bigint, number>(tensors[tensor]?.data ?? [], Number);
  const last = (tag: string) => histograms[tag]?.at(-1)?.[1];
  const [mu, logSigma] = [numbers("conv1.mu_weight"), numbers("conv1.sigma_weight")];
  expect(last("mu/conv1.weight")).toEqual([Math.min(...mu), Math.max(...mu), mu.length]);
  expect(last("sigma/conv1.weight")).toEqual([
    Math.exp(Math.min(...logSigma)),
    Math.exp(Math.max(...logSigma)),
    mu.length,
  ]);
  expect(last("gradient/conv1.sigma_weight")?.[2]).toBe(mu.length);
  expect(images["images/train"]).toEqual([[0, 64, 8]]);

  await removeRun(folder);
  expect(existsSync(folder)).toBe(false);
});
