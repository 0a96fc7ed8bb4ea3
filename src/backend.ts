import type { ForwardResult, Gradients, Inspection, Prediction } from "./answers.ts";
import type { Dataset, Split } from "./data/dataset.ts";
import type { AskOptions } from "./interop/asker.ts";
import type { Contract } from "./interop/contract/contract.ts";
import type { Client } from "./interop/contract/use.ts";
import type { PythonObject } from "./interop/handle.ts";
import type { Recording } from "./interop/recording/record.ts";
import type { KeepCalls } from "./interop/recording/watched.ts";
import type { Evaluation } from "./metrics.ts";
import type { NativeFunction, Patch, PatchOptions } from "./port/port.ts";
import type { StagedOptions, StageMaker } from "./port/stages/stage.ts";
import type { BackendName } from "./schema/backends.ts";
import type { InputNormalization, Normalization } from "./schema/data.ts";
import type { ModelSpec, ModelSpecInput } from "./schema/models.ts";
import type {
  EvaluateOptionsInput,
  FitOptionsInput,
  ForwardOptionsInput,
  FunctionCallOptionsInput,
  GradientOptionsInput,
  NoiseSpec,
  PredictOptionsInput,
  ProgramInput,
  StepOptions,
} from "./schema/options.ts";
import type { StepRecord } from "./schema/results.ts";
import type { TensorInfo } from "./schema/tensors.ts";
import type { NamedTensors, Tensor } from "./tensor.ts";
import type { FitFiles, Run } from "./training.ts";

export type * from "./answers.ts";
export type * from "./port/stages/stage.ts";

/** Work that can be given up. */
export interface Cancellable {
  /** Gives the work up: its promise rejects with an AdsamError of code `cancelled`; training stops as by `cancel()`. */
  readonly signal?: AbortSignal | undefined;
}

/** What a backend runs on. */
export interface BackendInfo {
  /** Its name. */
  readonly backend: BackendName;
  /** What the device asked for has become: cpu, cuda:0. */
  readonly device: string;
  /** The device as its maker calls it. */
  readonly deviceName: string;
  /** How many threads one operation is computed on; null: the engine decides. */
  readonly threads: number | null;
  /** The numbers that it can compute in. */
  readonly dtypes: readonly ModelSpec["dtype"][];
  /** Versions of the parts it is made of, such as `{ torch: "2.13.0" }`. */
  readonly versions: Readonly<Record<string, string>>;
}

/** How a model is trained, and what is written on the way. */
export type FitRunOptions = FitOptionsInput & FitFiles & Cancellable & StagedOptions<Backend>;

/** How to predict. */
export interface PredictRunOptions extends PredictOptionsInput, Cancellable {}

/** What to evaluate on, and how to predict. */
export interface EvaluateRunOptions extends EvaluateOptionsInput, Cancellable {}

/** How a forward goes. */
export interface ForwardRunOptions extends ForwardOptionsInput, Cancellable {}

/** What is differentiated, and how the forward goes. */
export interface GradientRunOptions extends GradientOptionsInput, Cancellable {}

/** How a model is saved. */
export interface SaveOptions {
  /** safetensors unless told otherwise, which holds spec and normalization too; pt is what the published code loads. */
  readonly format?: "safetensors" | "pt" | undefined;
}

/**
 * A network, or a layer on its own. Its calls happen in the order in which they are made.
 * Whole numbers (uint8) that it is given are pixels, and are normalised as those that it was trained on; floating point numbers
 * are its input already. The option `normalization` says otherwise; without it pixels are refused (`usage`) by a model that
 * knows no normalization.
 * Every one of them rejects with an AdsamError: `usage` for an option out of range, a tensor that does not fit and a model that
 * was disposed of, `closed` after the backend was closed, `crashed` when its process is gone.
 */
export interface Model {
  /** What was built, defaults included. */
  readonly spec: ModelSpec;
  /** Parameters and buffers, in the order of the checkpoint. */
  readonly tensors: readonly TensorInfo[];
  /**
   * How the pixels that it was trained on became its input: `fit` learns it from the data set, and a safetensors file keeps
   * it. null: it was trained on none, or nobody says, as in a .pt file.
   */
  readonly normalization: Normalization | null;
  /**
   * Trains on `data.train`, validating each epoch on `data.test`.
   * @throws AdsamError, when the run is awaited or iterated: `data` for a data set that the network does not take, `file` and
   *   `disk` where what it writes cannot be written.
   */
  fit(data: Dataset, options?: FitRunOptions): Run;
  /**
   * Accuracy and uncertainty on a part of the data set, the test images unless told otherwise.
   * @throws AdsamError `data` for a data set that the network does not take, and for one that normalises its pixels otherwise
   *   than the model's, unless the option `normalization` says which is meant.
   */
  evaluate(data: Dataset, options?: EvaluateRunOptions): Promise<Evaluation>;
  /**
   * Monte Carlo prediction.
   * @param images [N, 3, H, W]: pixels, or floating point numbers.
   * @throws AdsamError `data` for images that the network does not take.
   */
  predict(images: Tensor, options?: PredictRunOptions): Promise<Prediction>;
  /**
   * One pass through the model.
   * @param input what the model takes: [N, 3, H, W] for a network.
   */
  forward(input: Tensor, options?: ForwardRunOptions): Promise<ForwardResult>;
  /**
   * One forward and one backward.
   * @param input as for `forward`.
   * @param target labels [N] for the ELBO, the direction shaped as the output for the projection.
   */
  gradients(input: Tensor, target: Tensor, options?: GradientRunOptions): Promise<Gradients>;
  /** What `gradients` does, with every layer's tensors on the way. */
  inspect(input: Tensor, target: Tensor, options?: GradientRunOptions): Promise<Inspection>;
  /**
   * Takes one training step a batch and records every forward of it, as golden/adversarial.json does.
   * @param batches images and labels.
   */
  trace(batches: readonly Split[], options: TraceOptions): Promise<readonly StepRecord[]>;
  /** Parameters and buffers by name; all of them without `names`. */
  read(names?: readonly string[]): Promise<NamedTensors>;
  /** Overwrites the parameters and buffers named; the others stay. */
  write(tensors: NamedTensors): Promise<void>;
  /**
   * Writes the model to a file, all at once.
   * @throws AdsamError `file` and `disk` where it cannot be written.
   */
  save(path: string, options?: SaveOptions): Promise<void>;
  /** Frees what it holds. */
  dispose(): Promise<void>;
}

/** The steps that a trace takes. */
export interface TraceOptions extends Cancellable, StagedOptions<Backend> {
  /** What each step does. */
  readonly step: StepOptions;
  /** N of beta = 1 / N / 100. */
  readonly trainingSize: number;
  /** Where the noise of the weights comes from. */
  readonly noise: NoiseSpec;
  /** How the images become the network's input; "model" unless given. */
  readonly normalization?: InputNormalization | undefined;
}

/** What a checkpoint is taken for. */
export interface LoadOptions {
  /** What the file holds, for a checkpoint that does not say so itself (.pt). */
  readonly spec?: ModelSpecInput | undefined;
  /** Takes a plain network's weights as the means of the Bayesian one that `spec` describes. */
  readonly pretrained?: boolean | undefined;
  /**
   * With `pretrained`: initial sigma of each weight in parts of the plain network's, sigma = relativeSigma * |w| (the delta of
   * MOPED), at least e^-20. Unless given, as the spec's `initLogSigma` says.
   */
  readonly relativeSigma?: number | undefined;
}

/**
 * An implementation of the models and their training, on a device. `await using` closes it at the end of its block.
 * Its calls reject with an AdsamError: `environment` where it lacks what it needs, `crashed` when its process is gone, `closed`
 * after `close`.
 */
export interface Backend extends AsyncDisposable {
  /** What it computes of the steps of other backends' models: see `FitRunOptions.stages`. */
  readonly stages: StageMaker;
  /** What it runs on. */
  info(): Promise<BackendInfo>;
  /**
   * A new model, its weights as the spec's seed gives them.
   * @throws AdsamError `usage` for a spec that is out of range or contradicts itself.
   */
  model(spec: ModelSpecInput): Promise<Model>;
  /**
   * The model that a checkpoint holds: .safetensors, or the published code's .pt.
   * @throws AdsamError `file` when it cannot be read, `checkpoint` when it is damaged, foreign or of another model.
   */
  load(path: string, options?: LoadOptions): Promise<Model>;
  /** Ends what is under way, and frees everything; a second time does nothing. */
  close(): Promise<void>;
}

/** What a Python function gives. */
export interface CallResult {
  /** In the order in which it returned them. */
  readonly outputs: readonly Tensor[];
  /** Of the inputs named in `differentiate`, each shaped as its input. */
  readonly gradients: NamedTensors;
}

/** How a Python function is called. */
export interface CallOptions extends FunctionCallOptionsInput, Cancellable {}

/** How a Python module is imported. */
export interface ImportOptions extends ProgramInput, Pick<AskOptions, "signal" | "onOutput"> {}

/** How a program is run that is recorded: in `folder`; `argv` is for the import of the modules alone. */
export interface RecordingOptions extends Omit<ImportOptions, "cuda"> {
  /** Calls are kept there, for \`prove\`. */
  readonly keepCalls?: KeepCalls | undefined;
}

/** The bridge to PyTorch, which can call Python functions too. */
export interface TorchBackend extends Backend {
  /**
   * Calls `package.module:function` with tensors as keyword arguments. It returns a tensor or a number, or a list or tuple
   * of them; numbers arrive as tensors of shape []. An input that an output does not depend on has a gradient of zeros.
   * @throws AdsamError `usage` for a target that is not there or a result that is something else, `environment` for a
   *   module that it needs and Python lacks, `python` with the exception that it, or its module on import, raised.
   */
  call(target: string, inputs: NamedTensors, options?: CallOptions): Promise<CallResult>;
  /**
   * A Python module, as a handle: its functions and classes are its attributes and methods.
   * @throws AdsamError `usage` for a module that is not there, `environment` for one that it needs and Python lacks, `python`
   *   with the exception that it raised on import.
   */
  import(module: string, options?: ImportOptions): Promise<PythonObject>;
  /**
   * The modules of a client that `adsam wrap` has made, typed. Arguments and answers are held to what Python declares.
   * @throws AdsamError as `import`, and `usage` for modules that have changed in a way that breaks callers.
   */
  use<Modules>(client: Client<Modules>, options?: ImportOptions): Promise<Modules>;
  /**
   * Puts a TypeScript function in the place of a Python one, `module:function` or `module:Class.method`, in the program of a
   * folder: wherever modules of the folder have it. Gradients go through it. `await using` and `dispose` take it out again.
   * @throws AdsamError `usage` for a target that is not there, is none of the folder's, is patched already, or gives no result but
   *   a generator or a coroutine, and as `import`.
   */
  patch(target: string, native: NativeFunction, options?: PatchOptions): Promise<Patch>;
  /**
   * What Python modules offer to a caller: functions, classes, and the types of what goes in and comes out.
   * @throws AdsamError as `import`.
   */
  contract(modules: readonly string[], options?: ProgramInput): Promise<Contract>;
  /**
   * Runs a program of the user's, such as `python main.py --epochs 1`, in a Python process of its own, and notes what goes into
   * functions and methods of modules and comes out: their contract then has types where they say none themselves.
   * @throws AdsamError as `import`; `usage` for what is no Python program, a script that is not there, and a program that calls
   *   nothing of the modules; `cancelled`.
   */
  record(modules: readonly string[], command: string, options?: RecordingOptions): Promise<Recording>;
}
