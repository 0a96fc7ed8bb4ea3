"""Bayesian neural networks trained by Adversarial Sampling.

    from adversarial_sampling import FitOptions, Images, NetworkSpec, build, fit, predict

    model = build(NetworkSpec(kind="resnet20"), device="cuda")
    fit(model, Images(images, labels), options=FitOptions(epochs=10))
    logits, aleatoric, spread = predict(model, new_images)

Zhang et al., "Improving Bayesian Neural Networks by Adversarial Sampling", AAAI 2022,
doi 10.1609/aaai.v36i9.21250.
"""

from ._protocol import (
    BatchNorm2dSpec,
    Conv2dSpec,
    EpochEvent,
    Fidelity,
    FitOptions,
    FitResult,
    GaussianNoiseSpec,
    LinearSpec,
    ModelSpec,
    NetworkSpec,
    Normalization,
    PredictOptions,
    StateEvery,
    StepEvent,
    StepOptions,
    TrainingMeans,
    WaveNoiseSpec,
)
from .adversarial import AdversarialStep
from .checkpoint import load, save
from .data import Images
from .device import resolve_device
from .errors import AdversarialSamplingError, Cancelled
from .layers import RandBatchNorm2d, RandConv2d, RandLinear
from .models import Network, build
from .noise import GaussianNoise, NoiseSource, WaveNoise
from .predict import Prediction, predict
from .step import resolve_fidelity
from .trace import trace
from .train import fit
from .version import __version__

__all__ = [
    "AdversarialSamplingError",
    "AdversarialStep",
    "BatchNorm2dSpec",
    "Cancelled",
    "Conv2dSpec",
    "EpochEvent",
    "Fidelity",
    "FitOptions",
    "FitResult",
    "GaussianNoise",
    "GaussianNoiseSpec",
    "Images",
    "LinearSpec",
    "ModelSpec",
    "Network",
    "NetworkSpec",
    "NoiseSource",
    "Normalization",
    "PredictOptions",
    "Prediction",
    "RandBatchNorm2d",
    "RandConv2d",
    "RandLinear",
    "StateEvery",
    "StepEvent",
    "StepOptions",
    "TrainingMeans",
    "WaveNoise",
    "WaveNoiseSpec",
    "__version__",
    "build",
    "fit",
    "load",
    "predict",
    "resolve_device",
    "resolve_fidelity",
    "save",
    "trace",
]
