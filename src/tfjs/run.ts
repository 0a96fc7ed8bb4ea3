import { better, isSpent } from "../patience.ts";
import type { OpenStages } from "../port/stages/stage.ts";
import { permutation } from "../random.ts";
import type { Safetensors } from "../safetensors.ts";
import { betaShare, learningRateAt } from "../schedules.ts";
import type { Normalization } from "../schema/data.ts";
import type { EpochEvent, FitEvent, StepEvent, TrainingMeans } from "../schema/events.ts";
import type { FitOptions } from "../schema/options.ts";
import type { FitResult } from "../schema/results.ts";
import { type NamedTensors, tensor } from "../tensor.ts";
import { loadTensors, readTensors } from "./checkpoint.ts";
import { augment, type LabelledImages, labelsOf, networkInput, pick } from "./data.ts";
import { checkValidation, checkWeights } from "./divergence.ts";
import { FastStep } from "./fast/step.ts";
import type { Keeper } from "./keeper.ts";
import { meansOf, noSums } from "./measurements.ts";
import type { Network } from "./models/network.ts";
import { Pace } from "./pace.ts";
import { scoped } from "./passes.ts";
import { type OnEvent, StepReporter } from "./reporting.ts";
import {
  noProgress,
  type Progress,
  packState,
  restoreStep,
  type Setting,
  stepTensors,
  subset,
  unpackState,
} from "./state.ts";
import { Streams } from "./streams.ts";
import { validate } from "./validate.ts";

/** null: no test, no normalization of pixels, nothing written down, no stage elsewhere. `stop` is looked at after every step. */
export interface RunSetting {
  readonly train: LabelledImages;
  readonly test: LabelledImages | null;
  readonly options: FitOptions;
  readonly normalization: Normalization | null;
  readonly onEvent: OnEvent;
  readonly stop: AbortSignal;
  readonly files: Keeper | null;
  readonly stages: OpenStages | null;
}

/** A run under way: what `fit` drives, writes down and restores. */
export class Run {
  readonly #model: Network;
  readonly #setting: RunSetting;
  readonly #streams: Streams;
  readonly #step: FastStep;
  /** Weight of the KL divergence in full. */
  readonly #beta: number;
  readonly #pace = new Pace();
  readonly #began = performance.now();
  #progress: Progress = noProgress();
  #order: readonly number[] = [];
  #last: StepEvent | null = null;

  constructor(model: Network, setting: RunSetting) {
    this.#model = model;
    this.#setting = setting;
    this.#streams = new Streams(setting.options);
    this.#step = new FastStep(model, setting.options, setting.train.labels.length, undefined, setting.stages);
    this.#beta = this.#step.beta;
  }

  /**
   * Runs to the end or until it is stopped, and saves its files after each epoch and then.
   * @throws AdsamError `diverged`, with good weights alone saved; `disk` and `file`.
   */
  async go(): Promise<FitResult> {
    const { options, stop, files } = this.#setting;
    await files?.begin(this.#progress);
    if (this.#progress.epochs === options.epochs || this.#isSpent()) await this.#save();
    while (this.#progress.epochs < options.epochs && !this.#isSpent()) {
      const done = !stop.aborted && (await this.#trainEpoch()) && (await this.#endEpoch());
      if (done) await this.#keep();
      await this.#save();
      if (!done) return this.#result("cancelled");
    }
    return this.#result("finished");
  }

  /** Everything that the run needs to go on, as the contents of a file. */
  state(): Safetensors {
    const model = Object.entries(readTensors(this.#model)).map(([name, values]) => [`model.${name}`, values]);
    const order = tensor(BigInt64Array.from(this.#order, BigInt));
    const tensors: NamedTensors = {
      ...Object.fromEntries(model),
      ...this.#streams.tensors(),
      ...stepTensors(this.#step),
      order,
    };
    return packState(this.#written(), { ...this.#progress, seconds: this.#seconds() }, tensors);
  }

  /**
   * Goes on from what `state` gave: bit for bit when the twin wrote it on the same engine. From a state of the torch
   * backend it goes on with the same model, moments, sums, batches and position, and new noise.
   * @param name of the file, for messages.
   */
  restore(file: Safetensors, name: string): void {
    this.#progress = unpackState(file, name, this.#written());
    loadTensors(this.#model, subset(file.tensors, "model."), name);
    restoreStep(this.#step, file.tensors);
    this.#streams.restore(file.tensors);
    this.#order = Array.from<number | bigint, number>(file.tensors.order?.data ?? [], Number);
  }

  dispose(): void {
    this.#step.dispose();
  }

  /** Whether it came to its end. */
  async #trainEpoch(): Promise<boolean> {
    const { options, train, stop, files } = this.#setting;
    const progress = this.#progress;
    const learningRate = learningRateAt(options, progress.epochs);
    if (progress.batch === 0) this.#beginEpoch();
    this.#step.optimizer.learningRate = learningRate;
    const reporter = new StepReporter((event) => this.#tell(event), progress.epoch);
    const batches = Math.ceil(train.labels.length / options.batch);
    while (progress.batch < batches) {
      const start = progress.batch * options.batch;
      const indices = this.#order.slice(start, start + options.batch);
      this.#step.beta = this.#betaAt(progress.batch, batches);
      const means = this.#takeStep(indices);
      progress.batch += 1;
      progress.steps += 1;
      const { epochs: epoch, steps: step, batch } = progress;
      const place = { epoch, step, batch, batches, learningRate, beta: means.kl === null ? null : this.#step.beta };
      reporter.add(place, indices.length, means);
      this.#last = reporter.last;
      await this.#pace.rest();
      if (stop.aborted) break;
      if (progress.batch < batches && files?.isStateDue(progress.steps)) await this.#saveState();
    }
    return progress.batch === batches;
  }

  /** Of a step of the epoch under way, `batch` of which come before it. */
  #betaAt(batch: number, batches: number): number {
    return this.#beta * betaShare(this.#setting.options, { epoch: this.#progress.epochs, batch, batches });
  }

  #tell(event: FitEvent): void {
    this.#setting.files?.log(event);
    this.#setting.onEvent(event);
  }

  #isSpent(): boolean {
    return isSpent(this.#progress.epochs, this.#progress.best, this.#setting.options);
  }

  async #keep(): Promise<void> {
    const { epochs, best } = this.#progress;
    this.#checkWeights();
    await this.#setting.files?.keepModel(this.#model, epochs, best?.epoch === epochs - 1);
  }

  #checkWeights(): void {
    if (this.#last !== null) checkWeights(this.#model, this.#last);
  }

  async #saveState(): Promise<void> {
    this.#checkWeights();
    await this.#setting.files?.saveState(() => this.state(), this.#progress.steps);
  }

  async #save(): Promise<void> {
    await this.#saveState();
    await this.#setting.files?.saveModel(this.#model);
  }

  #beginEpoch(): void {
    const { options, train } = this.#setting;
    const count = train.labels.length;
    this.#progress.epoch = noSums();
    this.#order = options.shuffle
      ? permutation(count, this.#streams.order(this.#progress.epochs))
      : Array.from({ length: count }, (_, i) => i);
    if (this.#step.fidelity.optimizerReset === "each-epoch") this.#step.restartOptimizer();
  }

  #takeStep(indices: readonly number[]): TrainingMeans {
    const { options, train, normalization } = this.#setting;
    const images = augment(pick(train.images, indices), options, this.#streams.augmentation(this.#progress.steps));
    return scoped(() => {
      const x = networkInput(images, normalization);
      const y = labelsOf(train, indices);
      return this.#model.inMode(true, () => this.#model.drawingFrom(this.#streams.noise, () => this.#step.take(x, y)));
    });
  }

  /** Whether it could be validated before someone asked to stop. */
  async #endEpoch(): Promise<boolean> {
    const { options } = this.#setting;
    const progress = this.#progress;
    const validation = await this.#validate();
    if (validation === "stopped") return false;
    progress.train = meansOf(progress.epoch);
    progress.validation = validation;
    const event: EpochEvent = {
      kind: "epoch",
      timestamp: new Date().toISOString(),
      epoch: progress.epochs,
      epochs: options.epochs,
      step: progress.steps,
      train: progress.train,
      validation,
      imagesPerSecond: progress.epoch.images / progress.epoch.seconds,
      learningRate: learningRateAt(options, progress.epochs),
      beta: progress.train.kl === null ? null : this.#betaAt(progress.batch - 1, progress.batch),
      seconds: this.#seconds(),
    };
    this.#tell(event);
    checkValidation(event);
    progress.best = better(event, progress.best, options);
    progress.epochs += 1;
    progress.batch = 0;
    return true;
  }

  async #validate(): Promise<EpochEvent["validation"] | "stopped"> {
    const { test, options, normalization, stop } = this.#setting;
    if (test === null || options.validation === "none") return null;
    const { noise } = this.#streams;
    const before = noise.next;
    const sample = options.validation === "sampled";
    const found = await validate(this.#model, test, { batch: options.batch, sample, noise, normalization, stop });
    // As if it had not begun: a resumed run validates from the same noise.
    if (found === null) noise.next = before;
    return found ?? "stopped";
  }

  #written(): Setting {
    const { train, test, options, normalization } = this.#setting;
    return {
      spec: this.#model.spec,
      device: "cpu",
      options,
      normalization,
      trainShape: [...train.images.shape],
      testShape: test === null ? null : [...test.images.shape],
    };
  }

  /** Since the run began, before a resume included. */
  #seconds(): number {
    return this.#progress.seconds + (performance.now() - this.#began) / 1000;
  }

  #result(status: FitResult["status"]): FitResult {
    const { epochs, steps, train, validation, best } = this.#progress;
    const stoppedBy = status === "finished" && epochs < this.#setting.options.epochs ? "patience" : null;
    return { status, epochs, steps, seconds: this.#seconds(), train, validation, best, stoppedBy, computedBy: null };
  }
}
