"""Mean-field Gaussian layers and their deterministic counterparts."""

from .batch_norm import BatchNorm, PlainBatchNorm2d, RandBatchNorm2d, frozen_statistics
from .conv import Convolution, PlainConv2d, RandConv2d
from .family import Family, GaussianFamily, PlainFamily
from .gaussian import Gaussian, Posterior, kl_divergence
from .kernels import Kernels
from .layer import Layer
from .linear import PlainLinear, RandLinear
from .point import Point

__all__ = [
    "BatchNorm",
    "Convolution",
    "Family",
    "Gaussian",
    "GaussianFamily",
    "Kernels",
    "Layer",
    "PlainBatchNorm2d",
    "PlainConv2d",
    "PlainFamily",
    "PlainLinear",
    "Point",
    "Posterior",
    "RandBatchNorm2d",
    "RandConv2d",
    "RandLinear",
    "frozen_statistics",
    "kl_divergence",
]
