/**
 * The twin's layers, networks and steps, for Node and for browsers: `adversarial-sampling/tfjs`.
 * A backend of TensorFlow.js with gradients is to be registered first: `import "@tensorflow/tfjs"`, or in Node `startEngine()`
 * by opening the backend.
 */
export { AdversarialStep, type Observer, resolveFidelity } from "./adversarial.ts";
export { decodeCheckpoint, encodeCheckpoint, loadTensors, readTensors } from "./checkpoint.ts";
export { inspect } from "./inspection.ts";
export { RandBatchNorm2d } from "./layers/batch-norm.ts";
export { RandConv2d } from "./layers/conv.ts";
export { RandLinear } from "./layers/linear.ts";
export { build } from "./models/build.ts";
export { Network } from "./models/network.ts";
export { GaussianNoise, type NoiseSource, noiseFrom, WaveNoise } from "./noise.ts";
export { accuracy, crossEntropy, defaultBeta, elbo } from "./objective.ts";
export { forward, gradients } from "./passes.ts";
export { predict } from "./predict.ts";
export { trace } from "./trace.ts";
export { fit } from "./train.ts";
