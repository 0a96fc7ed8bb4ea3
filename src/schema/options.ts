import * as z from "zod";
import { inputNormalization, normalization } from "./data.ts";
import { count, positiveCount } from "./numbers.ts";
import type { Fidelity } from "./types.generated.ts";

export type {
  EvaluateOptionsInput,
  Fidelity,
  FitOptions,
  FitOptionsInput,
  ForwardOptionsInput,
  FunctionCallOptionsInput,
  GradientOptionsInput,
  Keep,
  KeepInput,
  NoiseSpec,
  PredictOptions,
  PredictOptionsInput,
  ProgramInput,
  StateEvery,
  StateEveryInput,
  StepOptions,
} from "./types.generated.ts";

const epsilonGradients = z.enum(["accumulated", "fresh"]);
const optimizerReset = z.enum(["each-epoch", "never"]);
const runningStatistics = z.enum(["every-forward", "loss-forwards"]);

export const fidelity = z
  .strictObject({
    epsilonGradients: epsilonGradients.describe("the gradient whose sign moves eps: the running sum, or its own"),
    optimizerReset: optimizerReset.describe("when the optimizer's moments restart"),
    metricForward: z.boolean().describe("one more noisy training-mode forward, only for the accuracy"),
    runningStatistics: runningStatistics.describe("which forwards move batch norm's running statistics"),
  })
  .meta({ id: "Fidelity", description: "The four places where the published code departs from the paper." });

/** "reference" repeats the published code; "paper" is what the paper describes. */
export const fidelityPresets: Readonly<Record<"reference" | "paper", Fidelity>> = {
  reference: {
    epsilonGradients: "accumulated",
    optimizerReset: "each-epoch",
    metricForward: true,
    runningStatistics: "every-forward",
  },
  paper: {
    epsilonGradients: "fresh",
    optimizerReset: "never",
    metricForward: false,
    runningStatistics: "loss-forwards",
  },
};

export const noise = z
  .discriminatedUnion("kind", [
    z
      .strictObject({
        kind: z.literal("gaussian").describe("a seeded generator"),
        seed: count.nullable().default(null).describe("null: go on with the model's own generator"),
      })
      .meta({ id: "GaussianNoiseSpec", description: "Draws from a seeded generator." }),
    z
      .strictObject({
        kind: z.literal("wave").describe("the formula of recorded numbers, the same in every language"),
        next: count.default(0).describe("number of the next draw"),
      })
      .meta({ id: "WaveNoiseSpec", description: "Draws by a formula, the same in every language." }),
  ])
  .meta({ id: "NoiseSpec", description: "Where Gaussian draws come from." });

/** A switch of its own, which the preset sets unless it is given. */
function asPreset<Switch extends z.ZodType>(schema: Switch) {
  return schema.nullable().default(null).describe(`${schema.description}; null: as the preset says`);
}

const step = {
  optimizer: z.enum(["adam", "sgd"]).default("adam").describe("adam, or sgd with momentum 0.9"),
  learningRate: z.number().positive().default(0.01).describe("initial learning rate"),
  ratio: z.number().min(0).max(1).default(0.8).describe("weight of the adversarial loss (the paper's lambda)"),
  stepSize: z.number().min(0).default(0.02).describe("length of one signed step of eps (the paper's alpha)"),
  steps: count.default(5).describe("signed gradient steps that eps takes"),
  samplings: positiveCount.default(1).describe("forwards with fresh noise that the ELBO is averaged over"),
  beta: z.number().min(0).nullable().default(null).describe("weight of the KL divergence; null: 1 / N / 100"),
  kernels: z
    .enum(["auto", "native", "torch"])
    .default("auto")
    .describe(
      "what runs the network: native kernels (the package's, in C++ on a CPU and in Triton beside torch's on a GPU) or torch's; auto: native ones on a CPU where they compile",
    ),
  tf32: z.boolean().default(false).describe("on NVIDIA GPUs, products of TF32's 10-bit mantissas: faster, less exact"),
  fidelity: z.enum(["reference", "paper"]).default("reference").describe("preset of the four switches below"),
  epsilonGradients: asPreset(fidelity.shape.epsilonGradients),
  optimizerReset: asPreset(fidelity.shape.optimizerReset),
  metricForward: asPreset(fidelity.shape.metricForward),
  runningStatistics: asPreset(fidelity.shape.runningStatistics),
};

export const stepOptions = z
  .strictObject(step)
  .meta({ id: "StepOptions", description: "What one step of training does." });

export const fitOptions = z
  .strictObject({
    epochs: count.default(200).describe("passes over the training images"),
    batch: positiveCount.default(100).describe("images in one step; an epoch's last has what is left, down to one"),
    ...step,
    milestones: z
      .array(count)
      .readonly()
      .default([80, 140, 180])
      .describe("epochs (from 0) at which the learning rate falls"),
    decay: z.number().positive().max(1).default(0.1).describe("what the learning rate is multiplied by there"),
    betaWarmup: count.default(0).describe("epochs over which beta rises from 0, step by step; 0: it is constant"),
    betaCycle: count.default(0).describe("epochs after which that warm-up begins again; 0: it does not"),
    flip: z.boolean().default(false).describe("mirror training images at random"),
    cropPadding: count.default(0).describe("crop training images at random from this many zeros around"),
    validation: z.enum(["sampled", "mean", "none"]).default("sampled").describe("how each epoch is validated"),
    metric: z
      .enum(["validation/loss", "validation/accuracy", "train/loss", "train/accuracy"])
      .default("validation/loss")
      .describe("what tells which epoch was the best: the lowest loss, or the highest accuracy"),
    patience: positiveCount
      .nullable()
      .default(null)
      .describe("end after so many epochs in a row none of which was the best; null: go on"),
    seed: count.default(42).describe("seed of the batch order, the augmentation and the noise"),
    shuffle: z.boolean().default(true).describe("draw a new order of the images each epoch"),
    noise: noise.prefault({ kind: "gaussian" }).describe("where the noise of the weights comes from"),
  })
  .meta({ id: "FitOptions", description: "What a whole run does: the step, and how often." });

export const keep = z
  .strictObject({
    best: z.boolean().default(false).describe("keep the model after its best epoch, by the metric"),
    every: count.default(0).describe("keep the model after every so many epochs too; 0: only the last one"),
  })
  .meta({ id: "Keep", description: "Which models of a run are kept, besides the last one." });

export const stateEvery = z
  .strictObject({
    steps: count.default(0).describe("save the training state every so many steps too; 0: not by steps"),
    minutes: z.number().min(0).default(5).describe("save the training state every so many minutes too; 0: not by time"),
  })
  .meta({ id: "StateEvery", description: "When a run saves its training state, besides after each epoch." });

/** Which weights a forward uses: mu alone, the stored eps, or a fresh draw. */
const weights = z.enum(["mean", "stored", "fresh"]);

/** Of every question about images. */
const images = {
  normalization: inputNormalization
    .default("model")
    .describe(
      "how images become the model's input; model: pixels as those that it was trained on, floats are its input already",
    ),
};

export const forwardOptions = z
  .strictObject({
    ...images,
    train: z.boolean().default(false).describe("batch norm on the batch's own statistics, moving the running ones"),
    weights: weights.default("mean").describe("mu alone, the stored eps, or a fresh draw"),
    output: z.enum(["logits", "features"]).default("logits").describe("features: what enters the last layer"),
    noise: noise.prefault({ kind: "gaussian" }).describe("where the noise of the weights comes from"),
  })
  .meta({ id: "ForwardOptions", description: "One pass through a model." });

export const gradientOptions = z
  .strictObject({
    ...forwardOptions.shape,
    objective: z.enum(["elbo", "projection"]).default("elbo").describe("the loss that is differentiated"),
    beta: z.number().min(0).default(0).describe("weight of the KL divergence in the ELBO"),
  })
  .meta({
    id: "GradientOptions",
    description:
      "What is differentiated: the ELBO loss CE(logits, labels) + beta * kl, or the projection sum(out * direction) + kl.",
  });

export const predictOptions = z
  .strictObject({
    ...images,
    samples: positiveCount.max(1_000_000).default(30).describe("Monte Carlo samples of the weights"),
    batch: positiveCount.default(100).describe("images in one forward"),
    weights: z.enum(["mean", "fresh"]).default("fresh").describe("mean: one sample, of mu alone"),
    noise: noise.prefault({ kind: "gaussian" }).describe("where the noise of the weights comes from"),
  })
  .meta({ id: "PredictOptions", description: "Monte Carlo prediction." });

export const evaluateOptions = z
  .strictObject({
    ...predictOptions.shape,
    part: z.enum(["train", "test"]).default("test").describe("part of the data set"),
    calibrate: z
      .boolean()
      .default(false)
      .describe("fit a temperature and conformal sets on half of the images, and judge them by the other half"),
    coverage: z
      .number()
      .gt(0)
      .lt(1)
      .default(0.9)
      .describe("part of the conformal sets that is to hold the image's class"),
    normalization: z
      .union([normalization, z.enum(["model", "data"]), z.null()], {
        error: 'expected {"scale", "mean", "std"}, "model", "data" or null',
      })
      .optional()
      .describe(
        "how the images become the model's input: as those that it was trained on (model) or as the data set says (data); unless given, as both say",
      ),
  })
  .meta({ id: "EvaluateOptions", description: "What to evaluate on, and how to predict." });

const folder = z
  .string()
  .default(".")
  .describe("where the module is, besides Python's own path; each folder has modules of its own, whatever their names");

export const program = z
  .strictObject({
    folder,
    argv: z
      .array(z.string())
      .default([])
      .describe(
        "what modules find in sys.argv, after a name; with other ones it is another program, with modules of its own",
      ),
    cuda: z
      .enum(["real", "served"])
      .default("real")
      .describe(
        "served: where there is no CUDA, code that asks for it gets the device at hand, and is told that there is one",
      ),
  })
  .meta({ id: "Program", description: "A folder of Python modules, as a program that runs there." });
export type Program = z.output<typeof program>;

export const callOptions = z
  .strictObject({
    differentiate: z
      .array(z.string())
      .default([])
      .describe("inputs whose gradients of sum_i(output_i * wave(400 + i)) are wanted"),
    dtype: z
      .enum(["float32", "float64", "unchanged"])
      .default("float64")
      .describe("what real inputs are cast to, and complex ones at that width; integers and bools never are"),
    ...program.shape,
  })
  .meta({ id: "FunctionCallOptions", description: "How a Python function is called." });
