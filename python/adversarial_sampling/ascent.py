"""Signed gradient ascent of the stored noise."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Sequence
from contextlib import contextmanager

import torch
from torch import Tensor

from .noise import NoiseSource


class NoiseAscent:
    """Moves eps against the sign of the gradient of -CE, so that CE rises.

    Attributes:
        eps: the model's stored noise, moved in place.
        sums: with ``accumulate``, gradients are never cleared: the sign is that of their sum over
            all steps and batches so far. None otherwise.
    """

    def __init__(self, eps: Sequence[Tensor], step_size: float, *, accumulate: bool) -> None:
        self.eps = list(eps)
        self.step_size = step_size
        self.sums = [torch.zeros_like(e) for e in self.eps] if accumulate else None

    @torch.no_grad()
    def restart(self, noise: NoiseSource) -> None:
        """``eps ~ N(0, 1)``, one draw a tensor in registration order."""
        for e in self.eps:
            e.copy_(noise.draw(e))

    @torch.no_grad()
    def climb(self, gradients: Sequence[Tensor]) -> None:
        """``eps <- eps - step_size * sign(gradient of -CE)``."""
        self.remember(gradients)
        for e, gradient in zip(self.eps, self.sums or gradients, strict=True):
            e.sub_(gradient.sign(), alpha=self.step_size)

    @torch.no_grad()
    def remember(self, gradients: Sequence[Tensor]) -> None:
        """Adds to the sums, where there are any."""
        if self.sums is not None:
            for total, gradient in zip(self.sums, gradients, strict=True):
                total.add_(gradient)


@contextmanager
def differentiable(eps: Iterable[Tensor]) -> Generator[None]:
    """Stored eps are buffers, which ask for a gradient only inside this."""
    buffers = list(eps)
    for buffer in buffers:
        buffer.requires_grad_()
    try:
        yield
    finally:
        for buffer in buffers:
            buffer.requires_grad_(False)
