"""One layer on its own behind the interface of a network; its tensors keep their bare names."""

from __future__ import annotations

import torch
from torch import Tensor

from .._protocol import BatchNorm2dSpec, Conv2dSpec, LinearSpec, Padding, Size
from ..layers import Layer, RandBatchNorm2d, RandConv2d, RandLinear
from .network import Network, parameter_dtype

ANY_N = 1
"""Layers are told how many training images there are, and make no use of it."""


def conv2d_arguments(
    spec: Conv2dSpec,
) -> tuple[float, int, float, int, int, Size, Size, Padding, Size, int, bool]:
    """What a convolution is made with, here and in the published code, in its order."""
    return (
        spec.prior_sigma,
        ANY_N,
        spec.init_log_sigma,
        spec.in_channels,
        spec.out_channels,
        spec.kernel_size,
        spec.stride,
        spec.padding,
        spec.dilation,
        spec.groups,
        spec.bias,
    )


def linear_arguments(spec: LinearSpec) -> tuple[float, int, float, int, int, bool]:
    """What a linear layer is made with."""
    return (
        spec.prior_sigma,
        ANY_N,
        spec.init_log_sigma,
        spec.in_features,
        spec.out_features,
        spec.bias,
    )


def batch_norm2d_arguments(
    spec: BatchNorm2dSpec,
) -> tuple[float, int, float, int, float, float | None, bool, bool]:
    """What a batch norm is made with."""
    return (
        spec.prior_sigma,
        ANY_N,
        spec.init_log_sigma,
        spec.features,
        spec.eps,
        spec.momentum,
        spec.affine,
        spec.track_running_stats,
    )


class _Single(Network):
    """A network that is its only layer: the features are the input."""

    def embed(self, x: Tensor, sample: bool, fix: bool) -> Tensor:
        """The input."""
        del sample, fix
        return x

    def classify(self, features: Tensor, sample: bool, fix: bool) -> Tensor:
        """The layer."""
        assert isinstance(self, Layer)
        return self.respond(features, sample, fix)


class SingleConv2d(_Single, RandConv2d):
    """A convolution on its own, [N, C, H, W] in and out."""

    def __init__(self, spec: Conv2dSpec) -> None:
        RandConv2d.__init__(self, *conv2d_arguments(spec), dtype=parameter_dtype(spec))
        self.spec = spec


class SingleLinear(_Single, RandLinear):
    """A linear layer on its own, [N, in] to [N, out]."""

    def __init__(self, spec: LinearSpec) -> None:
        RandLinear.__init__(self, *linear_arguments(spec), dtype=parameter_dtype(spec))
        self.spec = spec


class SingleBatchNorm2d(_Single, RandBatchNorm2d):
    """Batch norm on its own, [N, features, H, W] in and out."""

    def __init__(self, spec: BatchNorm2dSpec) -> None:
        RandBatchNorm2d.__init__(self, *batch_norm2d_arguments(spec), dtype=parameter_dtype(spec))
        self.spec = spec

    def narrowest(self, shape: torch.Size) -> str | None:
        """Itself, for images of one pixel."""
        return self.spec.kind if shape[2:] == (1, 1) else None
