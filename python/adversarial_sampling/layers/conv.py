"""Convolution, with Gaussian and with plain weights."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Literal

import torch
from torch import Tensor
from torch.nn import functional as F

from ..errors import AdversarialSamplingError
from .gaussian import Gaussian
from .initial import kaiming_normal, uniform
from .kernels import Kernels
from .point import Point

Size = int | tuple[int, int]
"""One number for both axes, or (height, width)."""
Padding = Size | Literal["same", "valid"]


def _pair(size: Size) -> tuple[int, int]:
    return (size, size) if isinstance(size, int) else (size[0], size[1])


@dataclass(frozen=True)
class Convolution:
    """What a convolution is, apart from its weights."""

    in_channels: int
    out_channels: int
    kernel_size: Size
    stride: Size = 1
    padding: Padding = 0
    dilation: Size = 1
    groups: int = 1

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            least = 0 if field.name == "padding" else 1
            if not isinstance(value, str) and min(_pair(value)) < least:
                raise AdversarialSamplingError(f"expected {field.name} >= {least}, got {value}")
        if isinstance(self.padding, str) and self.padding not in ("same", "valid"):
            raise AdversarialSamplingError(
                f"expected padding as a number, a pair, 'same' or 'valid', got {self.padding!r}"
            )
        if self.padding == "same" and _pair(self.stride) != (1, 1):
            raise AdversarialSamplingError(
                f"padding 'same' needs stride 1, got {self.stride}",
                suggestion="give the padding as a number",
            )
        if self.in_channels % self.groups or self.out_channels % self.groups:
            raise AdversarialSamplingError(
                f"groups must divide the channels: {self.in_channels} in and {self.out_channels} "
                f"out do not split into {self.groups} groups"
            )

    @property
    def weight_shape(self) -> tuple[int, int, int, int]:
        """Of the kernel: [out, in / groups, height, width]."""
        return self.out_channels, self.in_channels // self.groups, *_pair(self.kernel_size)

    @property
    def fan_in(self) -> int:
        """``in_channels * kernel^2``; the reference does not divide it by the groups."""
        height, width = _pair(self.kernel_size)
        return self.in_channels * height * width

    def __call__(
        self, x: Tensor, weight: Tensor | None, bias: Tensor | None, kernels: Kernels | None = None
    ) -> Tensor:
        """[N, in_channels, H, W] to [N, out_channels, H', W']; N may be left out."""
        if x.dim() not in (3, 4) or x.shape[-3] != self.in_channels:
            raise AdversarialSamplingError(
                f"expected an input of shape [N, {self.in_channels}, H, W], got {list(x.shape)}"
            )
        if self.padding != "same":
            self._check_extent(x)
        assert weight is not None
        padding = self.padding if isinstance(self.padding, str) else _pair(self.padding)
        stride, dilation = _pair(self.stride), _pair(self.dilation)
        simple = bias is None and padding == dilation == (1, 1) and stride[0] == stride[1]
        if kernels is not None and simple and self.groups == 1 and x.dim() == 4:
            made = kernels.convolve(x, weight, stride[0])
            if made is not None:
                return made
        return F.conv2d(x, weight, bias, stride, padding, dilation, self.groups)

    def _check_extent(self, x: Tensor) -> None:
        padding = (0, 0) if isinstance(self.padding, str) else _pair(self.padding)
        kernel, dilation = _pair(self.kernel_size), _pair(self.dilation)
        for axis in (0, 1):
            reach = dilation[axis] * (kernel[axis] - 1) + 1
            if x.shape[axis - 2] + 2 * padding[axis] < reach:
                raise AdversarialSamplingError(
                    f"an input of {x.shape[-2]} x {x.shape[-1]} with padding {self.padding} is "
                    f"smaller than the kernel, which reaches over {reach}"
                )


class RandConv2d(Gaussian):
    """Convolution with mean-field Gaussian weights, [N, in, H, W] to [N, out, H', W']."""

    def __init__(
        self,
        sigma_0: float,
        N: int,  # noqa: N803 - the published signature
        init_s: float,
        in_channels: int,
        out_channels: int,
        kernel_size: Size,
        stride: Size = 1,
        padding: Padding = 0,
        dilation: Size = 1,
        groups: int = 1,
        bias: bool = True,
        *,
        dtype: torch.dtype | None = None,
    ) -> None:
        """``sigma_0`` is the prior's sigma, ``init_s`` the initial log sigma.

        ``N`` is taken as the published layers take it, and changes nothing. The rest is as for
        ``torch.nn.Conv2d``. Means start from U(-1/sqrt(fan_in), 1/sqrt(fan_in)).
        """
        del N
        convolution = Convolution(
            in_channels, out_channels, kernel_size, stride, padding, dilation, groups
        )
        bias_shape = (out_channels,) if bias else None
        super().__init__(sigma_0, init_s, convolution.weight_shape, bias_shape, dtype)
        self.convolution = convolution
        uniform(convolution.fan_in, self.mu_weight, self.mu_bias)

    def transform(self, x: Tensor, weight: Tensor | None, bias: Tensor | None) -> Tensor:
        """The convolution of x."""
        return self.convolution(x, weight, bias, self.kernels)

    def extra_repr(self) -> str:
        """What ``print(layer)`` shows."""
        return f"{self.convolution}, bias={self.mu_bias is not None}"


class PlainConv2d(Point):
    """Convolution with ordinary weights, called like ``RandConv2d``."""

    def __init__(
        self,
        convolution: Convolution,
        bias: bool = True,
        *,
        he: bool = False,
        dtype: torch.dtype | None = None,
    ) -> None:
        """``he``: the weight starts Kaiming-normal, not as torch's own layer."""
        bias_shape = (convolution.out_channels,) if bias else None
        super().__init__(convolution.weight_shape, bias_shape, dtype)
        self.convolution = convolution
        uniform(convolution.fan_in, self.weight, self.bias)
        if he:
            kaiming_normal(self.weight)

    def transform(self, x: Tensor, weight: Tensor | None, bias: Tensor | None) -> Tensor:
        """The convolution of x."""
        return self.convolution(x, weight, bias, self.kernels)
