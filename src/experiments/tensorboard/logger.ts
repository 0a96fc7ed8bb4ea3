import { existsSync } from "node:fs";
import { readSafetensors } from "../../safetensors.ts";
import type { FitEvent } from "../../schema/events.ts";
import type { Tensor } from "../../tensor.ts";
import { LogReader } from "../log-reader.ts";
import type { BegunRun, RunLogger } from "../logger.ts";
import { metricsOf } from "../metrics.ts";
import { runFiles } from "../run-folder.ts";
import type { TrainEvent } from "../train-events.ts";
import { EventFile } from "./event-file.ts";
import { type Histogram, histogramOf } from "./histogram.ts";
import { firstImages } from "./picture.ts";
import { histograms, image, scalars } from "./summaries.ts";

/**
 * Writes an event file for TensorBoard into the run's folder, for `tensorboard --logdir runs`: the numbers of metrics.csv; after
 * each epoch how the means (`mu/`), the deviations (`sigma/`), and the gradients as the optimizer averages them (`gradient/`,
 * Adam's first moment or the momentum of SGD) are distributed, layer by layer; the first images to train on.
 * Needs neither TensorFlow nor Python. In a run that goes on no step is there twice, and none is missing.
 * @throws AdsamError, while the run goes on: `file` and `disk` where the file cannot be written.
 */
export function tensorBoardLogger(): RunLogger {
  return new TensorBoardLogger();
}

class TensorBoardLogger implements RunLogger {
  #run: BegunRun | undefined;
  #open: { readonly log: LogReader; readonly file: EventFile } | undefined;
  #afterEpoch = false;
  #lastHistogram: number | null = null;

  begin(run: BegunRun): void {
    this.#run = run;
  }

  async log(event: TrainEvent): Promise<void> {
    if (this.#run === undefined || event.kind === "start") return; // its log is not cut back yet
    this.#open ??= await this.#opened(this.#run);
    this.#catchUp(this.#open.log, this.#open.file);
    // The state is saved after an epoch is told of and before the next step is.
    if (this.#afterEpoch) await this.#addHistograms(this.#run, this.#open.file);
    this.#afterEpoch = event.kind === "epoch";
  }

  async close(): Promise<void> {
    if (this.#run === undefined || this.#open === undefined) return;
    using log = this.#open.log;
    using file = this.#open.file;
    this.#catchUp(log, file);
    await this.#addHistograms(this.#run, file);
  }

  async #opened({ folder, record, data }: BegunRun) {
    const file = await EventFile.open(folder, (await stateOf(folder))?.steps ?? 0);
    this.#lastHistogram = file.lastHistogram;
    const picture = file.hasImage ? null : firstImages(data);
    if (picture !== null) file.write(image({ time: Date.parse(record.started), step: 0 }, "images/train", picture));
    return { log: new LogReader(runFiles(folder).events), file };
  }

  /** From the log itself: what it was told while nobody read may have been dropped. */
  #catchUp(log: LogReader, file: EventFile): void {
    for (const events of log.next()) file.write(Buffer.concat(events.map(recordOf)));
  }

  async #addHistograms({ folder }: BegunRun, file: EventFile): Promise<void> {
    const state = await stateOf(folder);
    if (state === null || (this.#lastHistogram !== null && state.steps <= this.#lastHistogram)) return;
    const found = Object.entries(state.tensors).flatMap(([name, tensor]) => distributionOf(name, tensor));
    file.write(histograms({ time: Date.now(), step: state.steps }, found));
    this.#lastHistogram = state.steps;
  }
}

function recordOf(event: FitEvent): Buffer {
  const time = event.timestamp === null ? Date.now() : Date.parse(event.timestamp);
  const values = Object.entries(metricsOf(event)).flatMap(([name, value]) =>
    value === null ? [] : [[event.kind === "step" ? `step/${name}` : `epoch/${name}`, value] as const],
  );
  return scalars({ time, step: event.step }, values);
}

/** The training state on the disk, whole and of the steps that it says; null: there is none yet. */
async function stateOf(folder: string) {
  const { state } = runFiles(folder);
  if (!existsSync(state)) return null;
  const { tensors, metadata } = await readSafetensors(state);
  const { progress } = JSON.parse(metadata.training_state ?? "{}") as {
    readonly progress?: { readonly steps: number };
  };
  return { tensors, steps: progress?.steps ?? 0 };
}

const rooms: readonly (readonly [pattern: RegExp, room: string, change?: (value: number) => number])[] = [
  [/^model\.(.*\.)?mu_(\w+)$/, "mu"],
  [/^model\.(.*\.)?sigma_(\w+)$/, "sigma", Math.exp], // the file has log sigma
  [/^model\.(.*\.)?(weight|bias)$/, "weights"],
  [/^optimizer\.(?:exp_avg|momentum_buffer)\.(.*\.)?(\w+)$/, "gradient"],
];

/** How a tensor of the state is distributed, by the layer's name; none of one that is no weight. */
function distributionOf(name: string, tensor: Tensor): (readonly [tag: string, histogram: Histogram])[] {
  for (const [pattern, room, change] of rooms) {
    const [, layer = "", part] = pattern.exec(name) ?? [];
    const histogram = part === undefined ? null : histogramOf(tensor, change);
    if (histogram !== null) return [[`${room}/${layer}${part}`, histogram]];
  }
  return [];
}
