import { isNetworkSpec, type LayerSpec, type ModelSpecInput, modelSpec } from "../../schema/models.ts";
import type { ForwardOptionsInput } from "../../schema/options.ts";
import { elementCount, type NamedTensors } from "../../tensor.ts";
import { layerBuffers } from "../formulas.ts";
import { given, scalar, under } from "../named.ts";
import type { BackendPair, InputSources } from "../pairs/pair.ts";
import { type Check, pairChecks } from "./check.ts";
import { modelInputs, ofModel, runningStatistics, tensorsOf, withModel } from "./subject.ts";

type Weights = NonNullable<ForwardOptionsInput["weights"]>;

interface LayerCase {
  readonly id: string;
  readonly spec: ModelSpecInput;
  readonly input: readonly number[];
  readonly output: readonly number[];
  readonly train?: boolean;
  readonly weights?: Weights;
}

const conv = { kind: "conv2d", inChannels: 4, outChannels: 6, kernelSize: 3, priorSigma: 0.15 } as const;
const linear = { kind: "linear", inFeatures: 12, outFeatures: 7 } as const;
const norm = { kind: "batchnorm2d", features: 4 } as const;
const image = [2, 4, 9, 9];
const stack = [6, 4, 5, 5];

const cases: readonly LayerCase[] = [
  { id: "conv-plain", spec: conv, input: image, output: [2, 6, 7, 7] },
  { id: "conv-no-bias", spec: { ...conv, bias: false }, input: image, output: [2, 6, 7, 7] },
  { id: "conv-padding", spec: { ...conv, padding: 1 }, input: image, output: [2, 6, 9, 9] },
  { id: "conv-padding-uneven", spec: { ...conv, padding: [2, 1] }, input: image, output: [2, 6, 11, 9] },
  {
    id: "conv-padding-same",
    spec: { ...conv, kernelSize: [4, 3], padding: "same" },
    input: image,
    output: [2, 6, 9, 9],
  },
  { id: "conv-padding-valid", spec: { ...conv, padding: "valid" }, input: image, output: [2, 6, 7, 7] },
  { id: "conv-stride", spec: { ...conv, stride: 2, padding: 1 }, input: image, output: [2, 6, 5, 5] },
  { id: "conv-stride-uneven", spec: { ...conv, stride: [3, 2], padding: 1 }, input: image, output: [2, 6, 3, 5] },
  { id: "conv-stride-remainder", spec: { ...conv, stride: 2 }, input: [2, 4, 10, 10], output: [2, 6, 4, 4] },
  { id: "conv-dilation", spec: { ...conv, dilation: 2, padding: 2 }, input: image, output: [2, 6, 9, 9] },
  { id: "conv-dilation-uneven", spec: { ...conv, dilation: [1, 3] }, input: image, output: [2, 6, 7, 3] },
  {
    id: "conv-dilation-stride",
    spec: { ...conv, dilation: 2, stride: 2, padding: 1 },
    input: image,
    output: [2, 6, 4, 4],
  },
  { id: "conv-groups", spec: { ...conv, groups: 2, padding: 1 }, input: image, output: [2, 6, 9, 9] },
  {
    id: "conv-depthwise",
    spec: { ...conv, outChannels: 8, groups: 4, padding: 1 },
    input: image,
    output: [2, 8, 9, 9],
  },
  {
    id: "conv-everything",
    spec: { ...conv, groups: 2, dilation: [2, 1], stride: [1, 2], padding: [1, 0], kernelSize: [3, 2] },
    input: image,
    output: [2, 6, 7, 4],
  },
  { id: "conv-kernel-1", spec: { ...conv, kernelSize: 1, stride: 2 }, input: image, output: [2, 6, 5, 5] },
  { id: "conv-kernel-even", spec: { ...conv, kernelSize: [2, 4], padding: 1 }, input: image, output: [2, 6, 10, 8] },
  { id: "conv-mean", spec: conv, input: image, output: [2, 6, 7, 7], weights: "mean" },
  { id: "conv-stored", spec: conv, input: image, output: [2, 6, 7, 7], weights: "stored" },
  { id: "conv-prior", spec: { ...conv, priorSigma: 2 }, input: image, output: [2, 6, 7, 7] },
  { id: "linear-plain", spec: linear, input: [5, 12], output: [5, 7] },
  { id: "linear-no-bias", spec: { ...linear, bias: false }, input: [5, 12], output: [5, 7] },
  { id: "linear-mean", spec: linear, input: [5, 12], output: [5, 7], weights: "mean" },
  { id: "linear-stored", spec: linear, input: [5, 12], output: [5, 7], weights: "stored" },
  { id: "linear-prior", spec: { ...linear, priorSigma: 2 }, input: [5, 12], output: [5, 7] },
  { id: "norm-train", spec: norm, input: stack, output: stack },
  { id: "norm-eval", spec: norm, input: stack, output: stack, train: false },
  { id: "norm-mean", spec: norm, input: stack, output: stack, weights: "mean" },
  { id: "norm-stored", spec: norm, input: stack, output: stack, weights: "stored" },
  { id: "norm-eps", spec: { ...norm, eps: 0.1 }, input: stack, output: stack },
  { id: "norm-momentum", spec: { ...norm, momentum: 0.5 }, input: stack, output: stack },
  { id: "norm-momentum-null", spec: { ...norm, momentum: null }, input: stack, output: stack },
  { id: "norm-not-affine", spec: { ...norm, affine: false }, input: stack, output: stack },
  { id: "norm-untracked", spec: { ...norm, trackRunningStats: false }, input: stack, output: stack },
  {
    id: "norm-untracked-eval",
    spec: { ...norm, trackRunningStats: false },
    input: stack,
    output: stack,
    train: false,
  },
];

function pair({ id, spec, input, output, train = true, weights = "fresh" }: LayerCase): BackendPair {
  const layer = modelSpec.parse(spec);
  const terms = isNetworkSpec(layer) ? {} : reductions(layer, input, output);
  return {
    name: id,
    cases: [
      {
        id: "",
        reduction: (name) => terms[name] ?? 1,
        inputs: async (reference): Promise<InputSources> => ({
          ...(await modelInputs(reference, spec, -2)),
          ...ofModel(layerBuffers(await tensorsOf(reference, spec))),
          input: { wave: 1000, shape: input },
          direction: { wave: 400, shape: output },
        }),
      },
    ],
    compute: (backend, inputs, options) =>
      withModel(backend, spec, inputs, options, async (model): Promise<NamedTensors> => {
        const noise = { kind: "wave", next: 0 } as const;
        const asked = { objective: "projection", train, weights, noise, signal: options.signal } as const;
        const found = await model.gradients(given(inputs, "input"), given(inputs, "direction"), asked);
        return {
          output: found.output,
          "gradient.input": found.input,
          ...(found.kl === null ? {} : { kl: scalar(found.kl) }),
          ...under("gradient.", found.parameters),
          ...(await runningStatistics(model)),
        };
      }),
  };
}

/** How many terms are added up for each number: see `PairCase.reduction`. */
function reductions(spec: LayerSpec, input: readonly number[], output: readonly number[]): Record<string, number> {
  const [batch = 1, channels = 1] = output;
  const perChannel = elementCount(output) / channels;
  switch (spec.kind) {
    case "batchnorm2d": {
      const names = ["output", "gradient.input", "gradient.mu_weight", "gradient.mu_bias", "gradient.sigma_weight"];
      return Object.fromEntries([...names, "gradient.sigma_bias", "running.running_mean"].map((n) => [n, perChannel]));
    }
    case "linear": {
      const weights = spec.inFeatures * spec.outFeatures;
      return { output: spec.inFeatures, "gradient.input": spec.outFeatures, "gradient.mu_weight": batch, kl: weights };
    }
    case "conv2d": {
      const { kernelSize, groups } = spec;
      const [height, width] = typeof kernelSize === "number" ? [kernelSize, kernelSize] : kernelSize;
      const window = (height * width) / groups;
      return {
        output: (input[1] ?? 1) * window,
        "gradient.input": channels * window,
        "gradient.mu_weight": perChannel,
        "gradient.mu_bias": perChannel,
        kl: (input[1] ?? 1) * channels * window,
      };
    }
  }
}

/** The three layers with every argument: output, KL divergence, running statistics, and the gradients of  sum(out * wave) + kl. */
export const layers: readonly Check[] = cases.flatMap((one) => pairChecks("layers", pair(one)));
