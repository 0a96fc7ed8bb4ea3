"""The two families of layers that one definition of a network is built from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import torch

from .batch_norm import BatchNorm, PlainBatchNorm2d, RandBatchNorm2d
from .conv import Convolution, PlainConv2d, RandConv2d
from .layer import Layer
from .linear import PlainLinear, RandLinear


class Family(Protocol):
    """Makes layers of one kind."""

    def conv3x3(self, channels: int, planes: int, *, stride: int = 1, bias: bool = False) -> Layer:
        """A 3x3 convolution with padding 1."""
        ...

    def batch_norm(self, features: int) -> BatchNorm:
        """Batch norm with torch's defaults."""
        ...

    def linear(self, features: int, outputs: int) -> Layer:
        """A linear layer with bias."""
        ...


@dataclass(frozen=True)
class GaussianFamily:
    """Layers with mean-field Gaussian weights."""

    sigma_0: float
    init_s: float
    dtype: torch.dtype

    def conv3x3(self, channels: int, planes: int, *, stride: int = 1, bias: bool = False) -> Layer:
        """A 3x3 convolution with padding 1."""
        prior = self.sigma_0, 1, self.init_s
        return RandConv2d(*prior, channels, planes, 3, stride, 1, bias=bias, dtype=self.dtype)

    def batch_norm(self, features: int) -> BatchNorm:
        """Batch norm with torch's defaults."""
        return RandBatchNorm2d(self.sigma_0, 1, self.init_s, features, dtype=self.dtype)

    def linear(self, features: int, outputs: int) -> Layer:
        """A linear layer with bias."""
        return RandLinear(self.sigma_0, 1, self.init_s, features, outputs, dtype=self.dtype)


@dataclass(frozen=True)
class PlainFamily:
    """Layers with ordinary weights; ``he`` starts convolutions and linear ones Kaiming-normal."""

    he: bool
    dtype: torch.dtype

    def conv3x3(self, channels: int, planes: int, *, stride: int = 1, bias: bool = False) -> Layer:
        """A 3x3 convolution with padding 1."""
        convolution = Convolution(channels, planes, 3, stride, padding=1)
        return PlainConv2d(convolution, bias, he=self.he, dtype=self.dtype)

    def batch_norm(self, features: int) -> BatchNorm:
        """Batch norm with torch's defaults."""
        return PlainBatchNorm2d(features, dtype=self.dtype)

    def linear(self, features: int, outputs: int) -> Layer:
        """A linear layer with bias."""
        return PlainLinear(features, outputs, he=self.he, dtype=self.dtype)
