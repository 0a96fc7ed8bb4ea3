export type {
  Backend,
  BackendInfo,
  EvaluateOptions,
  FitRunOptions,
  Gradients,
  LoadOptions,
  Model,
  Prediction,
  PredictRunOptions,
  Run,
  TraceOptions,
} from "./backend.ts";
export {
  type BenchOptions,
  type BenchReport,
  bench,
  type Figure,
  type SuiteName,
  type SuiteReport,
  type Target,
  type Unmeasured,
} from "./bench/index.ts";
export {
  type BackendPair,
  bisectBackends,
  type CaseReport,
  type ConformOptions,
  conform,
  type FunctionPair,
  htmlPage,
  type InputSource,
  junitXml,
  type Pair,
  type PairCase,
  type Report,
  recordGolden,
  replayGolden,
  reportTable,
  type TfjsFunction,
} from "./conformance/index.ts";
export type { Dataset, Split } from "./data/dataset.ts";
export { loadImages, type NamedImages } from "./data/images.ts";
export { type LoadDatasetOptions, loadDataset } from "./data/index.ts";
export { AdsamError, type ErrorCode, type PythonFailure } from "./errors.ts";
export { type ResumeOptions, resumeTraining } from "./experiments/resume.ts";
export { openRun, type RunFolder } from "./experiments/run-folder.ts";
export { type TrainEvent, type TrainOptions, train } from "./experiments/train.ts";
export { type Evaluation, evaluation, meanProbabilities, predictedClasses } from "./metrics.ts";
export { open } from "./open.ts";
export type { Architecture } from "./schema/architectures.ts";
export type { BackendName, OpenOptions } from "./schema/backends.ts";
export type { EpochEvent, FitEvent, StepEvent, TrainingMeans } from "./schema/events.ts";
export type { ModelSpec, ModelSpecInput } from "./schema/models.ts";
export { type Fidelity, type FitOptions, type FitOptionsInput, fidelityPresets } from "./schema/options.ts";
export type { FitResult, StepRecord } from "./schema/results.ts";
export type { TensorInfo } from "./schema/tensors.ts";
export { type Dtype, type NamedTensors, type Tensor, tensor } from "./tensor.ts";
