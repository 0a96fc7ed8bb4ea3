/** How good and how certain a Monte Carlo prediction is: the same for all backends, from its logits alone, in float64. */

export { type Calibrated, type CalibrateOptions, calibrated, type ProbabilityScores } from "./metrics/calibrated.ts";
export {
  adaptiveCalibrationError,
  expectedCalibrationError,
  type ReliabilityBin,
  reliability,
} from "./metrics/calibration.ts";
export {
  type ConformalMethod,
  type ConformalOptions,
  type ConformalQuality,
  type ConformalRule,
  calibrateSets,
  conformalQuality,
  conformalSets,
} from "./metrics/conformal.ts";
export { type Detection, detection } from "./metrics/detection.ts";
export {
  type Evaluation,
  type EvaluationOptions,
  evaluation,
  type ImageEvaluations,
  outOfDistribution,
  type UncertaintyName,
} from "./metrics/evaluation.ts";
export {
  entropies,
  meanProbabilities,
  predictiveDistribution,
  type SampledLogits,
} from "./metrics/predictive.ts";
export { type RetentionPoint, retention } from "./metrics/retention.ts";
export {
  accuracy,
  brierScore,
  confidences,
  likeliestClasses,
  negativeLogLikelihood,
  predictedClasses,
} from "./metrics/scores.ts";
export { fitTemperature, withTemperature } from "./metrics/temperature.ts";
