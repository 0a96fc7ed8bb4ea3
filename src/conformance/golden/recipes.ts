/** The cases of the golden files: the fields that say how to compute. What comes out is recorded. */
const layer = { sigma_fill: -2, sigma_0: 0.15, train: true, fix: true, sample: true, kwargs: {} };
const image = [2, 3, 5, 5];
const conv = {
  ...layer,
  kind: "conv2d",
  args: [3, 4, 3],
  kwargs: { padding: 1 },
  x_shape: image,
  out_shape: [2, 4, 5, 5],
};
const linear = { ...layer, kind: "linear", args: [7, 5], x_shape: [3, 7], out_shape: [3, 5] };
const stack = [3, 4, 3, 3];
const norm = { ...layer, kind: "batchnorm2d", args: [4], x_shape: stack, out_shape: stack };

const layers = [
  { id: "conv-basic", ...conv, kwargs: { padding: 1, bias: false } },
  {
    id: "conv-bias-stride2",
    ...conv,
    args: [4, 6, 3],
    kwargs: { stride: 2, padding: 1 },
    x_shape: [2, 4, 6, 6],
    out_shape: [2, 6, 3, 3],
  },
  { id: "conv-fresh-noise", ...conv, fix: false },
  { id: "conv-mean-only", ...conv, sample: false },
  { id: "linear-bias", ...linear },
  { id: "linear-fresh-noise", ...linear, fix: false },
  { id: "linear-mean-only", ...linear, sample: false },
  { id: "bn-train", ...norm },
  { id: "bn-eval", ...norm, train: false },
  { id: "bn-fresh-noise", ...norm, fix: false },
  { id: "bn-mean-only", ...norm, sample: false },
];

function network(model: string, bayesian: boolean, side: number, batch: number) {
  const sigmas = bayesian ? { sigma_fill: -3, sigma_0: 0.15 } : { sigma_fill: null, sigma_0: null };
  return { model, bayesian, classes: 10, image: side, batch, N: 500, ...sigmas };
}

const models = [
  ["resnet20", true, 32],
  ["resnet20", true, 8],
  ["resnet20", false, 32],
  ["vgg16", true, 32],
  ["vgg16", false, 32],
] as const;

const traces = [
  ["resnet20", true, 8, 4, 0.8, 1, "adam", "accumulated", 3],
  ["resnet20", true, 8, 4, 0.8, 1, "adam", "fresh", 3],
  ["resnet20", true, 8, 4, 0, 1, "adam", "fresh", 2],
  ["resnet20", true, 8, 4, 1, 1, "adam", "accumulated", 2],
  ["resnet20", true, 8, 4, 0.5, 2, "sgd", "fresh", 2],
  ["resnet20", false, 8, 4, 0.8, 1, "adam", "fresh", 2],
  ["vgg11", true, 32, 3, 0.8, 1, "sgd", "fresh", 1],
] as const;

function kind(bayesian: boolean): string {
  return bayesian ? "bayesian" : "deterministic";
}

export const recipes = {
  layers,
  models: models.map(([model, bayesian, side]) => ({
    id: `${model}-${kind(bayesian)}-10-${side}`,
    ...network(model, bayesian, side, 2),
  })),
  adversarial: traces.map(([model, bayesian, side, batch, ratio, samplings, optimizer, gradient_mode, steps]) => ({
    recipe: {
      id: `${model}-${kind(bayesian)}-10-${side}-ratio${ratio.toFixed(1)}-samplings${samplings}-${optimizer}-${gradient_mode}`,
      ...network(model, bayesian, side, batch),
      ratio,
      samplings,
      lr: optimizer === "adam" ? 0.01 : 0.001,
      optimizer,
      gradient_mode,
    },
    steps,
  })),
};
