"""The kernels as layers call them."""

from __future__ import annotations

from typing import cast

from torch import Tensor

from .convolution import Convolve, convolves
from .normalization import NormalizeRectify, dense_as


class GpuKernels:
    """See ``layers.Kernels``."""

    def convolve(self, x: Tensor, weight: Tensor, stride: int) -> Tensor | None:
        """3x3 of up to 16 channels in float32, channels first; None for others."""
        if not convolves(x, weight):
            return None
        return cast("Tensor", Convolve.apply(x, weight, stride))

    def normalize_rectify(
        self,
        x: Tensor,
        weight: Tensor,
        bias: Tensor,
        plus: Tensor | None,
        running: tuple[Tensor, Tensor, Tensor] | None,
        momentum: float,
        eps: float,
    ) -> Tensor:
        """``relu(batch norm of x + plus)``, [N, C, H, W], by the statistics of the batch."""
        x = x if x.is_contiguous() else dense_as(x, x)
        plus = None if plus is None else dense_as(plus, x)
        made = NormalizeRectify.apply(x, weight, bias, plus, running, momentum, eps)
        return cast("Tensor", made)
