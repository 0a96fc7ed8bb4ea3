import "./disposal.ts";

export type * from "./backend.ts";
export {
  type BenchOptions,
  type BenchReport,
  type BenchSuiteName,
  bench,
  type Effort,
  type Figure,
  type Machine,
  type Spread,
  type SuiteReport,
  type Target,
  type Unit,
  type Unmeasured,
} from "./bench/index.ts";
export {
  type ArgumentSource,
  type ArgumentSources,
  type Arguments,
  type BackendPair,
  type Bisection,
  type BisectOptions,
  type BisectPortOptions,
  bisectBackends,
  bisectPort,
  type CaseName,
  type CaseReport,
  type ChainStep,
  type Chains,
  type Comparison,
  type ComputeOptions,
  type ConformOptions,
  conform,
  type DepartingNumber,
  type Departure,
  type DifferenceKind,
  type FunctionPair,
  formatPortBisection,
  type GoldenOptions,
  type GoldenSuite,
  type Handed,
  htmlPage,
  type InputSource,
  type InputSources,
  junitXml,
  type KnownFault,
  type NamedPair,
  type NamedPort,
  Outcome,
  type OutcomeParts,
  outcome,
  type Pair,
  type PairCase,
  type Port,
  type PortBisection,
  type PortContext,
  type PortDeparture,
  type ProveCase,
  type ProveOptions,
  portBisectionSvg,
  prove,
  type Quantity,
  type RecordOptions,
  type Report,
  type ReportOptions,
  recordGolden,
  replayGolden,
  reportTable,
  type ScaledSource,
  type SourceLine,
  type SuiteName,
  type TensorForm,
  type TfjsFunction,
  type Worst,
} from "./conformance/index.ts";
export {
  type CorruptionName,
  type CorruptOptions,
  corruptDataset,
  corruptImages,
  corruptionNames,
} from "./data/corrupt/index.ts";
export type { Dataset, Split } from "./data/dataset.ts";
export {
  type ChannelDescription,
  type DataDescription,
  describeData,
  type PartDescription,
} from "./data/describe.ts";
export {
  type DownloadProgress,
  type FetchDataOptions,
  type FetchedData,
  type FetchedFile,
  fetchData,
} from "./data/fetch/index.ts";
export { loadImages, type NamedImages } from "./data/images.ts";
export { loadDataset } from "./data/index.ts";
export type { LoadDatasetOptions } from "./data/load-options.ts";
export type { PublishedName } from "./data/names.ts";
export { type Features, loadFeatures } from "./data/sources/features.ts";
export type { LeftOut } from "./data/sources/found.ts";
export { AdsamError, type AdsamErrorOptions, type ErrorCode, type PythonFailure } from "./errors.ts";
export { compareRuns, type RunComparison, type RunDifference } from "./experiments/compare-runs.ts";
export { mergeConfigs, readTrainConfig } from "./experiments/config.ts";
export type { DataChoice } from "./experiments/data.ts";
export { type EndOfRun, followRun } from "./experiments/follow-run.ts";
export {
  listRuns,
  type RunFilter,
  type RunList,
  type RunStatus,
  type RunSummary,
  type UnreadableRun,
} from "./experiments/list-runs.ts";
export type { BegunRun, RunLogger } from "./experiments/logger.ts";
export { type MlflowOptions, mlflowLogger } from "./experiments/mlflow/logger.ts";
export { type PaperOptions, type PaperResult, paperExperiment } from "./experiments/paper/paper.ts";
export type { PaperFidelity, PaperMethod } from "./experiments/paper/plan.ts";
export type { PaperMetric, PaperRetention, PaperRow } from "./experiments/paper/rows.ts";
export { type PresetName, presets } from "./experiments/presets.ts";
export type * from "./experiments/record.generated.ts";
export { removeRun } from "./experiments/remove-run.ts";
export { type ResumeOptions, resumeTraining } from "./experiments/resume.ts";
export { openRun, type RunFiles, type RunFolder } from "./experiments/run-folder.ts";
export type { StagePlaces } from "./experiments/run-stages.ts";
export type { SweepEngine, SweepEvent, SweepTask } from "./experiments/sweep/engine.ts";
export type { PlannedRun, Point } from "./experiments/sweep/plan.ts";
export { type SweepOptions, type SweepResult, sweep } from "./experiments/sweep/sweep.ts";
export type { Estimate, SweepRow } from "./experiments/sweep/table.ts";
export { tensorBoardLogger } from "./experiments/tensorboard/logger.ts";
export { type TrainOptions, train } from "./experiments/train.ts";
export type { TrainConfig } from "./experiments/train-config.ts";
export type * from "./experiments/train-events.ts";
export type { AskOptions, Cotangents } from "./interop/asker.ts";
export { checkGradients, type GradientCheck, type GradientCheckOptions } from "./interop/check-gradients.ts";
export type { Answer, Askable, Dict, Instance, KeepingOptions, Maker } from "./interop/contract/askable.ts";
export type * from "./interop/contract/contract.ts";
export { type Change, changesBetween, clientText, unknowns } from "./interop/contract/index.ts";
export { type Client, client } from "./interop/contract/use.ts";
export {
  type Entered,
  type Pullback,
  type Pushforward,
  PythonObject,
} from "./interop/handle.ts";
export {
  array,
  bytearray,
  Complex,
  Crossing,
  coroutine,
  type Ellipsis,
  EnumMember,
  ellipsis,
  Float,
  frozenset,
  Keywords,
  keywords,
  PythonPath,
  pythonType,
  record,
  Slice,
  TorchDevice,
  TorchDtype,
  tuple,
} from "./interop/kinds.ts";
export type { Recording } from "./interop/recording/record.ts";
export type { KeepCalls } from "./interop/recording/watched.ts";
export { SynchronousObject, type SynchronousPullback } from "./interop/synchronous.ts";
export {
  adaptiveCalibrationError,
  type Calibrated,
  type CalibrateOptions,
  type ConformalMethod,
  type ConformalOptions,
  type ConformalQuality,
  type ConformalRule,
  calibrated,
  calibrateSets,
  conformalQuality,
  conformalSets,
  type Detection,
  detection,
  type Evaluation,
  type EvaluationOptions,
  evaluation,
  fitTemperature,
  type ImageEvaluations,
  meanProbabilities,
  outOfDistribution,
  type ProbabilityScores,
  predictedClasses,
  type ReliabilityBin,
  type RetentionPoint,
  reliability,
  type SampledLogits,
  type UncertaintyName,
  withTemperature,
} from "./metrics.ts";
export { open, type TorchOnly } from "./open.ts";
export { readDepartures, replayDeparture } from "./port/departures.ts";
export {
  type KeepOptions,
  keepLedger,
  type Ledger,
  type LedgerEntry,
  type LedgerFile,
  type LedgerFileInput,
  type LedgerLock,
  type LedgerProof,
  type LedgerReport,
  type LedgerSpeed,
  type LedgerTwin,
  type LedgerTwinInput,
  ledgerBadge,
  ledgerPage,
  ledgerTable,
  readLedger,
} from "./port/ledger/index.ts";
export type * from "./port/port.ts";
export { type RunReport, type RunReportOptions, report } from "./report/report.ts";
export type { Architecture } from "./schema/architectures.ts";
export type { BackendName } from "./schema/backends.ts";
export type { ReportedCode } from "./schema/errors.ts";
export { fidelityPresets } from "./schema/options.ts";
export type * from "./schema/types.generated.ts";
export { tap } from "./tap.ts";
export type { BlockingFunction, BlockingPullback } from "./tensor/blocking-function.ts";
export type { PlainDtype, PlainDtypeOf } from "./tensor/dtypes.ts";
export { fromHalves, type HalfDtype, toHalves } from "./tensor/halves.ts";
export { numbers } from "./tensor/numbers.ts";
export type { TfjsTensor } from "./tensor/tfjs-tensor.ts";
export { type Dtype, type DtypeArrays, type NamedTensors, type Tensor, tensor } from "./tensor.ts";
export type * from "./training.ts";
