"""The cross-entropy of a batch and its gradient with respect to the weights, as one vector."""

from __future__ import annotations

from contextlib import nullcontext
from typing import NamedTuple, Protocol

import torch
from torch import Tensor

from ..layers import frozen_statistics
from ..loss_scale import LossScale
from ..native import Native
from ..objective import cross_entropy
from ..flat import FlatModel


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
            weights: P elements, laid out as ``FlatModel.mu``.
            x: images [N, 3, H, H].
            y: classes [N], int64.
            moves_statistics: whether the forward moves batch norm's running statistics.
        """
        ...

    def logits(self, weights: Tensor, x: Tensor, *, moves_statistics: bool) -> Tensor:
        """The forward alone, [N, classes]."""
        ...


class Autograd:
    """By torch's autograd, on every device and in every dtype; activations are channels-last."""

    def __init__(self, flat: FlatModel, scale: LossScale) -> None:
        self._flat, self._scale = flat, scale

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
        model = self._flat.model
        statistics = nullcontext() if moves_statistics else frozen_statistics(model)
        if x.dim() == 4:
            x = x.contiguous(memory_format=torch.channels_last)
        with self._flat.given(weights), statistics:
            return model.output(x)


class ByKernels:
    """By the package's own kernels, on the CPU in float32 and float64."""

    def __init__(self, flat: FlatModel) -> None:
        self._native = Native(flat)

    def slope(self, weights: Tensor, x: Tensor, y: Tensor, *, moves_statistics: bool) -> Slope:
        """Forward and backward."""
        logits = self.logits(weights, x, moves_statistics=moves_statistics)
        return Slope(logits, *self._native.backward(weights, logits, y))

    def logits(self, weights: Tensor, x: Tensor, *, moves_statistics: bool) -> Tensor:
        """The forward alone."""
        return self._native.forward(weights, x, by_batch=True, moves=moves_statistics)
