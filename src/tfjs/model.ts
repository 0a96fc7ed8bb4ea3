import type * as tf from "@tensorflow/tfjs-core";
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
import { checkAgreement, normalizationForEvaluation } from "../data/normalization.ts";
import { AdsamError } from "../errors.ts";
import { absolutePath } from "../files.ts";
import { givenBatches, givenNames, givenOptions } from "../given.ts";
import { checkKeep } from "../kept-models.ts";
import { type Evaluation, evaluation } from "../metrics.ts";
import { withStages } from "../port/stages/open.ts";
import { StreamedRun } from "../run.ts";
import { saveOptions } from "../schema/checkpoints.ts";
import { inputNormalization, type Normalization } from "../schema/data.ts";
import type { ModelSpec } from "../schema/models.ts";
import { positiveCount } from "../schema/numbers.ts";
import {
  evaluateOptions,
  type FitOptions,
  fitOptions,
  noise as noiseSchema,
  type PredictOptions,
  predictOptions,
  type StepOptions,
  stateEvery as stateEverySchema,
  stepOptions,
} from "../schema/options.ts";
import type { StepRecord } from "../schema/results.ts";
import type { TensorInfo } from "../schema/tensors.ts";
import { checkTensor, checkTensors, kindOf, type NamedTensors, type Tensor } from "../tensor.ts";
import type { Run } from "../training.ts";
import { validate } from "../validation.ts";
import { inspect } from "./inspection.ts";
import { checkCancelled, type Jobs } from "./jobs.ts";
import { saveModel } from "./model-files.ts";
import type { Network } from "./models/network.ts";
import { noiseFrom } from "./noise.ts";
import { forward, gradients } from "./passes.ts";
import { predict } from "./predict.ts";
import { RunFiles } from "./run-files.ts";
import { fromTf, type NamedVariables, outerDtype, overwrite } from "./tensors.ts";
import { trace } from "./trace.ts";
import * as training from "./train.ts";

/** A network of the twin behind the interface that all backends share; its files are read and written here. */
export class TfjsModel implements Model {
  readonly spec: ModelSpec;
  readonly tensors: readonly TensorInfo[];
  readonly #jobs: Jobs;
  #network: Network | null;

  constructor(network: Network, jobs: Jobs) {
    this.spec = network.spec;
    this.tensors = network.tensors;
    this.#network = network;
    this.#jobs = jobs;
  }

  fit(data: Dataset, given: FitRunOptions = {}): Run {
    return new StreamedRun(async (onEvent, stop) => {
      const { checkpoint, state, stateEvery, keep, events, resume, signal, stages, ...rest } = givenOptions(
        given,
        "fit",
      );
      const options = validate(fitOptions, rest, "fit");
      const every = validate(stateEverySchema, stateEvery ?? {}, "fit: stateEvery");
      const kept = checkKeep(keep, options, checkpoint);
      checkDataset(data);
      checkSuits(this.spec, data);
      const files = new RunFiles({ checkpoint, state, events, resume }, every, kept);
      const stops = [stop, this.#jobs.closing, ...(signal === undefined ? [] : [signal])];
      return this.#run(async (network) => {
        const setting = { normalization: data.normalization, onEvent, stop: AbortSignal.any(stops), files };
        try {
          return await withStages(this.#host(options), stages, async (open) =>
            training.fit(network, data, options, { ...setting, resume: await files.read(), stages: open }),
          );
        } finally {
          files.close();
        }
      });
    });
  }

  get normalization(): Normalization | null {
    return this.#network?.normalization ?? null;
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
  #predict(
    images: Tensor,
    options: PredictOptions,
    { agreed, signal }: Cancellable & { readonly agreed: boolean },
  ): Promise<Prediction> {
    checkTensor(images, "images");
    const check = () => {
      this.#jobs.checkOpen();
      checkCancelled(signal);
    };
    return this.#run((network) => {
      const { normalization } = options;
      if (agreed && normalization !== "model") checkAgreement(network.normalization, images, normalization);
      return predict(network, images, options, { check });
    }, signal);
  }

  async forward(input: Tensor, given: ForwardRunOptions = {}): Promise<ForwardResult> {
    const { signal, ...options } = givenOptions(given, "forward");
    checkTensor(input, "input");
    return this.#run((network) => withKl(network, forward(network, input, options)), signal);
  }

  async gradients(input: Tensor, target: Tensor, given: GradientRunOptions = {}): Promise<Gradients> {
    const { signal, ...options } = givenOptions(given, "gradients");
    checkTensors({ input, target }, "gradients");
    return this.#run((network) => withKl(network, gradients(network, input, target, options)), signal);
  }

  async inspect(input: Tensor, target: Tensor, given: GradientRunOptions = {}): Promise<Inspection> {
    const { signal, ...options } = givenOptions(given, "inspect");
    checkTensors({ input, target }, "inspect");
    return this.#run((network) => withKl(network, inspect(network, input, target, options)), signal);
  }

  async trace(batches: readonly Split[], given: TraceOptions): Promise<readonly StepRecord[]> {
    const { step, trainingSize, noise, normalization: asked = "model", stages, signal } = givenOptions(given, "trace");
    const options = validate(stepOptions, step, "trace");
    const images = validate(positiveCount, trainingSize, "trace: trainingSize");
    const checked = givenBatches(batches, "trace");
    const source = validate(noiseSchema, noise, "trace");
    const normalization = validate(inputNormalization, asked, "trace: normalization");
    return this.#run((network) => {
      const setting = { options, trainingSize: images, noise: noiseFrom(source, network.noise), normalization };
      return withStages(this.#host(options), stages, (open) =>
        trace(network, checked, { ...setting, stages: open }, () => checkCancelled(signal)),
      );
    }, signal);
  }

  async read(names?: readonly string[]): Promise<NamedTensors> {
    const wanted = givenNames(names, "read");
    return this.#run(({ variables }) => {
      const read = wanted ?? [...variables.keys()];
      return Object.fromEntries(read.map((name) => [name, fromTf(named(variables, name))]));
    });
  }

  async write(tensors: NamedTensors): Promise<void> {
    checkTensors(tensors, "write");
    return this.#run(({ variables }) => {
      const places = Object.entries(tensors).map(([name, values]) => {
        const variable = named(variables, name);
        if (variable.shape.join() !== values.shape.join()) {
          throw new AdsamError("usage", `${name}: expected shape [${variable.shape}], got [${values.shape}]`);
        }
        const expected = kindOf(outerDtype(variable));
        if (kindOf(values.dtype) === expected) return { variable, values };
        throw new AdsamError("usage", `${name}: expected ${expected} numbers, got ${values.dtype}`);
      });
      for (const { variable, values } of places) overwrite(variable, values);
    });
  }

  async save(path: string, options: SaveOptions = {}): Promise<void> {
    const place = absolutePath(path, "save");
    const { format } = validate(saveOptions, options, "save");
    return this.#run((network) => saveModel(network, place, format));
  }

  async dispose(): Promise<void> {
    await this.#run((network) => this.release(network));
  }

  /** Frees what it holds at once. */
  release(network = this.#network): void {
    network?.dispose();
    this.#network = null;
  }

  #host(options: FitOptions | StepOptions) {
    return { backend: "tfjs", spec: this.spec, tensors: this.tensors, options } as const;
  }

  #run<T>(work: (network: Network) => T | Promise<T>, signal?: AbortSignal): Promise<T> {
    return this.#jobs.run(() => {
      if (this.#network === null) {
        throw new AdsamError("usage", "this model was disposed of", { suggestion: "create or load it again" });
      }
      return work(this.#network);
    }, signal);
  }
}

/** @throws AdsamError `usage` for a name that is none of the model's. */
function named(variables: NamedVariables, name: string): tf.Variable {
  const variable = variables.get(name);
  if (variable !== undefined) return variable;
  throw new AdsamError("usage", `expected names of the model's tensors, got ${name}`, {
    suggestion: `it has ${[...variables.keys()].slice(0, 5).join(", ")}, …`,
  });
}

/** A plain network has no KL divergence. */
function withKl<Answer extends { readonly kl: number | null }>(
  { bayesian }: Network,
  answer: Answer,
): Answer & { kl: number | null } {
  return bayesian ? answer : { ...answer, kl: null };
}
