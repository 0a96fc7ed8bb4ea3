import type {
  Cancellable,
  EvaluateRunOptions,
  FitRunOptions,
  ForwardResult,
  ForwardRunOptions,
  GradientRunOptions,
  Gradients,
  Inspection,
  Model,
  Prediction,
  PredictRunOptions,
  SaveOptions,
  TraceOptions,
} from "../backend.ts";
import { checkDataset, checkSuits } from "../data/check.ts";
import type { Dataset, Split } from "../data/dataset.ts";
import { normalizationForEvaluation, saidOf } from "../data/normalization.ts";
import { AdsamError } from "../errors.ts";
import { absolutePath } from "../files.ts";
import { givenBatches, givenNames, givenOptions } from "../given.ts";
import type { Python } from "../interop/python.ts";
import { checkKeep } from "../kept-models.ts";
import { type Evaluation, evaluation } from "../metrics.ts";
import { withStages } from "../port/stages/open.ts";
import { StreamedRun } from "../run.ts";
import { checkSchedules } from "../schedules.ts";
import type { BackendName } from "../schema/backends.ts";
import { saveOptions } from "../schema/checkpoints.ts";
import { inputNormalization, type Normalization } from "../schema/data.ts";
import type { FitEvent } from "../schema/events.ts";
import type { ModelSpec } from "../schema/models.ts";
import {
  evaluateOptions,
  type FitOptions,
  fitOptions,
  forwardOptions,
  gradientOptions,
  type PredictOptions,
  predictOptions,
  type StepOptions,
  stateEvery as stateEverySchema,
} from "../schema/options.ts";
import type { StepRecord } from "../schema/results.ts";
import type { TensorInfo } from "../schema/tensors.ts";
import type { NamedTensors, Tensor } from "../tensor.ts";
import type { Run } from "../training.ts";
import { validate } from "../validation.ts";
import { withPrefix } from "./bundle.ts";
import type { JobAnswer } from "./messages.ts";
import type { Requests } from "./requests.ts";
import { toPython } from "./stages.ts";

/** Where a model lives. */
interface Home {
  readonly requests: Requests;
  readonly python: Python;
}

/** A model that lives in a session's Python. */
export class TorchModel implements Model {
  readonly spec: ModelSpec;
  readonly tensors: readonly TensorInfo[];
  readonly #model: number;
  readonly #requests: Requests;
  readonly #python: Python;
  readonly #backend: BackendName;
  #normalization: Normalization | null;

  constructor({ requests, python }: Home, backend: BackendName, info: JobAnswer<"create">) {
    this.spec = info.spec;
    this.tensors = info.tensors;
    this.#model = info.model;
    this.#normalization = info.normalization;
    this.#requests = requests;
    this.#python = python;
    this.#backend = backend;
  }

  fit(data: Dataset, given: FitRunOptions = {}): Run {
    return new StreamedRun(async (onEvent, stop) => {
      const { checkpoint, state, stateEvery, keep, events, resume, signal, stages, ...rest } = givenOptions(
        given,
        "fit",
      );
      const options = validate(fitOptions, rest, "fit");
      checkSchedules(options);
      checkDataset(data);
      checkSuits(this.spec, data);
      const kept = checkKeep(keep, options, checkpoint);
      const files = {
        keep: kept,
        checkpoint: absolute(checkpoint, "checkpoint"),
        state: absolute(state, "state"),
        stateEvery: validate(stateEverySchema, stateEvery ?? {}, "fit: stateEvery"),
        events: absolute(events, "events"),
        resume: absolute(resume, "resume"),
      };
      const tensors = {
        "train.images": data.train.images,
        "train.labels": data.train.labels,
        "test.images": data.test.images,
        "test.labels": data.test.labels,
      };
      const learnt = () => {
        this.#normalization = saidOf(data.train.images, data.normalization) ?? this.#normalization;
      };
      const told = (event: FitEvent) => {
        learnt(); // by now Python's model knows it, even if the run fails later
        onEvent(event);
      };
      const result = await this.#withStages(options, stages, (number) =>
        this.#requests.run(
          "fit",
          { model: this.#model, options, normalization: data.normalization, ...files, stages: number, tensors },
          { onEvent: told, stop: signal === undefined ? stop : AbortSignal.any([signal, stop]) },
        ),
      );
      learnt();
      return result;
    });
  }

  get normalization(): Normalization | null {
    return this.#normalization;
  }

  async evaluate(data: Dataset, given: EvaluateRunOptions = {}): Promise<Evaluation> {
    const { signal, ...rest } = givenOptions(given, "evaluate");
    const { part, calibrate, coverage, normalization: asked, ...others } = validate(evaluateOptions, rest, "evaluate");
    checkDataset(data);
    checkSuits(this.spec, data);
    const { images, labels } = data[part];
    const { normalization, agreed } = normalizationForEvaluation(asked, data, this.normalization);
    const options = { ...others, normalization };
    return evaluation(await this.#predict(images, options, { agreed, signal }), labels, {
      calibrate: calibrate ? { coverage } : undefined,
    });
  }

  async predict(images: Tensor, given: PredictRunOptions = {}): Promise<Prediction> {
    const { signal, ...rest } = givenOptions(given, "predict");
    return this.#predict(images, validate(predictOptions, rest, "predict"), { agreed: false, signal });
  }

  /** `agreed`: the model must not have been trained with another normalization. */
  async #predict(
    images: Tensor,
    options: PredictOptions,
    { agreed, signal }: Cancellable & { readonly agreed: boolean },
  ): Promise<Prediction> {
    const request = { model: this.#model, options, agreed, tensors: { images } };
    const { tensors } = await this.#requests.run("predict", request, { signal });
    const { logits, entropy_mean: entropyMean, entropy_spread: entropySpread } = tensors;
    return { logits, entropyMean, entropySpread };
  }

  async forward(input: Tensor, given: ForwardRunOptions = {}): Promise<ForwardResult> {
    const { signal, ...rest } = givenOptions(given, "forward");
    const options = validate(forwardOptions, rest, "forward");
    const request = { model: this.#model, options, tensors: { input } };
    const { kl, tensors } = await this.#requests.run("forward", request, { signal });
    return { output: tensors.output, kl };
  }

  async gradients(input: Tensor, target: Tensor, given: GradientRunOptions = {}): Promise<Gradients> {
    const { signal, ...rest } = givenOptions(given, "gradients");
    const options = validate(gradientOptions, rest, "gradients");
    const request = { model: this.#model, options, tensors: { input, target } };
    const { loss, kl, tensors } = await this.#requests.run("gradients", request, { signal });
    const parameters = withPrefix(tensors, "gradient/");
    return { loss, kl, output: tensors.output, input: tensors.input_gradient, parameters };
  }

  async inspect(input: Tensor, target: Tensor, given: GradientRunOptions = {}): Promise<Inspection> {
    const { signal, ...rest } = givenOptions(given, "inspect");
    const options = validate(gradientOptions, rest, "inspect");
    const request = { model: this.#model, options, tensors: { input, target } };
    const { loss, kl, operations, tensors } = await this.#requests.run("inspect", request, { signal });
    const taken = operations.map((name) => {
      const value = tensors[`value/${name}`];
      if (value === undefined) throw new AdsamError("python", `expected the value of ${name} in Python's answer`);
      return { name, value, gradient: tensors[`gradient/${name}`] ?? null };
    });
    return { loss, kl, operations: taken };
  }

  async trace(batches: readonly Split[], given: TraceOptions): Promise<readonly StepRecord[]> {
    const { step, trainingSize, noise, normalization: asked = "model", stages, signal } = givenOptions(given, "trace");
    const tensors = Object.fromEntries(
      givenBatches(batches, "trace").flatMap(({ images, labels }, j) => [
        [`input.${j}`, images],
        [`labels.${j}`, labels],
      ]),
    );
    const normalization = validate(inputNormalization, asked, "trace: normalization");
    const request = { model: this.#model, options: step, trainingSize, noise, normalization, tensors };
    const { steps } = await this.#withStages(step, stages, (number) =>
      this.#requests.run("trace", { ...request, stages: number }, { signal }),
    );
    return steps;
  }

  /** `work` is given the number of the object that says in Python what is computed elsewhere; null: nothing. */
  #withStages<Result>(
    options: FitOptions | StepOptions,
    stages: FitRunOptions["stages"],
    work: (number: number | null) => Promise<Result>,
  ): Promise<Result> {
    const host = { backend: this.#backend, spec: this.spec, tensors: this.tensors, options };
    return withStages(host, stages, async (open) => {
      if (open === null) return work(null);
      await using there = await toPython(this.#python, open);
      return await work(this.#python.numberOf(there) ?? null);
    });
  }

  async read(names?: readonly string[]): Promise<NamedTensors> {
    const wanted = givenNames(names, "read");
    const request = { model: this.#model, names: wanted === undefined ? null : [...wanted] };
    return (await this.#requests.run("read", request)).tensors;
  }

  async write(tensors: NamedTensors): Promise<void> {
    await this.#requests.run("write", { model: this.#model, tensors });
  }

  async save(path: string, options: SaveOptions = {}): Promise<void> {
    const { format } = validate(saveOptions, options, "save");
    await this.#requests.run("save", { model: this.#model, path: absolutePath(path, "save"), format });
  }

  async dispose(): Promise<void> {
    await this.#requests.run("dispose", { model: this.#model });
  }
}

/** Python keeps the folder it was started in; Node may have moved on. */
function absolute(path: string | undefined, what: string): string | null {
  return path === undefined ? null : absolutePath(path, what);
}
