"""Keeps float16 gradients from vanishing."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

START = 2.0**12
GROWTH_INTERVAL = 500
"""Steps without an overflow after which the factor doubles."""


class LossScale:
    """Losses are multiplied by ``factor`` before the backward, gradients divided by it after.

    float16 has nothing below 6e-8, where small gradients of activations end as zeros, whose sign
    is zero as well. The factor halves when a gradient overflows, and that step is skipped
    (Micikevicius et al., "Mixed Precision Training", ICLR 2018). Other dtypes have the range of
    float32 or more: there the factor is 1, and nothing is scaled or checked.
    """

    def __init__(self, dtype: str) -> None:
        self.enabled = dtype == "float16"
        self.factor = START if self.enabled else 1.0
        self.streak = 0
        self._overflows: list[Tensor] = []

    def scaled(self, loss: Tensor) -> Tensor:
        """What to call backward on."""
        return loss * self.factor if self.enabled else loss

    def unscale(self, gradients: Sequence[Tensor]) -> Sequence[Tensor]:
        """The gradients of the loss itself; an overflow is noted, and becomes 0."""
        if not self.enabled:
            return gradients
        norms = torch.stack([gradient.abs().amax() for gradient in gradients])
        self._overflows.append(~norms.isfinite().all())
        return [(g / self.factor).nan_to_num(0.0, 0.0, 0.0) for g in gradients]

    def update(self) -> bool:
        """Adapts the factor; whether the step is to be taken, as nothing in it overflowed.

        Waits for the device, for float16 alone.
        """
        if not self.enabled:
            return True
        overflowed = bool(torch.stack(self._overflows).any())
        self._overflows.clear()
        self.streak = 0 if overflowed else self.streak + 1
        if overflowed:
            self.factor = max(self.factor / 2, 1.0)
        elif self.streak == GROWTH_INTERVAL:
            self.factor, self.streak = self.factor * 2, 0
        return not overflowed
