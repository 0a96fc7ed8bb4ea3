/** Generated from the schemas by `npm run generate`: change the schema, never this file. */

/** Everything that a backend can build: a network, or one layer on its own. */
export type ModelSpecInput = NetworkSpecInput | Conv2dSpecInput | LinearSpecInput | BatchNorm2dSpecInput;

/** A whole network: images [N, 3, H, W] in, logits [N, classes] out. */
export interface NetworkSpecInput {
  /** architecture */
  readonly kind:
    | "resnet20"
    | "resnet32"
    | "resnet44"
    | "resnet56"
    | "resnet110"
    | "resnet1202"
    | "vgg11"
    | "vgg13"
    | "vgg16"
    | "vgg19";
  /**
   * number of classes; a whole number from 2 to 1000000
   * @default 10
   */
  readonly classes?: number | undefined;
  /**
   * Gaussian weights; false is the plain network
   * @default true
   */
  readonly bayesian?: boolean | undefined;
  /**
   * standard deviation of the prior N(0, sigma^2); from 1e-12 to 1000000000000
   * @default 0.15
   */
  readonly priorSigma?: number | undefined;
  /**
   * initial log sigma of every weight; from -20 to 5
   * @default 0.15
   */
  readonly initLogSigma?: number | undefined;
  /**
   * numbers to compute in
   * @default "float32"
   */
  readonly dtype?: "float32" | "float64" | "float16" | "bfloat16" | undefined;
  /**
   * seed of the initial values and of the noise; a whole number from 0
   * @default 42
   */
  readonly seed?: number | undefined;
}

/** A mean-field Gaussian convolution: [N, C, H, W] in and out. */
export interface Conv2dSpecInput {
  /** a convolution */
  readonly kind: "conv2d";
  /** channels of the input; a whole number from 1 */
  readonly inChannels: number;
  /** channels of the output; a whole number from 1 */
  readonly outChannels: number;
  /** height and width of the kernel */
  readonly kernelSize: Size;
  /**
   * pixels from one place of the kernel to the next
   * @default 1
   */
  readonly stride?: Size | undefined;
  /**
   * zeros around the input
   * @default 0
   */
  readonly padding?: Padding | undefined;
  /**
   * pixels from one weight of the kernel to the next
   * @default 1
   */
  readonly dilation?: Size | undefined;
  /**
   * groups of channels that do not meet; a whole number from 1
   * @default 1
   */
  readonly groups?: number | undefined;
  /**
   * whether a Gaussian bias is added
   * @default true
   */
  readonly bias?: boolean | undefined;
  /**
   * standard deviation of the prior N(0, sigma^2); from 1e-12 to 1000000000000
   * @default 0.15
   */
  readonly priorSigma?: number | undefined;
  /**
   * initial log sigma of every weight; from -20 to 5
   * @default 0.15
   */
  readonly initLogSigma?: number | undefined;
  /**
   * numbers to compute in
   * @default "float32"
   */
  readonly dtype?: "float32" | "float64" | "float16" | "bfloat16" | undefined;
  /**
   * seed of the initial values and of the noise; a whole number from 0
   * @default 42
   */
  readonly seed?: number | undefined;
}

/** One number for both axes, or [height, width]. */
export type Size = number | readonly [number, number];

/** One number for both axes, [height, width], as much as keeps the size, or none. */
export type Padding = number | readonly [number, number] | "same" | "valid";

/** A mean-field Gaussian linear layer: [N, inFeatures] to [N, outFeatures]. */
export interface LinearSpecInput {
  /** a linear layer */
  readonly kind: "linear";
  /** numbers that each row of the input has; a whole number from 1 */
  readonly inFeatures: number;
  /** numbers that each row of the output has; a whole number from 1 */
  readonly outFeatures: number;
  /**
   * whether a Gaussian bias is added
   * @default true
   */
  readonly bias?: boolean | undefined;
  /**
   * standard deviation of the prior N(0, sigma^2); from 1e-12 to 1000000000000
   * @default 0.15
   */
  readonly priorSigma?: number | undefined;
  /**
   * initial log sigma of every weight; from -20 to 5
   * @default 0.15
   */
  readonly initLogSigma?: number | undefined;
  /**
   * numbers to compute in
   * @default "float32"
   */
  readonly dtype?: "float32" | "float64" | "float16" | "bfloat16" | undefined;
  /**
   * seed of the initial values and of the noise; a whole number from 0
   * @default 42
   */
  readonly seed?: number | undefined;
}

/** Batch normalisation with a mean-field Gaussian scale and shift: [N, features, H, W] in and out. */
export interface BatchNorm2dSpecInput {
  /** batch normalisation */
  readonly kind: "batchnorm2d";
  /** channels of the input; a whole number from 1 */
  readonly features: number;
  /**
   * added to the variance; above 0
   * @default 0.00001
   */
  readonly eps?: number | undefined;
  /**
   * how far the running statistics move to the batch's; null: a cumulative average; from 0 to 1
   * @default 0.1
   */
  readonly momentum?: number | null | undefined;
  /**
   * whether there are a Gaussian scale and shift
   * @default true
   */
  readonly affine?: boolean | undefined;
  /**
   * whether running statistics are kept for eval mode
   * @default true
   */
  readonly trackRunningStats?: boolean | undefined;
  /**
   * standard deviation of the prior N(0, sigma^2); from 1e-12 to 1000000000000
   * @default 0.15
   */
  readonly priorSigma?: number | undefined;
  /**
   * initial log sigma of every weight; from -20 to 5
   * @default 0.15
   */
  readonly initLogSigma?: number | undefined;
  /**
   * numbers to compute in
   * @default "float32"
   */
  readonly dtype?: "float32" | "float64" | "float16" | "bfloat16" | undefined;
  /**
   * seed of the initial values and of the noise; a whole number from 0
   * @default 42
   */
  readonly seed?: number | undefined;
}

/** What a whole run does: the step, and how often. */
export interface FitOptionsInput {
  /**
   * passes over the training images; a whole number from 0
   * @default 200
   */
  readonly epochs?: number | undefined;
  /**
   * images in one step; an epoch's last has what is left, down to one; a whole number from 1
   * @default 100
   */
  readonly batch?: number | undefined;
  /**
   * adam, or sgd with momentum 0.9
   * @default "adam"
   */
  readonly optimizer?: "adam" | "sgd" | undefined;
  /**
   * initial learning rate; above 0
   * @default 0.01
   */
  readonly learningRate?: number | undefined;
  /**
   * weight of the adversarial loss (the paper's lambda); from 0 to 1
   * @default 0.8
   */
  readonly ratio?: number | undefined;
  /**
   * length of one signed step of eps (the paper's alpha); from 0
   * @default 0.02
   */
  readonly stepSize?: number | undefined;
  /**
   * signed gradient steps that eps takes; a whole number from 0
   * @default 5
   */
  readonly steps?: number | undefined;
  /**
   * forwards with fresh noise that the ELBO is averaged over; a whole number from 1
   * @default 1
   */
  readonly samplings?: number | undefined;
  /**
   * weight of the KL divergence; null: 1 / N / 100; from 0
   * @default null
   */
  readonly beta?: number | null | undefined;
  /**
   * what runs the network: native kernels (the package's, in C++ on a CPU and in Triton beside torch's on a GPU) or torch's; auto: native ones on a CPU where they compile
   * @default "auto"
   */
  readonly kernels?: "auto" | "native" | "torch" | undefined;
  /**
   * on NVIDIA GPUs, products of TF32's 10-bit mantissas: faster, less exact
   * @default false
   */
  readonly tf32?: boolean | undefined;
  /**
   * preset of the four switches below
   * @default "reference"
   */
  readonly fidelity?: "reference" | "paper" | undefined;
  /**
   * the gradient whose sign moves eps: the running sum, or its own; null: as the preset says
   * @default null
   */
  readonly epsilonGradients?: "accumulated" | "fresh" | null | undefined;
  /**
   * when the optimizer's moments restart; null: as the preset says
   * @default null
   */
  readonly optimizerReset?: "each-epoch" | "never" | null | undefined;
  /**
   * one more noisy training-mode forward, only for the accuracy; null: as the preset says
   * @default null
   */
  readonly metricForward?: boolean | null | undefined;
  /**
   * which forwards move batch norm's running statistics; null: as the preset says
   * @default null
   */
  readonly runningStatistics?: "every-forward" | "loss-forwards" | null | undefined;
  /**
   * epochs (from 0) at which the learning rate falls
   * @default [80,140,180]
   */
  readonly milestones?: readonly number[] | undefined;
  /**
   * what the learning rate is multiplied by there; above 0 up to 1
   * @default 0.1
   */
  readonly decay?: number | undefined;
  /**
   * epochs over which beta rises from 0, step by step; 0: it is constant; a whole number from 0
   * @default 0
   */
  readonly betaWarmup?: number | undefined;
  /**
   * epochs after which that warm-up begins again; 0: it does not; a whole number from 0
   * @default 0
   */
  readonly betaCycle?: number | undefined;
  /**
   * mirror training images at random
   * @default false
   */
  readonly flip?: boolean | undefined;
  /**
   * crop training images at random from this many zeros around; a whole number from 0
   * @default 0
   */
  readonly cropPadding?: number | undefined;
  /**
   * how each epoch is validated
   * @default "sampled"
   */
  readonly validation?: "sampled" | "mean" | "none" | undefined;
  /**
   * what tells which epoch was the best: the lowest loss, or the highest accuracy
   * @default "validation/loss"
   */
  readonly metric?: "validation/loss" | "validation/accuracy" | "train/loss" | "train/accuracy" | undefined;
  /**
   * end after so many epochs in a row none of which was the best; null: go on; a whole number from 1
   * @default null
   */
  readonly patience?: number | null | undefined;
  /**
   * seed of the batch order, the augmentation and the noise; a whole number from 0
   * @default 42
   */
  readonly seed?: number | undefined;
  /**
   * draw a new order of the images each epoch
   * @default true
   */
  readonly shuffle?: boolean | undefined;
  /**
   * where the noise of the weights comes from
   * @default {"kind":"gaussian"}
   */
  readonly noise?: NoiseSpecInput | undefined;
}

/** Where Gaussian draws come from. */
export type NoiseSpecInput = GaussianNoiseSpecInput | WaveNoiseSpecInput;

/** Draws from a seeded generator. */
export interface GaussianNoiseSpecInput {
  /** a seeded generator */
  readonly kind: "gaussian";
  /**
   * null: go on with the model's own generator; a whole number from 0
   * @default null
   */
  readonly seed?: number | null | undefined;
}

/** Draws by a formula, the same in every language. */
export interface WaveNoiseSpecInput {
  /** the formula of recorded numbers, the same in every language */
  readonly kind: "wave";
  /**
   * number of the next draw; a whole number from 0
   * @default 0
   */
  readonly next?: number | undefined;
}

/** What one step of training does. */
export interface StepOptionsInput {
  /**
   * adam, or sgd with momentum 0.9
   * @default "adam"
   */
  readonly optimizer?: "adam" | "sgd" | undefined;
  /**
   * initial learning rate; above 0
   * @default 0.01
   */
  readonly learningRate?: number | undefined;
  /**
   * weight of the adversarial loss (the paper's lambda); from 0 to 1
   * @default 0.8
   */
  readonly ratio?: number | undefined;
  /**
   * length of one signed step of eps (the paper's alpha); from 0
   * @default 0.02
   */
  readonly stepSize?: number | undefined;
  /**
   * signed gradient steps that eps takes; a whole number from 0
   * @default 5
   */
  readonly steps?: number | undefined;
  /**
   * forwards with fresh noise that the ELBO is averaged over; a whole number from 1
   * @default 1
   */
  readonly samplings?: number | undefined;
  /**
   * weight of the KL divergence; null: 1 / N / 100; from 0
   * @default null
   */
  readonly beta?: number | null | undefined;
  /**
   * what runs the network: native kernels (the package's, in C++ on a CPU and in Triton beside torch's on a GPU) or torch's; auto: native ones on a CPU where they compile
   * @default "auto"
   */
  readonly kernels?: "auto" | "native" | "torch" | undefined;
  /**
   * on NVIDIA GPUs, products of TF32's 10-bit mantissas: faster, less exact
   * @default false
   */
  readonly tf32?: boolean | undefined;
  /**
   * preset of the four switches below
   * @default "reference"
   */
  readonly fidelity?: "reference" | "paper" | undefined;
  /**
   * the gradient whose sign moves eps: the running sum, or its own; null: as the preset says
   * @default null
   */
  readonly epsilonGradients?: "accumulated" | "fresh" | null | undefined;
  /**
   * when the optimizer's moments restart; null: as the preset says
   * @default null
   */
  readonly optimizerReset?: "each-epoch" | "never" | null | undefined;
  /**
   * one more noisy training-mode forward, only for the accuracy; null: as the preset says
   * @default null
   */
  readonly metricForward?: boolean | null | undefined;
  /**
   * which forwards move batch norm's running statistics; null: as the preset says
   * @default null
   */
  readonly runningStatistics?: "every-forward" | "loss-forwards" | null | undefined;
}

/** One pass through a model. */
export interface ForwardOptionsInput {
  /**
   * how images become the model's input; model: pixels as those that it was trained on, floats are its input already
   * @default "model"
   */
  readonly normalization?: InputNormalization | undefined;
  /**
   * batch norm on the batch's own statistics, moving the running ones
   * @default false
   */
  readonly train?: boolean | undefined;
  /**
   * mu alone, the stored eps, or a fresh draw
   * @default "mean"
   */
  readonly weights?: "mean" | "stored" | "fresh" | undefined;
  /**
   * features: what enters the last layer
   * @default "logits"
   */
  readonly output?: "logits" | "features" | undefined;
  /**
   * where the noise of the weights comes from
   * @default {"kind":"gaussian"}
   */
  readonly noise?: NoiseSpecInput | undefined;
}

/** What makes a model's input of images. "model": pixels, which are whole numbers, are normalised as those that the model was trained on, and floating point numbers are its input already. A normalization is applied to either. null: either is its input already. */
export type InputNormalization = Normalization | "model" | null;

/** How stored pixels become a network's input: (pixel / scale - mean[c]) / std[c]. */
export interface Normalization {
  /** the pixel value that becomes 1; above 0 */
  readonly scale: number;
  /** of each channel, of pixel / scale */
  readonly mean: readonly number[];
  /** of each channel, of pixel / scale; above 0 */
  readonly std: readonly number[];
}

/** What is differentiated: the ELBO loss CE(logits, labels) + beta * kl, or the projection sum(out * direction) + kl. */
export interface GradientOptionsInput {
  /**
   * how images become the model's input; model: pixels as those that it was trained on, floats are its input already
   * @default "model"
   */
  readonly normalization?: InputNormalization | undefined;
  /**
   * batch norm on the batch's own statistics, moving the running ones
   * @default false
   */
  readonly train?: boolean | undefined;
  /**
   * mu alone, the stored eps, or a fresh draw
   * @default "mean"
   */
  readonly weights?: "mean" | "stored" | "fresh" | undefined;
  /**
   * features: what enters the last layer
   * @default "logits"
   */
  readonly output?: "logits" | "features" | undefined;
  /**
   * where the noise of the weights comes from
   * @default {"kind":"gaussian"}
   */
  readonly noise?: NoiseSpecInput | undefined;
  /**
   * the loss that is differentiated
   * @default "elbo"
   */
  readonly objective?: "elbo" | "projection" | undefined;
  /**
   * weight of the KL divergence in the ELBO; from 0
   * @default 0
   */
  readonly beta?: number | undefined;
}

/** Monte Carlo prediction. */
export interface PredictOptionsInput {
  /**
   * how images become the model's input; model: pixels as those that it was trained on, floats are its input already
   * @default "model"
   */
  readonly normalization?: InputNormalization | undefined;
  /**
   * Monte Carlo samples of the weights; a whole number from 1
   * @default 30
   */
  readonly samples?: number | undefined;
  /**
   * images in one forward; a whole number from 1
   * @default 100
   */
  readonly batch?: number | undefined;
  /**
   * mean: one sample, of mu alone
   * @default "fresh"
   */
  readonly weights?: "mean" | "fresh" | undefined;
  /**
   * where the noise of the weights comes from
   * @default {"kind":"gaussian"}
   */
  readonly noise?: NoiseSpecInput | undefined;
}

/** What to evaluate on, and how to predict. */
export interface EvaluateOptionsInput {
  /** how the images become the model's input: as those that it was trained on (model) or as the data set says (data); unless given, as both say */
  readonly normalization?: Normalization | "model" | "data" | null | undefined;
  /**
   * Monte Carlo samples of the weights; a whole number from 1
   * @default 30
   */
  readonly samples?: number | undefined;
  /**
   * images in one forward; a whole number from 1
   * @default 100
   */
  readonly batch?: number | undefined;
  /**
   * mean: one sample, of mu alone
   * @default "fresh"
   */
  readonly weights?: "mean" | "fresh" | undefined;
  /**
   * where the noise of the weights comes from
   * @default {"kind":"gaussian"}
   */
  readonly noise?: NoiseSpecInput | undefined;
  /**
   * part of the data set
   * @default "test"
   */
  readonly part?: "train" | "test" | undefined;
  /**
   * fit a temperature and conformal sets on half of the images, and judge them by the other half
   * @default false
   */
  readonly calibrate?: boolean | undefined;
  /**
   * part of the conformal sets that is to hold the image's class; above 0 below 1
   * @default 0.9
   */
  readonly coverage?: number | undefined;
}

/** How images of one's own become a data set. */
export interface ReadingOptionsInput {
  /**
   * scale images to squares of so many pixels a side, cut from the middle; null: as they are; a whole number from 1 to 4096
   * @default null
   */
  readonly resize?: number | null | undefined;
  /**
   * what becomes of a data set with pictures that cannot be read: it is refused, or they are left out
   * @default "refuse"
   */
  readonly corrupt?: "refuse" | "skip" | undefined;
  /**
   * the part of each class to test on, where the data does not say what to test on; above 0 below 1
   * @default 0.2
   */
  readonly holdOut?: number | undefined;
  /**
   * how the numbers of a CSV file's row make an image: channels,height,width; null: not said
   * @default null
   */
  readonly shape?: readonly number[] | null | undefined;
}

/** When a run saves its training state, besides after each epoch. */
export interface StateEveryInput {
  /**
   * save the training state every so many steps too; 0: not by steps; a whole number from 0
   * @default 0
   */
  readonly steps?: number | undefined;
  /**
   * save the training state every so many minutes too; 0: not by time; from 0
   * @default 5
   */
  readonly minutes?: number | undefined;
}

/** Which models of a run are kept, besides the last one. */
export interface KeepInput {
  /**
   * keep the model after its best epoch, by the metric
   * @default false
   */
  readonly best?: boolean | undefined;
  /**
   * keep the model after every so many epochs too; 0: only the last one; a whole number from 0
   * @default 0
   */
  readonly every?: number | undefined;
}

/** How a Python function is called. */
export interface FunctionCallOptionsInput {
  /**
   * inputs whose gradients of sum_i(output_i * wave(400 + i)) are wanted
   * @default []
   */
  readonly differentiate?: readonly string[] | undefined;
  /**
   * what real inputs are cast to, and complex ones at that width; integers and bools never are
   * @default "float64"
   */
  readonly dtype?: "float32" | "float64" | "unchanged" | undefined;
  /**
   * where the module is, besides Python's own path; each folder has modules of its own, whatever their names
   * @default "."
   */
  readonly folder?: string | undefined;
  /**
   * what modules find in sys.argv, after a name; with other ones it is another program, with modules of its own
   * @default []
   */
  readonly argv?: readonly string[] | undefined;
  /**
   * served: where there is no CUDA, code that asks for it gets the device at hand, and is told that there is one
   * @default "real"
   */
  readonly cuda?: "real" | "served" | undefined;
}

/** A folder of Python modules, as a program that runs there. */
export interface ProgramInput {
  /**
   * where the module is, besides Python's own path; each folder has modules of its own, whatever their names
   * @default "."
   */
  readonly folder?: string | undefined;
  /**
   * what modules find in sys.argv, after a name; with other ones it is another program, with modules of its own
   * @default []
   */
  readonly argv?: readonly string[] | undefined;
  /**
   * served: where there is no CUDA, code that asks for it gets the device at hand, and is told that there is one
   * @default "real"
   */
  readonly cuda?: "real" | "served" | undefined;
}

/** Which backend to open, and on what. */
export interface OpenOptions {
  /**
   * what computes
   * @default "torch"
   */
  readonly backend?: "torch" | "tfjs" | "reference" | undefined;
  /**
   * "auto" (CUDA where there is one), "cpu", "cuda" or "cuda:<n>"
   * @default "auto"
   */
  readonly device?: string | undefined;
  /** the Python to use; otherwise ADSAM_PYTHON, otherwise the one that `adsam setup` made */
  readonly python?: string | undefined;
  /** folder of the published code as it is at github.com/AISIGSJTU/AS, for the backend reference */
  readonly checkout?: string | undefined;
}

/** Everything that a backend can build: a network, or one layer on its own. */
export type ModelSpec = NetworkSpec | Conv2dSpec | LinearSpec | BatchNorm2dSpec;

/** A whole network: images [N, 3, H, W] in, logits [N, classes] out. */
export interface NetworkSpec {
  /** architecture */
  readonly kind:
    | "resnet20"
    | "resnet32"
    | "resnet44"
    | "resnet56"
    | "resnet110"
    | "resnet1202"
    | "vgg11"
    | "vgg13"
    | "vgg16"
    | "vgg19";
  /** number of classes */
  readonly classes: number;
  /** Gaussian weights; false is the plain network */
  readonly bayesian: boolean;
  /** standard deviation of the prior N(0, sigma^2) */
  readonly priorSigma: number;
  /** initial log sigma of every weight */
  readonly initLogSigma: number;
  /** numbers to compute in */
  readonly dtype: "float32" | "float64" | "float16" | "bfloat16";
  /** seed of the initial values and of the noise */
  readonly seed: number;
}

/** A mean-field Gaussian convolution: [N, C, H, W] in and out. */
export interface Conv2dSpec {
  /** a convolution */
  readonly kind: "conv2d";
  /** channels of the input */
  readonly inChannels: number;
  /** channels of the output */
  readonly outChannels: number;
  /** height and width of the kernel */
  readonly kernelSize: Size;
  /** pixels from one place of the kernel to the next */
  readonly stride: Size;
  /** zeros around the input */
  readonly padding: Padding;
  /** pixels from one weight of the kernel to the next */
  readonly dilation: Size;
  /** groups of channels that do not meet */
  readonly groups: number;
  /** whether a Gaussian bias is added */
  readonly bias: boolean;
  /** standard deviation of the prior N(0, sigma^2) */
  readonly priorSigma: number;
  /** initial log sigma of every weight */
  readonly initLogSigma: number;
  /** numbers to compute in */
  readonly dtype: "float32" | "float64" | "float16" | "bfloat16";
  /** seed of the initial values and of the noise */
  readonly seed: number;
}

/** A mean-field Gaussian linear layer: [N, inFeatures] to [N, outFeatures]. */
export interface LinearSpec {
  /** a linear layer */
  readonly kind: "linear";
  /** numbers that each row of the input has */
  readonly inFeatures: number;
  /** numbers that each row of the output has */
  readonly outFeatures: number;
  /** whether a Gaussian bias is added */
  readonly bias: boolean;
  /** standard deviation of the prior N(0, sigma^2) */
  readonly priorSigma: number;
  /** initial log sigma of every weight */
  readonly initLogSigma: number;
  /** numbers to compute in */
  readonly dtype: "float32" | "float64" | "float16" | "bfloat16";
  /** seed of the initial values and of the noise */
  readonly seed: number;
}

/** Batch normalisation with a mean-field Gaussian scale and shift: [N, features, H, W] in and out. */
export interface BatchNorm2dSpec {
  /** batch normalisation */
  readonly kind: "batchnorm2d";
  /** channels of the input */
  readonly features: number;
  /** added to the variance */
  readonly eps: number;
  /** how far the running statistics move to the batch's; null: a cumulative average */
  readonly momentum: number | null;
  /** whether there are a Gaussian scale and shift */
  readonly affine: boolean;
  /** whether running statistics are kept for eval mode */
  readonly trackRunningStats: boolean;
  /** standard deviation of the prior N(0, sigma^2) */
  readonly priorSigma: number;
  /** initial log sigma of every weight */
  readonly initLogSigma: number;
  /** numbers to compute in */
  readonly dtype: "float32" | "float64" | "float16" | "bfloat16";
  /** seed of the initial values and of the noise */
  readonly seed: number;
}

/** What a whole run does: the step, and how often. */
export interface FitOptions {
  /** passes over the training images */
  readonly epochs: number;
  /** images in one step; an epoch's last has what is left, down to one */
  readonly batch: number;
  /** adam, or sgd with momentum 0.9 */
  readonly optimizer: "adam" | "sgd";
  /** initial learning rate */
  readonly learningRate: number;
  /** weight of the adversarial loss (the paper's lambda) */
  readonly ratio: number;
  /** length of one signed step of eps (the paper's alpha) */
  readonly stepSize: number;
  /** signed gradient steps that eps takes */
  readonly steps: number;
  /** forwards with fresh noise that the ELBO is averaged over */
  readonly samplings: number;
  /** weight of the KL divergence; null: 1 / N / 100 */
  readonly beta: number | null;
  /** what runs the network: native kernels (the package's, in C++ on a CPU and in Triton beside torch's on a GPU) or torch's; auto: native ones on a CPU where they compile */
  readonly kernels: "auto" | "native" | "torch";
  /** on NVIDIA GPUs, products of TF32's 10-bit mantissas: faster, less exact */
  readonly tf32: boolean;
  /** preset of the four switches below */
  readonly fidelity: "reference" | "paper";
  /** the gradient whose sign moves eps: the running sum, or its own; null: as the preset says */
  readonly epsilonGradients: "accumulated" | "fresh" | null;
  /** when the optimizer's moments restart; null: as the preset says */
  readonly optimizerReset: "each-epoch" | "never" | null;
  /** one more noisy training-mode forward, only for the accuracy; null: as the preset says */
  readonly metricForward: boolean | null;
  /** which forwards move batch norm's running statistics; null: as the preset says */
  readonly runningStatistics: "every-forward" | "loss-forwards" | null;
  /** epochs (from 0) at which the learning rate falls */
  readonly milestones: readonly number[];
  /** what the learning rate is multiplied by there */
  readonly decay: number;
  /** epochs over which beta rises from 0, step by step; 0: it is constant */
  readonly betaWarmup: number;
  /** epochs after which that warm-up begins again; 0: it does not */
  readonly betaCycle: number;
  /** mirror training images at random */
  readonly flip: boolean;
  /** crop training images at random from this many zeros around */
  readonly cropPadding: number;
  /** how each epoch is validated */
  readonly validation: "sampled" | "mean" | "none";
  /** what tells which epoch was the best: the lowest loss, or the highest accuracy */
  readonly metric: "validation/loss" | "validation/accuracy" | "train/loss" | "train/accuracy";
  /** end after so many epochs in a row none of which was the best; null: go on */
  readonly patience: number | null;
  /** seed of the batch order, the augmentation and the noise */
  readonly seed: number;
  /** draw a new order of the images each epoch */
  readonly shuffle: boolean;
  /** where the noise of the weights comes from */
  readonly noise: NoiseSpec;
}

/** Where Gaussian draws come from. */
export type NoiseSpec = GaussianNoiseSpec | WaveNoiseSpec;

/** Draws from a seeded generator. */
export interface GaussianNoiseSpec {
  /** a seeded generator */
  readonly kind: "gaussian";
  /** null: go on with the model's own generator */
  readonly seed: number | null;
}

/** Draws by a formula, the same in every language. */
export interface WaveNoiseSpec {
  /** the formula of recorded numbers, the same in every language */
  readonly kind: "wave";
  /** number of the next draw */
  readonly next: number;
}

/** What one step of training does. */
export interface StepOptions {
  /** adam, or sgd with momentum 0.9 */
  readonly optimizer: "adam" | "sgd";
  /** initial learning rate */
  readonly learningRate: number;
  /** weight of the adversarial loss (the paper's lambda) */
  readonly ratio: number;
  /** length of one signed step of eps (the paper's alpha) */
  readonly stepSize: number;
  /** signed gradient steps that eps takes */
  readonly steps: number;
  /** forwards with fresh noise that the ELBO is averaged over */
  readonly samplings: number;
  /** weight of the KL divergence; null: 1 / N / 100 */
  readonly beta: number | null;
  /** what runs the network: native kernels (the package's, in C++ on a CPU and in Triton beside torch's on a GPU) or torch's; auto: native ones on a CPU where they compile */
  readonly kernels: "auto" | "native" | "torch";
  /** on NVIDIA GPUs, products of TF32's 10-bit mantissas: faster, less exact */
  readonly tf32: boolean;
  /** preset of the four switches below */
  readonly fidelity: "reference" | "paper";
  /** the gradient whose sign moves eps: the running sum, or its own; null: as the preset says */
  readonly epsilonGradients: "accumulated" | "fresh" | null;
  /** when the optimizer's moments restart; null: as the preset says */
  readonly optimizerReset: "each-epoch" | "never" | null;
  /** one more noisy training-mode forward, only for the accuracy; null: as the preset says */
  readonly metricForward: boolean | null;
  /** which forwards move batch norm's running statistics; null: as the preset says */
  readonly runningStatistics: "every-forward" | "loss-forwards" | null;
}

/** One pass through a model. */
export interface ForwardOptions {
  /** how images become the model's input; model: pixels as those that it was trained on, floats are its input already */
  readonly normalization: InputNormalization;
  /** batch norm on the batch's own statistics, moving the running ones */
  readonly train: boolean;
  /** mu alone, the stored eps, or a fresh draw */
  readonly weights: "mean" | "stored" | "fresh";
  /** features: what enters the last layer */
  readonly output: "logits" | "features";
  /** where the noise of the weights comes from */
  readonly noise: NoiseSpec;
}

/** What is differentiated: the ELBO loss CE(logits, labels) + beta * kl, or the projection sum(out * direction) + kl. */
export interface GradientOptions {
  /** how images become the model's input; model: pixels as those that it was trained on, floats are its input already */
  readonly normalization: InputNormalization;
  /** batch norm on the batch's own statistics, moving the running ones */
  readonly train: boolean;
  /** mu alone, the stored eps, or a fresh draw */
  readonly weights: "mean" | "stored" | "fresh";
  /** features: what enters the last layer */
  readonly output: "logits" | "features";
  /** where the noise of the weights comes from */
  readonly noise: NoiseSpec;
  /** the loss that is differentiated */
  readonly objective: "elbo" | "projection";
  /** weight of the KL divergence in the ELBO */
  readonly beta: number;
}

/** Monte Carlo prediction. */
export interface PredictOptions {
  /** how images become the model's input; model: pixels as those that it was trained on, floats are its input already */
  readonly normalization: InputNormalization;
  /** Monte Carlo samples of the weights */
  readonly samples: number;
  /** images in one forward */
  readonly batch: number;
  /** mean: one sample, of mu alone */
  readonly weights: "mean" | "fresh";
  /** where the noise of the weights comes from */
  readonly noise: NoiseSpec;
}

/** What to evaluate on, and how to predict. */
export interface EvaluateOptions {
  /** how the images become the model's input: as those that it was trained on (model) or as the data set says (data); unless given, as both say */
  readonly normalization?: Normalization | "model" | "data" | null | undefined;
  /** Monte Carlo samples of the weights */
  readonly samples: number;
  /** images in one forward */
  readonly batch: number;
  /** mean: one sample, of mu alone */
  readonly weights: "mean" | "fresh";
  /** where the noise of the weights comes from */
  readonly noise: NoiseSpec;
  /** part of the data set */
  readonly part: "train" | "test";
  /** fit a temperature and conformal sets on half of the images, and judge them by the other half */
  readonly calibrate: boolean;
  /** part of the conformal sets that is to hold the image's class */
  readonly coverage: number;
}

/** How images of one's own become a data set. */
export interface ReadingOptions {
  /** scale images to squares of so many pixels a side, cut from the middle; null: as they are */
  readonly resize: number | null;
  /** what becomes of a data set with pictures that cannot be read: it is refused, or they are left out */
  readonly corrupt: "refuse" | "skip";
  /** the part of each class to test on, where the data does not say what to test on */
  readonly holdOut: number;
  /** how the numbers of a CSV file's row make an image: channels,height,width; null: not said */
  readonly shape: readonly number[] | null;
}

/** When a run saves its training state, besides after each epoch. */
export interface StateEvery {
  /** save the training state every so many steps too; 0: not by steps */
  readonly steps: number;
  /** save the training state every so many minutes too; 0: not by time */
  readonly minutes: number;
}

/** Which models of a run are kept, besides the last one. */
export interface Keep {
  /** keep the model after its best epoch, by the metric */
  readonly best: boolean;
  /** keep the model after every so many epochs too; 0: only the last one */
  readonly every: number;
}

/** How a Python function is called. */
export interface FunctionCallOptions {
  /** inputs whose gradients of sum_i(output_i * wave(400 + i)) are wanted */
  readonly differentiate: readonly string[];
  /** what real inputs are cast to, and complex ones at that width; integers and bools never are */
  readonly dtype: "float32" | "float64" | "unchanged";
  /** where the module is, besides Python's own path; each folder has modules of its own, whatever their names */
  readonly folder: string;
  /** what modules find in sys.argv, after a name; with other ones it is another program, with modules of its own */
  readonly argv: readonly string[];
  /** served: where there is no CUDA, code that asks for it gets the device at hand, and is told that there is one */
  readonly cuda: "real" | "served";
}

/** A folder of Python modules, as a program that runs there. */
export interface Program {
  /** where the module is, besides Python's own path; each folder has modules of its own, whatever their names */
  readonly folder: string;
  /** what modules find in sys.argv, after a name; with other ones it is another program, with modules of its own */
  readonly argv: readonly string[];
  /** served: where there is no CUDA, code that asks for it gets the device at hand, and is told that there is one */
  readonly cuda: "real" | "served";
}

/** Which backend to open, and on what. */
export interface CheckedOpenOptions {
  /** what computes */
  readonly backend: "torch" | "tfjs" | "reference";
  /** "auto" (CUDA where there is one), "cpu", "cuda" or "cuda:<n>" */
  readonly device: string;
  /** the Python to use; otherwise ADSAM_PYTHON, otherwise the one that `adsam setup` made */
  readonly python?: string | undefined;
  /** folder of the published code as it is at github.com/AISIGSJTU/AS, for the backend reference */
  readonly checkout?: string | undefined;
}

/** The four places where the published code departs from the paper. */
export interface Fidelity {
  /** the gradient whose sign moves eps: the running sum, or its own */
  readonly epsilonGradients: "accumulated" | "fresh";
  /** when the optimizer's moments restart */
  readonly optimizerReset: "each-epoch" | "never";
  /** one more noisy training-mode forward, only for the accuracy */
  readonly metricForward: boolean;
  /** which forwards move batch norm's running statistics */
  readonly runningStatistics: "every-forward" | "loss-forwards";
}

/** What a run tells while it goes on. Steps may be dropped when nobody reads them; epochs never are. */
export type FitEvent = StepEvent | EpochEvent;

/** One training step has been taken. */
export interface StepEvent {
  /** one training step */
  readonly kind: "step";
  /** when it was told, in UTC (ISO 8601); null: by a version that did not say */
  readonly timestamp: string | null;
  /** number of the epoch, from 0 */
  readonly epoch: number;
  /** steps taken in this run, this one included */
  readonly step: number;
  /** steps taken in this epoch, this one included */
  readonly batch: number;
  /** steps of an epoch */
  readonly batches: number;
  /** (1 - ratio) * (CE + beta * KL) + ratio * adversarial */
  readonly loss: number;
  /** of the forwards with fresh noise; null when ratio is 1 */
  readonly crossEntropy: number | null;
  /** KL divergence from the prior; null for a plain network and when ratio is 1 */
  readonly kl: number | null;
  /** cross-entropy at the worst eps; null when ratio is 0 */
  readonly adversarialLoss: number | null;
  /** adversarial loss minus the cross-entropy at the eps first drawn */
  readonly adversarialRise: number | null;
  /** part of the images that is classified right, 0 to 1 */
  readonly accuracy: number;
  /** images trained on in a second, lately */
  readonly imagesPerSecond: number;
  /** that the step was taken with */
  readonly learningRate: number;
  /** weight of the KL divergence that the step was taken with; null: the loss has none, or by a version that did not say */
  readonly beta: number | null;
}

/** One epoch is over. */
export interface EpochEvent {
  /** one pass over the training images */
  readonly kind: "epoch";
  /** when it was told, in UTC (ISO 8601); null: by a version that did not say */
  readonly timestamp: string | null;
  /** number of the epoch, from 0 */
  readonly epoch: number;
  /** epochs that the run is to have */
  readonly epochs: number;
  /** steps taken in this run */
  readonly step: number;
  /** means over the epoch's images */
  readonly train: TrainingMeans;
  /** null where the options say none */
  readonly validation: Validation | null;
  /** images trained on in a second */
  readonly imagesPerSecond: number;
  /** of the epoch */
  readonly learningRate: number;
  /** weight of the KL divergence in the epoch's last step; null: the loss has none, or by a version that did not say */
  readonly beta: number | null;
  /** seconds since the run began */
  readonly seconds: number;
}

/** Means over an epoch's images. */
export interface TrainingMeans {
  /** (1 - ratio) * (CE + beta * KL) + ratio * adversarial */
  readonly loss: number;
  /** of the forwards with fresh noise; null when ratio is 1 */
  readonly crossEntropy: number | null;
  /** KL divergence from the prior; null for a plain network and when ratio is 1 */
  readonly kl: number | null;
  /** cross-entropy at the worst eps; null when ratio is 0 */
  readonly adversarialLoss: number | null;
  /** adversarial loss minus the cross-entropy at the eps first drawn */
  readonly adversarialRise: number | null;
  /** part of the images that is classified right, 0 to 1 */
  readonly accuracy: number;
}

/** How a model does on the images that it is not trained on. */
export interface Validation {
  /** mean cross-entropy, nats */
  readonly loss: number;
  /** part of the images that is classified right, 0 to 1 */
  readonly accuracy: number;
  /** number of images validated on */
  readonly images: number;
}

/** How a run ended. */
export interface FitResult {
  /** whether the run went to its end */
  readonly status: "finished" | "cancelled";
  /** epochs finished, those before a resume included */
  readonly epochs: number;
  /** steps taken, those before a resume included */
  readonly steps: number;
  /** how long the run took, in seconds */
  readonly seconds: number;
  /** means over the last finished epoch; null: there is none */
  readonly train: TrainingMeans | null;
  /** of the last finished epoch; null: not validated */
  readonly validation: Validation | null;
  /** the epoch that was the best by the metric; null: there is none */
  readonly best: Best | null;
  /** what ended it before all its epochs, where nobody cancelled it */
  readonly stoppedBy: "patience" | "time" | null;
  /** what ran the network: native kernels, or torch and why not those; null: the backend has one way only */
  readonly computedBy: string | null;
}

/** The epoch that was the best by the metric of a run. */
export interface Best {
  /** number of the epoch, from 0 */
  readonly epoch: number;
  /** of the metric */
  readonly value: number;
}

/** What one training step did. */
export interface StepRecord {
  /** (1 - ratio) * (CE + beta * KL) + ratio * adversarial */
  readonly loss: number;
  /** part of the batch that is classified right, 0 to 1 */
  readonly accuracy: number;
  /** [first, next) of the noise drawn */
  readonly draws: readonly [number, number];
  /** in the order of execution */
  readonly forwards: readonly ForwardRecord[];
  /** after the step, by name */
  readonly parameters: Readonly<Record<string, Digest>>;
  /** running statistics after the step, by name */
  readonly running: Readonly<Record<string, Digest>>;
}

/** One forward within a training step. */
export interface ForwardRecord {
  /** with the stored eps, not a fresh draw */
  readonly fixedNoise: boolean;
  /** the stored eps before a forward that uses them */
  readonly eps: Readonly<Record<string, Digest>> | null;
  /** cross-entropy */
  readonly loss: number;
  /** KL divergence from the prior; null for a plain network */
  readonly kl: number | null;
}

/** [sum, Euclidean norm, projection on wave(5000)] of a tensor: three numbers that any change moves. */
export type Digest = readonly [number, number, number];

/** A parameter or buffer of a model. */
export interface TensorInfo {
  /** in checkpoints */
  readonly name: string;
  /** name of the layer that it belongs to; empty in a model of one layer */
  readonly layer: string;
  /** mean, log sigma or stored noise of Gaussian weights, the value of plain ones, or a running statistic */
  readonly role: TensorRole;
  /** of the layer's operation; null for a running statistic */
  readonly part: TensorPart;
  /** of its numbers, such as float32 */
  readonly dtype: string;
  /** its length along each axis */
  readonly shape: readonly number[];
}

/** What a tensor of a model is for. The names that checkpoints have for it are the layers' alone to make. */
export type TensorRole = "mean" | "logSigma" | "noise" | "value" | "runningMean" | "runningVariance" | "batchesTracked";

/** The part of a layer's operation that a tensor belongs to. */
export type TensorPart = "weight" | "bias" | null;
