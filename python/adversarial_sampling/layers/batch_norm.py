"""Batch normalisation, with Gaussian and with plain scale and shift."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ..errors import AdversarialSamplingError
from .gaussian import Gaussian
from .layer import Layer
from .point import Point


class BatchNorm(Layer):
    """The operation; which weights scale and shift it is the other base class's business."""

    running_mean: Tensor | None
    running_var: Tensor | None
    num_batches_tracked: Tensor | None

    def _track(
        self,
        features: int,
        eps: float,
        momentum: float | None,
        track_running_stats: bool,
        dtype: torch.dtype | None,
    ) -> None:
        self.num_features, self.eps, self.momentum = features, eps, momentum
        self.frozen = False
        tracked = track_running_stats
        mean, var = torch.zeros(features, dtype=dtype), torch.ones(features, dtype=dtype)
        self.hold("running_mean", "runningMean", None, mean if tracked else None)
        self.hold("running_var", "runningVariance", None, var if tracked else None)
        batches = torch.tensor(0) if tracked else None
        self.hold("num_batches_tracked", "batchesTracked", None, batches)

    def transform(self, x: Tensor, weight: Tensor | None, bias: Tensor | None) -> Tensor:
        """[N, features, H, W], normalised by the batch in train mode, else by the running values.

        Without running statistics the batch's own are used in either mode.
        """
        if x.dim() != 4 or x.shape[1] != self.num_features:
            raise AdversarialSamplingError(
                f"expected an input of shape [N, {self.num_features}, H, W], got {list(x.shape)}"
            )
        mean, var, tracked = self.running_mean, self.running_var, self.num_batches_tracked
        by_batch = self.training or mean is None
        if by_batch and x.numel() <= x.shape[1]:
            raise AdversarialSamplingError(
                f"batch norm needs more than one value per channel, got {list(x.shape)}",
                suggestion="take more images, larger ones, or another batch size",
            )
        if not by_batch:
            return F.batch_norm(x, mean, var, weight, bias, False, 0.0, self.eps)
        if self.frozen or not self.training or tracked is None:
            return F.batch_norm(x, None, None, weight, bias, True, 0.0, self.eps)
        tracked.add_(1)
        momentum = 1 / float(tracked) if self.momentum is None else self.momentum
        return F.batch_norm(x, mean, var, weight, bias, True, momentum, self.eps)

    def rectified(
        self, x: Tensor, sample: bool = True, fix: bool = False, plus: Tensor | None = None
    ) -> Tensor:
        """``relu(respond(x) + plus)``, [N, features, H, W]; all at once where there are kernels."""
        kernels = self.kernels if self.tap is None and self.training else None
        weight, bias = self.given or (None, None)
        if kernels is None or weight is None or bias is None or self.momentum is None:
            out = self.respond(x, sample, fix)
            return F.relu(out if plus is None else out + plus)
        mean, var, batches = self.running_mean, self.running_var, self.num_batches_tracked
        running = None
        if not self.frozen and mean is not None and var is not None and batches is not None:
            running = mean, var, batches
        return kernels.normalize_rectify(x, weight, bias, plus, running, self.momentum, self.eps)


@contextmanager
def frozen_statistics(model: nn.Module, frozen: bool = True) -> Generator[None]:
    """Train-mode forwards inside it leave running statistics and their count as they are."""
    layers = [layer for layer in model.modules() if isinstance(layer, BatchNorm)]
    for layer in layers:
        layer.frozen = frozen
    try:
        yield
    finally:
        for layer in layers:
            layer.frozen = False


class RandBatchNorm2d(BatchNorm, Gaussian):
    """Batch norm with mean-field Gaussian scale and shift, [N, features, H, W]."""

    def __init__(
        self,
        sigma_0: float,
        N: int,  # noqa: N803 - the published signature
        init_s: float,
        num_features: int,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        affine: bool = True,
        track_running_stats: bool = True,
        *,
        dtype: torch.dtype | None = None,
    ) -> None:
        """``sigma_0`` is the prior's sigma, ``init_s`` the initial log sigma; ``N`` is not used.

        The rest is as for ``torch.nn.BatchNorm2d``; momentum None is a cumulative average.
        The scale's mean starts from U(0, 1), the shift's at 0.
        """
        del N
        shape = (num_features,) if affine else None
        super().__init__(sigma_0, init_s, shape, shape, dtype)
        self._track(num_features, eps, momentum, track_running_stats, dtype)
        if self.mu_weight is not None:
            nn.init.uniform_(self.mu_weight)


class PlainBatchNorm2d(BatchNorm, Point):
    """Batch norm with ordinary scale (1 at first) and shift (0), called like the random one."""

    def __init__(self, num_features: int, *, dtype: torch.dtype | None = None) -> None:
        """Torch's defaults: eps 1e-5, momentum 0.1."""
        super().__init__((num_features,), (num_features,), dtype)
        self._track(num_features, 1e-5, 0.1, True, dtype)
        if self.weight is not None:
            nn.init.ones_(self.weight)
