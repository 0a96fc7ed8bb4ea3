"""Ordinary weights: one value each, no distribution."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from .gaussian import Shape
from .layer import Layer, WeightPart, Weights


class Point(Layer):
    """Deterministic weights ``weight`` and ``bias``, called like Gaussian ones; their KL is 0."""

    weight: nn.Parameter | None
    bias: nn.Parameter | None

    def __init__(self, weight: Shape, bias: Shape, dtype: torch.dtype | None) -> None:
        """Weights start at 0; a shape of None: there is no such part."""
        super().__init__()
        parts: tuple[tuple[WeightPart, Shape], ...] = ("weight", weight), ("bias", bias)
        for part, shape in parts:
            value = None if shape is None else nn.Parameter(torch.zeros(shape, dtype=dtype))
            self.hold(part, "value", part, value)

    def weights(self, sample: bool, fix: bool) -> Weights:
        """The weights, whatever the arguments."""
        del sample, fix
        return self.weight, self.bias

    def kl(self) -> Tensor:
        """0: there is no prior."""
        return torch.zeros(())
