"""The messages of the bridge and their defaults.

Generated from src/schema by `npm run generate`: change the schema, never this file.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel


class Message(BaseModel):
    """camelCase and NaN as a string on the wire, snake_case and floats in Python."""

    model_config = ConfigDict(
        alias_generator=to_camel,
        extra="forbid",
        frozen=True,
        populate_by_name=True,
        ser_json_inf_nan="strings",
    )


class HelloRequest(Message):
    protocol: int
    device: str
    checkout: str | None
    """folder of the published code, whose models are wanted; null: this package's"""


class HelloAnswer(Message):
    protocol: int
    package: str
    """version of the Python package"""
    python: str
    torch: str
    device: str
    """what the device asked for has become"""
    device_name: str
    threads: int
    """that one operation is computed on"""
    pid: int


class PingRequest(Message):
    pass


class Nothing(Message):
    pass


Count = Annotated[int, Field(ge=0)]


class CancelRequest(Message):
    jobs: tuple[Count, ...]
    abandoned: bool
    """nobody waits for their answers: one that has not begun never will"""


class ReleaseRequest(Message):
    handles: tuple[Count, ...]
    """numbers of objects that nobody asks for any more"""


class Thrown(Message):
    number: Count
    """under which the error itself is kept on its side"""
    name: str
    message: str
    raised: Count | None
    """number of the Python exception that it stands for"""


class MappedTensor(Message):
    """A tensor that a file holds anyway."""

    name: str
    path: str
    """of a file that Python may map, and neither changes nor removes"""
    offset: Annotated[int, Field(ge=0)]
    """in bytes, of the first number"""
    dtype: str
    """such as float32"""
    shape: tuple[Annotated[int, Field(ge=0)], ...]


class InlineBundle(Message):
    kind: Literal["inline"] = "inline"
    base64: str
    names: tuple[str, ...]
    """of the tensors, in their order, which the format does not keep"""
    complex: tuple[str, ...]
    """those that cross as pairs of real and imaginary parts, along one more axis"""
    mapped: tuple[MappedTensor, ...]
    """those that lie in files of their own: nothing else carries them"""


class FileBundle(Message):
    kind: Literal["file"] = "file"
    path: str
    names: tuple[str, ...]
    """of the tensors, in their order, which the format does not keep"""
    complex: tuple[str, ...]
    """those that cross as pairs of real and imaginary parts, along one more axis"""
    mapped: tuple[MappedTensor, ...]
    """those that lie in files of their own: nothing else carries them"""


Bundle = Annotated[
    InlineBundle | FileBundle,
    Field(discriminator="kind"),
]


class AnswerRequest(Message):
    question: Count
    value: str | None
    """what the function gave; null where it threw"""
    thrown: Thrown | None
    tensors: Bundle


class PipesRequest(Message):
    pass


class PipesAnswer(Message):
    requests: str
    """path of the pipe that requests are written to"""
    answers: str
    """path of the pipe that answers are read from"""


class NetworkSpec(Message):
    """A whole network: images [N, 3, H, W] in, logits [N, classes] out."""

    kind: Literal["resnet20", "resnet32", "resnet44", "resnet56", "resnet110", "resnet1202", "vgg11", "vgg13", "vgg16", "vgg19"]
    """architecture"""
    classes: Annotated[int, Field(ge=2, le=1000000)] = 10
    """number of classes"""
    bayesian: bool = True
    """Gaussian weights; false is the plain network"""
    prior_sigma: Annotated[float, Field(ge=1e-12, le=1000000000000)] = 0.15
    """standard deviation of the prior N(0, sigma^2)"""
    init_log_sigma: Annotated[float, Field(ge=-20, le=5)] = 0.15
    """initial log sigma of every weight"""
    dtype: Literal["float32", "float64", "float16", "bfloat16"] = "float32"
    """numbers to compute in"""
    seed: Count = 42
    """seed of the initial values and of the noise"""


PositiveCount = Annotated[int, Field(ge=1)]


Size = PositiveCount | tuple[PositiveCount, PositiveCount]


Padding = Count | tuple[Count, Count] | Literal["same", "valid"]


class Conv2dSpec(Message):
    """A mean-field Gaussian convolution: [N, C, H, W] in and out."""

    kind: Literal["conv2d"] = "conv2d"
    """a convolution"""
    in_channels: PositiveCount
    """channels of the input"""
    out_channels: PositiveCount
    """channels of the output"""
    kernel_size: Size
    """height and width of the kernel"""
    stride: Size = 1
    """pixels from one place of the kernel to the next"""
    padding: Padding = 0
    """zeros around the input"""
    dilation: Size = 1
    """pixels from one weight of the kernel to the next"""
    groups: PositiveCount = 1
    """groups of channels that do not meet"""
    bias: bool = True
    """whether a Gaussian bias is added"""
    prior_sigma: Annotated[float, Field(ge=1e-12, le=1000000000000)] = 0.15
    """standard deviation of the prior N(0, sigma^2)"""
    init_log_sigma: Annotated[float, Field(ge=-20, le=5)] = 0.15
    """initial log sigma of every weight"""
    dtype: Literal["float32", "float64", "float16", "bfloat16"] = "float32"
    """numbers to compute in"""
    seed: Count = 42
    """seed of the initial values and of the noise"""


class LinearSpec(Message):
    """A mean-field Gaussian linear layer: [N, inFeatures] to [N, outFeatures]."""

    kind: Literal["linear"] = "linear"
    """a linear layer"""
    in_features: PositiveCount
    """numbers that each row of the input has"""
    out_features: PositiveCount
    """numbers that each row of the output has"""
    bias: bool = True
    """whether a Gaussian bias is added"""
    prior_sigma: Annotated[float, Field(ge=1e-12, le=1000000000000)] = 0.15
    """standard deviation of the prior N(0, sigma^2)"""
    init_log_sigma: Annotated[float, Field(ge=-20, le=5)] = 0.15
    """initial log sigma of every weight"""
    dtype: Literal["float32", "float64", "float16", "bfloat16"] = "float32"
    """numbers to compute in"""
    seed: Count = 42
    """seed of the initial values and of the noise"""


class BatchNorm2dSpec(Message):
    """Batch normalisation with a mean-field Gaussian scale and shift: [N, features, H, W] in and out."""

    kind: Literal["batchnorm2d"] = "batchnorm2d"
    """batch normalisation"""
    features: PositiveCount
    """channels of the input"""
    eps: Annotated[float, Field(gt=0)] = 0.00001
    """added to the variance"""
    momentum: Annotated[float, Field(ge=0, le=1)] | None = 0.1
    """how far the running statistics move to the batch's; null: a cumulative average"""
    affine: bool = True
    """whether there are a Gaussian scale and shift"""
    track_running_stats: bool = True
    """whether running statistics are kept for eval mode"""
    prior_sigma: Annotated[float, Field(ge=1e-12, le=1000000000000)] = 0.15
    """standard deviation of the prior N(0, sigma^2)"""
    init_log_sigma: Annotated[float, Field(ge=-20, le=5)] = 0.15
    """initial log sigma of every weight"""
    dtype: Literal["float32", "float64", "float16", "bfloat16"] = "float32"
    """numbers to compute in"""
    seed: Count = 42
    """seed of the initial values and of the noise"""


ModelSpec = Annotated[
    NetworkSpec | Conv2dSpec | LinearSpec | BatchNorm2dSpec,
    Field(discriminator="kind"),
]


class CreateRequest(Message):
    spec: ModelSpec


TensorRole = Literal["mean", "logSigma", "noise", "value", "runningMean", "runningVariance", "batchesTracked"]


TensorPart = Literal["weight", "bias"] | None


class TensorInfo(Message):
    """A parameter or buffer of a model."""

    name: str
    """in checkpoints"""
    layer: str
    """name of the layer that it belongs to; empty in a model of one layer"""
    role: TensorRole
    """mean, log sigma or stored noise of Gaussian weights, the value of plain ones, or a running statistic"""
    part: TensorPart
    """of the layer's operation; null for a running statistic"""
    dtype: str
    """of its numbers, such as float32"""
    shape: tuple[Count, ...]
    """its length along each axis"""


class Normalization(Message):
    """How stored pixels become a network's input: (pixel / scale - mean[c]) / std[c]."""

    scale: Annotated[float, Field(gt=0)]
    """the pixel value that becomes 1"""
    mean: tuple[float, ...]
    """of each channel, of pixel / scale"""
    std: tuple[Annotated[float, Field(gt=0)], ...]
    """of each channel, of pixel / scale; above 0"""


class ModelInfo(Message):
    model: Count
    """the model's number in its session"""
    spec: ModelSpec
    tensors: tuple[TensorInfo, ...]
    """in the order of state_dict"""
    normalization: Normalization | None
    """of the pixels that it was trained on; null: none is known"""


class LoadRequest(Message):
    path: str
    spec: ModelSpec | None
    """null: the checkpoint says it itself"""
    pretrained: bool
    """take a plain network's weights as the means of a Bayesian one"""
    relative_sigma: Annotated[float, Field(gt=0)] | None
    """initial sigma in parts of |w|; null: as the spec says"""


class SaveRequest(Message):
    model: Count
    """the model's number in its session"""
    path: str
    format: Literal["safetensors", "pt"]


class ReadRequest(Message):
    model: Count
    """the model's number in its session"""
    names: tuple[str, ...] | None


class TensorsAnswer(Message):
    tensors: Bundle
    """*"""


class WriteRequest(Message):
    model: Count
    """the model's number in its session"""
    tensors: Bundle
    """*"""


InputNormalization = Normalization | Literal["model"] | None


class GaussianNoiseSpec(Message):
    """Draws from a seeded generator."""

    kind: Literal["gaussian"] = "gaussian"
    """a seeded generator"""
    seed: Count | None = None
    """null: go on with the model's own generator"""


class WaveNoiseSpec(Message):
    """Draws by a formula, the same in every language."""

    kind: Literal["wave"] = "wave"
    """the formula of recorded numbers, the same in every language"""
    next: Count = 0
    """number of the next draw"""


NoiseSpec = Annotated[
    GaussianNoiseSpec | WaveNoiseSpec,
    Field(discriminator="kind"),
]


class ForwardOptions(Message):
    """One pass through a model."""

    normalization: InputNormalization = "model"
    """how images become the model's input; model: pixels as those that it was trained on, floats are its input already"""
    train: bool = False
    """batch norm on the batch's own statistics, moving the running ones"""
    weights: Literal["mean", "stored", "fresh"] = "mean"
    """mu alone, the stored eps, or a fresh draw"""
    output: Literal["logits", "features"] = "logits"
    """features: what enters the last layer"""
    noise: NoiseSpec = GaussianNoiseSpec()
    """where the noise of the weights comes from"""


class ForwardRequest(Message):
    model: Count
    """the model's number in its session"""
    options: ForwardOptions
    tensors: Bundle
    """input"""


class ForwardAnswer(Message):
    kl: float | None
    tensors: Bundle
    """output"""


class GradientOptions(Message):
    """What is differentiated: the ELBO loss CE(logits, labels) + beta * kl, or the projection sum(out * direction) + kl."""

    normalization: InputNormalization = "model"
    """how images become the model's input; model: pixels as those that it was trained on, floats are its input already"""
    train: bool = False
    """batch norm on the batch's own statistics, moving the running ones"""
    weights: Literal["mean", "stored", "fresh"] = "mean"
    """mu alone, the stored eps, or a fresh draw"""
    output: Literal["logits", "features"] = "logits"
    """features: what enters the last layer"""
    noise: NoiseSpec = GaussianNoiseSpec()
    """where the noise of the weights comes from"""
    objective: Literal["elbo", "projection"] = "elbo"
    """the loss that is differentiated"""
    beta: Annotated[float, Field(ge=0)] = 0
    """weight of the KL divergence in the ELBO"""


class GradientsRequest(Message):
    model: Count
    """the model's number in its session"""
    options: GradientOptions
    tensors: Bundle
    """input, target"""


class GradientsAnswer(Message):
    loss: float
    kl: float | None
    tensors: Bundle
    """output, input_gradient, gradient/*"""


class InspectRequest(Message):
    model: Count
    """the model's number in its session"""
    options: GradientOptions
    tensors: Bundle
    """input, target"""


class InspectAnswer(Message):
    loss: float
    kl: float | None
    operations: tuple[str, ...]
    """<layer>/input, /weight, /bias, /output, in order of execution"""
    tensors: Bundle
    """value/*, gradient/*"""


class Program(Message):
    """A folder of Python modules, as a program that runs there."""

    folder: str = "."
    """where the module is, besides Python's own path; each folder has modules of its own, whatever their names"""
    argv: tuple[str, ...] = ()
    """what modules find in sys.argv, after a name; with other ones it is another program, with modules of its own"""
    cuda: Literal["real", "served"] = "real"
    """served: where there is no CUDA, code that asks for it gets the device at hand, and is told that there is one"""


class CallRequest(Message):
    target: str
    """package.module:function"""
    differentiate: tuple[str, ...] = ()
    """inputs whose gradients of sum_i(output_i * wave(400 + i)) are wanted"""
    dtype: Literal["float32", "float64", "unchanged"] = "float64"
    """what real inputs are cast to, and complex ones at that width; integers and bools never are"""
    program: Program
    tensors: Bundle
    """*"""


class CallAnswer(Message):
    tensors: Bundle
    """output/*, gradient/*"""


Operation = Literal["import", "reload", "call", "method", "get", "set", "length", "item", "setItem", "removeItem", "contains", "iterate", "next", "close", "enter", "exit", "within", "text", "names", "same", "vjp", "jvp", "patch"]


class AskRequest(Message):
    operation: Operation
    program: Program
    """the program that its code runs in"""
    values: str
    """positional arguments and keyword arguments, as JSON text"""
    keep: bool
    """what comes out stays in Python, and a handle stands for it"""
    output: bool
    """what it prints is told line by line"""
    tensors: Bundle
    """*"""


class AskAnswer(Message):
    value: str
    """values as JSON text"""
    changed: str | None
    """what lists and other containers among the arguments hold now that were changed, by number"""
    tensors: Bundle
    """those that the values name, and changed/<name> of those that came and were changed"""


class ContractRequest(Message):
    modules: tuple[str, ...]
    """by their dotted names"""
    program: Program
    """where they are"""


class ContractAnswer(Message):
    contract: str
    """what they offer, as JSON; see src/interop/contract"""
    code: str
    """where its code is, as JSON; see src/interop/recording"""


class StepOptions(Message):
    """What one step of training does."""

    optimizer: Literal["adam", "sgd"] = "adam"
    """adam, or sgd with momentum 0.9"""
    learning_rate: Annotated[float, Field(gt=0)] = 0.01
    """initial learning rate"""
    ratio: Annotated[float, Field(ge=0, le=1)] = 0.8
    """weight of the adversarial loss (the paper's lambda)"""
    step_size: Annotated[float, Field(ge=0)] = 0.02
    """length of one signed step of eps (the paper's alpha)"""
    steps: Count = 5
    """signed gradient steps that eps takes"""
    samplings: PositiveCount = 1
    """forwards with fresh noise that the ELBO is averaged over"""
    beta: Annotated[float, Field(ge=0)] | None = None
    """weight of the KL divergence; null: 1 / N / 100"""
    kernels: Literal["auto", "native", "torch"] = "auto"
    """what runs the network: native kernels (the package's, in C++ on a CPU and in Triton beside torch's on a GPU) or torch's; auto: native ones on a CPU where they compile"""
    tf32: bool = False
    """on NVIDIA GPUs, products of TF32's 10-bit mantissas: faster, less exact"""
    fidelity: Literal["reference", "paper"] = "reference"
    """preset of the four switches below"""
    epsilon_gradients: Literal["accumulated", "fresh"] | None = None
    """the gradient whose sign moves eps: the running sum, or its own; null: as the preset says"""
    optimizer_reset: Literal["each-epoch", "never"] | None = None
    """when the optimizer's moments restart; null: as the preset says"""
    metric_forward: bool | None = None
    """one more noisy training-mode forward, only for the accuracy; null: as the preset says"""
    running_statistics: Literal["every-forward", "loss-forwards"] | None = None
    """which forwards move batch norm's running statistics; null: as the preset says"""


class TraceRequest(Message):
    model: Count
    """the model's number in its session"""
    options: StepOptions
    training_size: PositiveCount
    """N of beta = 1 / N / 100"""
    noise: NoiseSpec
    normalization: InputNormalization
    stages: Count | None
    """number of the object that says what of each step is computed elsewhere; null: nothing"""
    tensors: Bundle
    """input.*, labels.*"""


Digest = tuple[float, float, float]


class ForwardRecord(Message):
    """One forward within a training step."""

    fixed_noise: bool
    """with the stored eps, not a fresh draw"""
    eps: dict[str, Digest] | None
    """the stored eps before a forward that uses them"""
    loss: float
    """cross-entropy"""
    kl: float | None
    """KL divergence from the prior; null for a plain network"""


class StepRecord(Message):
    """What one training step did."""

    loss: float
    """(1 - ratio) * (CE + beta * KL) + ratio * adversarial"""
    accuracy: float
    """part of the batch that is classified right, 0 to 1"""
    draws: tuple[Count, Count]
    """[first, next) of the noise drawn"""
    forwards: tuple[ForwardRecord, ...]
    """in the order of execution"""
    parameters: dict[str, Digest]
    """after the step, by name"""
    running: dict[str, Digest]
    """running statistics after the step, by name"""


class TraceAnswer(Message):
    steps: tuple[StepRecord, ...]


class FitOptions(Message):
    """What a whole run does: the step, and how often."""

    epochs: Count = 200
    """passes over the training images"""
    batch: PositiveCount = 100
    """images in one step; an epoch's last has what is left, down to one"""
    optimizer: Literal["adam", "sgd"] = "adam"
    """adam, or sgd with momentum 0.9"""
    learning_rate: Annotated[float, Field(gt=0)] = 0.01
    """initial learning rate"""
    ratio: Annotated[float, Field(ge=0, le=1)] = 0.8
    """weight of the adversarial loss (the paper's lambda)"""
    step_size: Annotated[float, Field(ge=0)] = 0.02
    """length of one signed step of eps (the paper's alpha)"""
    steps: Count = 5
    """signed gradient steps that eps takes"""
    samplings: PositiveCount = 1
    """forwards with fresh noise that the ELBO is averaged over"""
    beta: Annotated[float, Field(ge=0)] | None = None
    """weight of the KL divergence; null: 1 / N / 100"""
    kernels: Literal["auto", "native", "torch"] = "auto"
    """what runs the network: native kernels (the package's, in C++ on a CPU and in Triton beside torch's on a GPU) or torch's; auto: native ones on a CPU where they compile"""
    tf32: bool = False
    """on NVIDIA GPUs, products of TF32's 10-bit mantissas: faster, less exact"""
    fidelity: Literal["reference", "paper"] = "reference"
    """preset of the four switches below"""
    epsilon_gradients: Literal["accumulated", "fresh"] | None = None
    """the gradient whose sign moves eps: the running sum, or its own; null: as the preset says"""
    optimizer_reset: Literal["each-epoch", "never"] | None = None
    """when the optimizer's moments restart; null: as the preset says"""
    metric_forward: bool | None = None
    """one more noisy training-mode forward, only for the accuracy; null: as the preset says"""
    running_statistics: Literal["every-forward", "loss-forwards"] | None = None
    """which forwards move batch norm's running statistics; null: as the preset says"""
    milestones: tuple[Count, ...] = (80, 140, 180)
    """epochs (from 0) at which the learning rate falls"""
    decay: Annotated[float, Field(le=1, gt=0)] = 0.1
    """what the learning rate is multiplied by there"""
    beta_warmup: Count = 0
    """epochs over which beta rises from 0, step by step; 0: it is constant"""
    beta_cycle: Count = 0
    """epochs after which that warm-up begins again; 0: it does not"""
    flip: bool = False
    """mirror training images at random"""
    crop_padding: Count = 0
    """crop training images at random from this many zeros around"""
    validation: Literal["sampled", "mean", "none"] = "sampled"
    """how each epoch is validated"""
    metric: Literal["validation/loss", "validation/accuracy", "train/loss", "train/accuracy"] = "validation/loss"
    """what tells which epoch was the best: the lowest loss, or the highest accuracy"""
    patience: PositiveCount | None = None
    """end after so many epochs in a row none of which was the best; null: go on"""
    seed: Count = 42
    """seed of the batch order, the augmentation and the noise"""
    shuffle: bool = True
    """draw a new order of the images each epoch"""
    noise: NoiseSpec = GaussianNoiseSpec()
    """where the noise of the weights comes from"""


class StateEvery(Message):
    """When a run saves its training state, besides after each epoch."""

    steps: Count = 0
    """save the training state every so many steps too; 0: not by steps"""
    minutes: Annotated[float, Field(ge=0)] = 5
    """save the training state every so many minutes too; 0: not by time"""


class Keep(Message):
    """Which models of a run are kept, besides the last one."""

    best: bool = False
    """keep the model after its best epoch, by the metric"""
    every: Count = 0
    """keep the model after every so many epochs too; 0: only the last one"""


class FitRequest(Message):
    model: Count
    """the model's number in its session"""
    options: FitOptions
    normalization: Normalization | None
    """null: the images are the network's input already"""
    tensors: Bundle
    """train.images, train.labels, test.images, test.labels"""
    checkpoint: str | None
    """file to write the model to after each epoch and at the end"""
    state: str | None
    """file to write the training state to, before the model and in between"""
    state_every: StateEvery
    """how often in between"""
    keep: Keep
    """models that are written beside the checkpoint, under names made of its own"""
    events: str | None
    """file to write each event to, one JSON document a line"""
    resume: str | None
    """training state to go on from"""
    stages: Count | None
    """number of the object that says what of each step is computed elsewhere; null: nothing"""


class TrainingMeans(Message):
    """Means over an epoch's images."""

    loss: float
    """(1 - ratio) * (CE + beta * KL) + ratio * adversarial"""
    cross_entropy: float | None
    """of the forwards with fresh noise; null when ratio is 1"""
    kl: float | None
    """KL divergence from the prior; null for a plain network and when ratio is 1"""
    adversarial_loss: float | None
    """cross-entropy at the worst eps; null when ratio is 0"""
    adversarial_rise: float | None
    """adversarial loss minus the cross-entropy at the eps first drawn"""
    accuracy: float
    """part of the images that is classified right, 0 to 1"""


class Validation(Message):
    """How a model does on the images that it is not trained on."""

    loss: float
    """mean cross-entropy, nats"""
    accuracy: float
    """part of the images that is classified right, 0 to 1"""
    images: Count
    """number of images validated on"""


class Best(Message):
    """The epoch that was the best by the metric of a run."""

    epoch: Count
    """number of the epoch, from 0"""
    value: float
    """of the metric"""


class FitResult(Message):
    """How a run ended."""

    status: Literal["finished", "cancelled"]
    """whether the run went to its end"""
    epochs: Count
    """epochs finished, those before a resume included"""
    steps: Count
    """steps taken, those before a resume included"""
    seconds: float
    """how long the run took, in seconds"""
    train: TrainingMeans | None
    """means over the last finished epoch; null: there is none"""
    validation: Validation | None
    """of the last finished epoch; null: not validated"""
    best: Best | None
    """the epoch that was the best by the metric; null: there is none"""
    stopped_by: Literal["patience", "time"] | None
    """what ended it before all its epochs, where nobody cancelled it"""
    computed_by: str | None = None
    """what ran the network: native kernels, or torch and why not those; null: the backend has one way only"""


class DisposeRequest(Message):
    model: Count
    """the model's number in its session"""


class PredictOptions(Message):
    """Monte Carlo prediction."""

    normalization: InputNormalization = "model"
    """how images become the model's input; model: pixels as those that it was trained on, floats are its input already"""
    samples: PositiveCount = 30
    """Monte Carlo samples of the weights"""
    batch: PositiveCount = 100
    """images in one forward"""
    weights: Literal["mean", "fresh"] = "fresh"
    """mean: one sample, of mu alone"""
    noise: NoiseSpec = GaussianNoiseSpec()
    """where the noise of the weights comes from"""


class PredictRequest(Message):
    model: Count
    """the model's number in its session"""
    options: PredictOptions
    agreed: bool
    """refuse a normalization other than the one that the model was trained with"""
    tensors: Bundle
    """images"""


class PredictAnswer(Message):
    tensors: Bundle
    """logits, entropy_mean, entropy_spread"""


class StepEvent(Message):
    """One training step has been taken."""

    kind: Literal["step"] = "step"
    """one training step"""
    timestamp: str | None = None
    """when it was told, in UTC (ISO 8601); null: by a version that did not say"""
    epoch: Count
    """number of the epoch, from 0"""
    step: PositiveCount
    """steps taken in this run, this one included"""
    batch: PositiveCount
    """steps taken in this epoch, this one included"""
    batches: PositiveCount
    """steps of an epoch"""
    loss: float
    """(1 - ratio) * (CE + beta * KL) + ratio * adversarial"""
    cross_entropy: float | None
    """of the forwards with fresh noise; null when ratio is 1"""
    kl: float | None
    """KL divergence from the prior; null for a plain network and when ratio is 1"""
    adversarial_loss: float | None
    """cross-entropy at the worst eps; null when ratio is 0"""
    adversarial_rise: float | None
    """adversarial loss minus the cross-entropy at the eps first drawn"""
    accuracy: float
    """part of the images that is classified right, 0 to 1"""
    images_per_second: float
    """images trained on in a second, lately"""
    learning_rate: float
    """that the step was taken with"""
    beta: Annotated[float, Field(ge=0)] | None = None
    """weight of the KL divergence that the step was taken with; null: the loss has none, or by a version that did not say"""


class EpochEvent(Message):
    """One epoch is over."""

    kind: Literal["epoch"] = "epoch"
    """one pass over the training images"""
    timestamp: str | None = None
    """when it was told, in UTC (ISO 8601); null: by a version that did not say"""
    epoch: Count
    """number of the epoch, from 0"""
    epochs: Count
    """epochs that the run is to have"""
    step: Count
    """steps taken in this run"""
    train: TrainingMeans
    """means over the epoch's images"""
    validation: Validation | None
    """null where the options say none"""
    images_per_second: float
    """images trained on in a second"""
    learning_rate: float
    """of the epoch"""
    beta: Annotated[float, Field(ge=0)] | None = None
    """weight of the KL divergence in the epoch's last step; null: the loss has none, or by a version that did not say"""
    seconds: float
    """seconds since the run began"""


FitEvent = Annotated[
    StepEvent | EpochEvent,
    Field(discriminator="kind"),
]


class ProgressEvent(Message):
    kind: Literal["progress"] = "progress"
    job: Count
    event: FitEvent


class DoneEvent(Message):
    kind: Literal["done"] = "done"
    job: Count
    answer: Any


class PythonErrorData(Message):
    code: Literal["usage", "unsupported", "data", "checkpoint", "file", "disk", "environment", "diverged"] | None
    """where the package raised it on purpose"""
    suggestion: str | None
    type: str
    """qualified name of the exception's class"""
    bases: tuple[str, ...]
    """its ancestors, nearest first"""
    message: str
    traceback: str
    thrown: Count | None
    """number of the TypeScript error that it stands for"""
    raised: Count | None
    """under which Python keeps the exception for a function that may throw it on"""


class ErrorEvent(Message):
    kind: Literal["error"] = "error"
    job: Count
    error: PythonErrorData


class CancelledEvent(Message):
    kind: Literal["cancelled"] = "cancelled"
    job: Count


class OutputEvent(Message):
    kind: Literal["output"] = "output"
    job: Count
    stream: Literal["stdout", "stderr"]
    line: str


JobEvent = Annotated[
    ProgressEvent | DoneEvent | ErrorEvent | CancelledEvent | OutputEvent,
    Field(discriminator="kind"),
]


class QuestionEvent(Message):
    kind: Literal["question"] = "question"
    question: Count
    callback: Count
    values: str
    """positional arguments and keyword arguments"""
    tensors: Bundle


class ForgottenEvent(Message):
    kind: Literal["forgotten"] = "forgotten"
    callback: Count
    times: Count
    """how often it came"""


CallbackEvent = Annotated[
    QuestionEvent | ForgottenEvent,
    Field(discriminator="kind"),
]


class Fidelity(Message):
    """The four places where the published code departs from the paper."""

    epsilon_gradients: Literal["accumulated", "fresh"]
    """the gradient whose sign moves eps: the running sum, or its own"""
    optimizer_reset: Literal["each-epoch", "never"]
    """when the optimizer's moments restart"""
    metric_forward: bool
    """one more noisy training-mode forward, only for the accuracy"""
    running_statistics: Literal["every-forward", "loss-forwards"]
    """which forwards move batch norm's running statistics"""


class ResNetFacts(Message):
    family: Literal["resnet"] = "resnet"
    channels: PositiveCount
    """of an image"""
    side: PositiveCount | None
    """of an image, in pixels; null: square images of any size"""
    blocks: PositiveCount
    """residual blocks in each of the three stages"""


class VggFacts(Message):
    family: Literal["vgg"] = "vgg"
    channels: PositiveCount
    """of an image"""
    side: PositiveCount | None
    """of an image, in pixels; null: square images of any size"""
    convolutions: tuple[PositiveCount, ...]
    """before each of the five poolings"""


ArchitectureFacts = Annotated[
    ResNetFacts | VggFacts,
    Field(discriminator="family"),
]


CALL_REQUESTS: dict[str, type[Message]] = {
    "hello": HelloRequest,
    "ping": PingRequest,
    "cancel": CancelRequest,
    "release": ReleaseRequest,
    "answer": AnswerRequest,
    "pipes": PipesRequest,
}

JOB_REQUESTS: dict[str, type[Message]] = {
    "create": CreateRequest,
    "load": LoadRequest,
    "save": SaveRequest,
    "read": ReadRequest,
    "write": WriteRequest,
    "forward": ForwardRequest,
    "gradients": GradientsRequest,
    "inspect": InspectRequest,
    "call": CallRequest,
    "ask": AskRequest,
    "contract": ContractRequest,
    "trace": TraceRequest,
    "fit": FitRequest,
    "dispose": DisposeRequest,
    "predict": PredictRequest,
}

Session = TypeVar("Session")
Job = TypeVar("Job")


@dataclass(frozen=True)
class CallHandlers:
    """What answers each call."""

    hello: Callable[[HelloRequest], HelloAnswer]
    ping: Callable[[PingRequest], Nothing]
    cancel: Callable[[CancelRequest], Nothing]
    release: Callable[[ReleaseRequest], Nothing]
    answer: Callable[[AnswerRequest], Nothing]
    pipes: Callable[[PipesRequest], PipesAnswer]


@dataclass(frozen=True)
class JobHandlers(Generic[Session, Job]):
    """What does each job of a session."""

    create: Callable[[Session, CreateRequest, Job], ModelInfo]
    load: Callable[[Session, LoadRequest, Job], ModelInfo]
    save: Callable[[Session, SaveRequest, Job], Nothing]
    read: Callable[[Session, ReadRequest, Job], TensorsAnswer]
    write: Callable[[Session, WriteRequest, Job], Nothing]
    forward: Callable[[Session, ForwardRequest, Job], ForwardAnswer]
    gradients: Callable[[Session, GradientsRequest, Job], GradientsAnswer]
    inspect: Callable[[Session, InspectRequest, Job], InspectAnswer]
    call: Callable[[Session, CallRequest, Job], CallAnswer]
    ask: Callable[[Session, AskRequest, Job], AskAnswer]
    contract: Callable[[Session, ContractRequest, Job], ContractAnswer]
    trace: Callable[[Session, TraceRequest, Job], TraceAnswer]
    fit: Callable[[Session, FitRequest, Job], FitResult]
    dispose: Callable[[Session, DisposeRequest, Job], Nothing]
    predict: Callable[[Session, PredictRequest, Job], PredictAnswer]


FIDELITY_PRESETS: dict[str, Fidelity] = {
    "reference": Fidelity(
        epsilon_gradients="accumulated",
        optimizer_reset="each-epoch",
        metric_forward=True,
        running_statistics="every-forward",
    ),
    "paper": Fidelity(
        epsilon_gradients="fresh",
        optimizer_reset="never",
        metric_forward=False,
        running_statistics="loss-forwards",
    ),
}

ARCHITECTURES: dict[str, ArchitectureFacts] = {
    "resnet20": ResNetFacts(
        family="resnet",
        channels=3,
        side=None,
        blocks=3,
    ),
    "resnet32": ResNetFacts(
        family="resnet",
        channels=3,
        side=None,
        blocks=5,
    ),
    "resnet44": ResNetFacts(
        family="resnet",
        channels=3,
        side=None,
        blocks=7,
    ),
    "resnet56": ResNetFacts(
        family="resnet",
        channels=3,
        side=None,
        blocks=9,
    ),
    "resnet110": ResNetFacts(
        family="resnet",
        channels=3,
        side=None,
        blocks=18,
    ),
    "resnet1202": ResNetFacts(
        family="resnet",
        channels=3,
        side=None,
        blocks=200,
    ),
    "vgg11": VggFacts(
        family="vgg",
        channels=3,
        side=32,
        convolutions=(1, 1, 2, 2, 2),
    ),
    "vgg13": VggFacts(
        family="vgg",
        channels=3,
        side=32,
        convolutions=(2, 2, 2, 2, 2),
    ),
    "vgg16": VggFacts(
        family="vgg",
        channels=3,
        side=32,
        convolutions=(2, 2, 3, 3, 3),
    ),
    "vgg19": VggFacts(
        family="vgg",
        channels=3,
        side=32,
        convolutions=(2, 2, 4, 4, 4),
    ),
}

PROTOCOL_VERSION = 8
