/**
 * The twin's layers, networks and steps, for Node and for browsers: `adversarial-sampling/tfjs`.
 * A backend of TensorFlow.js with gradients is to be registered first: `import "@tensorflow/tfjs"`, or in Node `startEngine()`
 * by opening the backend.
 */

export type { AdversarialStage, AscentEnd, AscentStart, LayerStage, OpenStages } from "../port/stages/stage.ts";
export type { Safetensors } from "../safetensors/format.ts";
export type { BlockingFunction, BlockingPullback } from "../tensor/blocking-function.ts";
export { fromTfjs, toTfjs } from "../tensor/tfjs.ts";
export type { TfjsTensor } from "../tensor/tfjs-tensor.ts";
export { decodeCheckpoint, encodeCheckpoint, loadTensors, readTensors } from "./checkpoint.ts";
export type { ByName, Optimizer, OptimizerState } from "./fast/optimizer.ts";
export { FastStep } from "./fast/step.ts";
export { inspect } from "./inspection.ts";
export type { Keeper, Reached } from "./keeper.ts";
export type { HeightWidth } from "./kernels/convolution.ts";
export { type Affine, RandBatchNorm2d } from "./layers/batch-norm.ts";
export { RandConv2d, type WithBias } from "./layers/conv.ts";
export type { Convolution, ConvolutionOptions } from "./layers/convolution.ts";
export type { Gaussian, Means, Prior, Shape } from "./layers/gaussian.ts";
export type { Uniform } from "./layers/initial.ts";
export type { Layer, LayerTensor, Part, Posterior, Tap, Way, Weights } from "./layers/layer.ts";
export { type LinearOptions, RandLinear } from "./layers/linear.ts";
export type { BatchNorm, BatchNormOptions } from "./layers/normalization.ts";
export { build } from "./models/build.ts";
export { Network, type NetworkWay } from "./models/network.ts";
export { GaussianNoise, type NoiseSource, noiseFrom, WaveNoise } from "./noise.ts";
export { accuracy, crossEntropy, defaultBeta, elbo } from "./objective.ts";
export { forward, gradients } from "./passes.ts";
export { type PredictSetting, predict } from "./predict.ts";
export { type PythonOperationOptions, type PythonOutput, pythonOperation } from "./python-operation.ts";
export type { OnEvent } from "./reporting.ts";
export { type Observer, resolveFidelity } from "./step.ts";
export type { NamedVariables } from "./tensors.ts";
export { type TraceSetting, trace } from "./trace.ts";
export { type FitSetting, fit, type SavedState, type TrainingData } from "./train.ts";
