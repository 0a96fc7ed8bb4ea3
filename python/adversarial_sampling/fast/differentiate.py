"""The cross-entropy of a batch and its gradient with respect to the weights, as one vector."""

from __future__ import annotations

from typing import Literal, NamedTuple, Protocol

import torch
from torch import Tensor

from .. import gpu, native
from ..errors import AdversarialSamplingError
from ..layers import frozen_statistics
from ..layout import Layout
from ..loss_scale import LossScale
from ..native import Native, reason_not_shared
from ..objective import cross_entropy


class Slope(NamedTuple):
    """Of one batch: logits [N, classes], CE, and d CE / d weights, P elements."""

    logits: Tensor
    cross_entropy: Tensor
    gradient: Tensor


class Differentiator(Protocol):
    """A train-mode forward through given weights, and the backward of its CE."""

    def slope(self, weights: Tensor, x: Tensor, y: Tensor, *, moves_statistics: bool) -> Slope:
        """Forward and backward.

        Args:
            weights: P elements, as ``Layout`` says.
            x: images [N, 3, H, H].
            y: classes [N], int64.
            moves_statistics: whether the forward moves batch norm's running statistics.
        """
        ...

    def logits(self, weights: Tensor, x: Tensor, *, moves_statistics: bool) -> Tensor:
        """The forward alone, [N, classes]."""
        ...


class Autograd:
    """By torch's autograd, on every device and in every dtype."""

    def __init__(self, layout: Layout, scale: LossScale) -> None:
        self._layout, self._scale = layout, scale

    @torch.enable_grad()
    def slope(self, weights: Tensor, x: Tensor, y: Tensor, *, moves_statistics: bool) -> Slope:
        """Forward and backward."""
        leaf = weights.detach().requires_grad_()
        logits = self._forward(leaf, x, moves_statistics)
        loss = cross_entropy(logits, y)
        gradients = torch.autograd.grad(self._scale.scaled(loss), [leaf])
        return Slope(logits.detach(), loss.detach(), self._scale.unscale(gradients)[0])

    @torch.no_grad()
    def logits(self, weights: Tensor, x: Tensor, *, moves_statistics: bool) -> Tensor:
        """The forward alone."""
        return self._forward(weights, x, moves_statistics)

    def _forward(self, weights: Tensor, x: Tensor, moves_statistics: bool) -> Tensor:
        with frozen_statistics(self._layout.model, frozen=not moves_statistics):
            return self._layout.output(weights, x)


class ByKernels:
    """By native kernels, on the CPU in float32 and float64."""

    def __init__(self, layout: Layout) -> None:
        self._native = Native(layout)

    def slope(self, weights: Tensor, x: Tensor, y: Tensor, *, moves_statistics: bool) -> Slope:
        """Forward and backward."""
        logits = self.logits(weights, x, moves_statistics=moves_statistics)
        return Slope(logits, *self._native.backward(weights, logits, y))

    def logits(self, weights: Tensor, x: Tensor, *, moves_statistics: bool) -> Tensor:
        """The forward alone."""
        return self._native.forward(weights, x, by_batch=True, moves=moves_statistics)


def choose(
    layout: Layout, scale: LossScale, kernels: Literal["auto", "native", "torch"]
) -> tuple[str, Differentiator]:
    """What is to run the network, in words as well.

    Raises:
        AdversarialSamplingError: ``environment`` when the kernels are asked for and cannot be had.
    """
    threads = _said_of_threads(layout)
    if kernels == "torch":
        return f"torch, as asked{threads}", Autograd(layout, scale)
    on_gpu = layout.device.type == "cuda"
    reason = (gpu if on_gpu else native).reason_against(layout.model)
    if on_gpu and reason is None and kernels == "auto":
        reason = "native kernels on a GPU are there for those who ask for them"
    if on_gpu and reason is None:
        layout.kernels = gpu.native_kernels()
        return "native kernels beside torch's", Autograd(layout, scale)
    if reason is None:
        return f"native kernels{threads}", ByKernels(layout)
    if kernels == "native":
        raise AdversarialSamplingError(
            reason, code="environment", suggestion="leave the option kernels at 'auto'"
        )
    return f"torch: {reason}{threads}", Autograd(layout, scale)


def _said_of_threads(layout: Layout) -> str:
    reason = reason_not_shared() if layout.device.type == "cpu" else None
    return "" if reason is None else f"; torch's threads are its own: {reason}"
