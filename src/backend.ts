import type { Dataset, Split } from "./data/dataset.ts";
import type { Evaluation } from "./metrics.ts";
import type { BackendName } from "./schema/backends.ts";
import type { Normalization } from "./schema/data.ts";
import type { FitEvent } from "./schema/events.ts";
import type { ModelSpec, ModelSpecInput } from "./schema/models.ts";
import type {
  FitOptionsInput,
  ForwardOptionsInput,
  GradientOptionsInput,
  NoiseSpec,
  PredictOptionsInput,
  StepOptions,
} from "./schema/options.ts";
import type { FitResult, StepRecord } from "./schema/results.ts";
import type { TensorInfo } from "./schema/tensors.ts";
import type { NamedTensors, Tensor } from "./tensor.ts";

export interface Cancellable {
  /** Gives the work up: its promise rejects with an AdsamError of code `cancelled`; training stops as by `cancel()`. */
  readonly signal?: AbortSignal | undefined;
}

/** What a backend runs on. */
export interface BackendInfo {
  readonly backend: BackendName;
  readonly device: string;
  readonly deviceName: string;
  /** The numbers that it can compute in. */
  readonly dtypes: readonly ModelSpec["dtype"][];
  /** Versions of the parts it is made of, such as `{ torch: "2.13.0" }`. */
  readonly versions: Readonly<Record<string, string>>;
}

/** Files that a run writes and reads, beside the model itself. */
export interface FitFiles {
  /** Where the model is saved after each epoch and at the end. */
  readonly checkpoint?: string | undefined;
  /** Where the training state is saved with it, so that a run can go on as if it had never stopped. */
  readonly state?: string | undefined;
  /** A training state to go on from. */
  readonly resume?: string | undefined;
}

export type FitRunOptions = FitOptionsInput & FitFiles & Cancellable;

/**
 * Training under way. Iterate it for its events, await it for its result; it goes on without either.
 * Several may iterate it, each of whom sees all events that are still kept: every epoch, and the last 4096 steps or so.
 * Leaving the loop early, when nobody else iterates, cancels the run and waits for its end.
 * A cancelled run resolves with status "cancelled", its checkpoint written; so does one whose backend is closed.
 */
export interface Run extends AsyncIterable<FitEvent>, PromiseLike<FitResult> {
  cancel(): void;
}

export interface Prediction {
  /** Of each Monte Carlo sample: [S, N, classes]. */
  readonly logits: Tensor;
  /** Ha, nats: mean over samples of the softmax entropy, [N]. */
  readonly entropyMean: Tensor;
  /** He, nats: mean absolute deviation of the samples' entropies from Ha, [N]. */
  readonly entropySpread: Tensor;
}

export interface Gradients {
  readonly loss: number;
  readonly kl: number | null;
  readonly output: Tensor;
  readonly input: Tensor;
  /** Of every parameter that the loss depends on, and of the stored eps when they are used. */
  readonly parameters: NamedTensors;
}

/** A tensor on its way through a model, and the loss's gradient with respect to it. */
export interface Operation {
  /** `<layer>/input`, `<layer>/weight`, `<layer>/bias` or `<layer>/output`. */
  readonly name: string;
  readonly value: Tensor;
  /** null where the loss does not depend on it. */
  readonly gradient: Tensor | null;
}

/** A forward and backward taken apart. */
export interface Inspection {
  readonly loss: number;
  readonly kl: number | null;
  /** In the order of execution. */
  readonly operations: readonly Operation[];
}

export type PredictRunOptions = PredictOptionsInput & Cancellable & { readonly normalization?: Normalization | null };

export type EvaluateOptions = PredictOptionsInput & Cancellable & { readonly part?: "train" | "test" };

export interface Model {
  readonly spec: ModelSpec;
  /** Parameters and buffers, in the order of the checkpoint. */
  readonly tensors: readonly TensorInfo[];
  /** Trains on `data.train`, validating each epoch on `data.test`. */
  fit(data: Dataset, options?: FitRunOptions): Run;
  /** Accuracy and uncertainty on a part of the data set, the test images unless told otherwise. */
  evaluate(data: Dataset, options?: EvaluateOptions): Promise<Evaluation>;
  /** Monte Carlo prediction on images [N, 3, H, W]. */
  predict(images: Tensor, options?: PredictRunOptions): Promise<Prediction>;
  forward(input: Tensor, options?: ForwardOptionsInput & Cancellable): Promise<{ output: Tensor; kl: number | null }>;
  /** `target`: labels [N] for the ELBO, the direction shaped as the output for the projection. */
  gradients(input: Tensor, target: Tensor, options?: GradientOptionsInput & Cancellable): Promise<Gradients>;
  /** What `gradients` does, with every layer's tensors on the way. */
  inspect(input: Tensor, target: Tensor, options?: GradientOptionsInput & Cancellable): Promise<Inspection>;
  /** Takes one training step a batch and records every forward of it, as golden/adversarial.json does. */
  trace(batches: readonly Split[], options: TraceOptions): Promise<readonly StepRecord[]>;
  /** Parameters and buffers by name; all of them without `names`. */
  read(names?: readonly string[]): Promise<NamedTensors>;
  /** Overwrites the parameters and buffers named. */
  write(tensors: NamedTensors): Promise<void>;
  save(path: string, options?: { readonly format?: "safetensors" | "pt" }): Promise<void>;
  dispose(): Promise<void>;
}

export interface TraceOptions extends Cancellable {
  readonly step: StepOptions;
  /** N of beta = 1 / N / 100. */
  readonly trainingSize: number;
  readonly noise: NoiseSpec;
}

export interface LoadOptions {
  /** What the file holds, for a checkpoint that does not say so itself (.pt). */
  readonly spec?: ModelSpecInput;
  /** Takes a plain network's weights as the means of the Bayesian one that `spec` describes. */
  readonly pretrained?: boolean;
}

/** An implementation of the models and their training, on a device. */
export interface Backend extends AsyncDisposable {
  info(): Promise<BackendInfo>;
  model(spec: ModelSpecInput): Promise<Model>;
  load(path: string, options?: LoadOptions): Promise<Model>;
  close(): Promise<void>;
}

/** What a Python function gives. */
export interface CallResult {
  readonly outputs: readonly Tensor[];
  readonly gradients: NamedTensors;
}

export interface CallOptions extends Cancellable {
  /** Inputs whose gradients of sum_i(output_i * wave(400 + i)) are wanted. */
  readonly differentiate?: readonly string[];
  /** What float inputs are cast to; float64 unless told otherwise. */
  readonly dtype?: "float32" | "float64";
  /** Where to look for the module besides Python's own path; the working directory unless told otherwise. */
  readonly folder?: string;
}

/** The bridge to PyTorch, which can call Python functions too. */
export interface TorchBackend extends Backend {
  /** Calls `package.module:function` with tensors as keyword arguments; it returns a tensor or a sequence of them. */
  call(target: string, inputs: NamedTensors, options?: CallOptions): Promise<CallResult>;
}
