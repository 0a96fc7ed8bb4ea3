"""What layers can be given to compute with in place of torch's operations."""

from __future__ import annotations

from typing import Protocol

from torch import Tensor


class Kernels(Protocol):
    """Operations on a GPU; differentiable, with torch's numbers up to rounding."""

    def convolve(self, x: Tensor, weight: Tensor, stride: int) -> Tensor | None:
        """[N, in, H, W] by [out, in, h, w], padding 1, to [N, out, H', W'].

        None where torch is faster.
        """
        ...

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
        """``relu(batch norm of x + plus)``, [N, C, H, W], by the statistics of the batch.

        Args:
            x: [N, C, H, W].
            weight: the scale, [C].
            bias: the shift, [C].
            plus: shaped as x.
            running: mean, variance and count of batches, which it moves.
            momentum: of the running statistics.
            eps: added to the variance.
        """
        ...
