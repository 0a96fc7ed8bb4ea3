# pyright: basic, reportMissingImports=false, reportIndexIssue=false
"""The kernels as layers call them."""

from __future__ import annotations

from typing import cast

import torch
import triton
from torch import Tensor

from .convolution import Convolve, convolves
from .normalization import Tiling, moments, rectified, slope_sums, slopes


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


class NormalizeRectify(torch.autograd.Function):
    """``relu(batch norm of x + plus)``; see ``Kernels.normalize_rectify`` for the arguments."""

    @staticmethod
    def forward(ctx, x, weight, bias, plus, running, momentum, eps):
        """Of dense tensors in one memory format."""
        tiling = Tiling.of(x)
        numbers = tiling.pixels, tiling.channels, tiling.area, *tiling.strides
        parts = torch.empty(
            (tiling.splits, tiling.channels, 2), device=x.device, dtype=torch.float32
        )
        saved = torch.empty((2, tiling.channels), device=x.device, dtype=torch.float32)
        y = torch.empty_like(x)
        moments[(tiling.groups, tiling.splits)](x, parts, *numbers, **tiling.parts)
        rectified[(tiling.groups, triton.cdiv(tiling.pixels, tiling.tile[0]))](
            x,
            x if plus is None else plus,
            y,
            weight,
            bias,
            parts,
            saved,
            *(running or (saved, saved, saved)),
            momentum,
            eps,
            *numbers,
            **tiling.parts,
            PLUS=plus is not None,
            TRACKED=running is not None,
        )
        ctx.save_for_backward(x, y, weight, saved)
        ctx.plus = plus is not None
        return y

    @staticmethod
    def backward(ctx, slope):
        """Of x, weight, bias and plus."""
        x, y, weight, saved = ctx.saved_tensors
        slope = dense_as(slope, x)
        tiling = Tiling.of(x)
        numbers = tiling.pixels, tiling.channels, tiling.area, *tiling.strides
        parts = saved.new_empty((tiling.splits, tiling.channels, 2))
        to_x, to_weight, to_bias = (torch.empty_like(t) for t in (x, weight, weight))
        to_plus = torch.empty_like(x) if ctx.plus else to_x
        slope_sums[(tiling.groups, tiling.splits)](
            x, y, slope, saved, parts, *numbers, **tiling.parts
        )
        slopes[(tiling.groups, triton.cdiv(tiling.pixels, tiling.tile[0]))](
            x,
            y,
            slope,
            to_x,
            to_plus,
            weight,
            to_weight,
            to_bias,
            saved,
            parts,
            *numbers,
            **tiling.parts,
            PLUS=ctx.plus,
        )
        return to_x, to_weight, to_bias, to_plus if ctx.plus else None, None, None, None


def dense_as(tensor: Tensor, other: Tensor) -> Tensor:
    """Itself or a copy that lies in memory as ``other``, which is dense."""
    first = other.is_contiguous()
    return tensor.contiguous(
        memory_format=torch.contiguous_format if first else torch.channels_last
    )
