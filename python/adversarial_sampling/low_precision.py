"""All weights of a network under autocast at once: cast in one operation, and their slopes too."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from itertools import accumulate
from typing import Any, cast

import torch
from torch import Tensor

CHANNELS_LAST = (0, 2, 3, 1)
FIRST_AGAIN = (0, 3, 1, 2)


class LowPrecision:
    """Cuts a flat vector of weights into pieces, those that autocast would cast in ``dtype``.

    Left to itself autocast casts each weight in every forward, and its slope in every backward,
    and what was laid out channels-first is laid out anew each time: a hundred small kernels. Here
    the convolutions' weights come channels-last, as their inputs do.
    """

    def __init__(
        self,
        dtype: torch.dtype,
        shapes: Sequence[torch.Size],
        low: Sequence[bool],
        device: torch.device,
    ) -> None:
        """Of pieces of these shapes one behind the other, ``low`` where autocast casts."""
        self.dtype, self._shapes, self._low = dtype, shapes, low
        starts = accumulate((shape.numel() for shape in shapes), initial=0)
        orders: dict[bool, list[Tensor]] = {True: [], False: []}
        for start, shape, cast_down in zip(starts, shapes, low, strict=False):
            order = torch.arange(
                start, start + shape.numel(), dtype=torch.int32, device=device
            ).view(shape)
            if cast_down and len(shape) == 4:
                order = order.permute(CHANNELS_LAST)
            orders[cast_down].append(order.flatten())
        self._forth = torch.cat(orders[True])
        self._others = orders[False]

    @cached_property
    def _back(self) -> Tensor:
        """Where each weight's slope is once the pieces' are put one behind the other."""
        order = torch.cat([self._forth, *self._others])
        places = torch.arange(len(order), dtype=torch.int32, device=order.device)
        return torch.empty_like(order).scatter_(0, order.long(), places)

    def pieces(self, weights: Tensor) -> Sequence[Tensor]:
        """Differentiable, in the order of the shapes."""
        return cast("Sequence[Tensor]", _Pieces.apply(weights, self))

    def cut(self, weights: Tensor) -> tuple[Tensor, ...]:
        """The pieces themselves."""
        lows = weights.index_select(0, self._forth).to(self.dtype)
        low_sizes = [s.numel() for s, low in zip(self._shapes, self._low, strict=True) if low]
        cast_down = iter(lows.split(low_sizes))
        made: list[Tensor] = []
        split = weights.split([shape.numel() for shape in self._shapes])
        for shape, low, piece in zip(self._shapes, self._low, split, strict=True):
            if not low:
                made.append(piece.view(shape))
            elif len(shape) == 4:
                laid = [shape[axis] for axis in CHANNELS_LAST]
                made.append(next(cast_down).view(laid).permute(FIRST_AGAIN))
            else:
                made.append(next(cast_down).view(shape))
        return tuple(made)

    def put_together(self, slopes: Sequence[Tensor]) -> Tensor:
        """The slope of the vector from those of its pieces."""
        lows: list[Tensor] = []
        others: list[Tensor] = []
        for slope, low in zip(slopes, self._low, strict=True):
            laid = slope.permute(CHANNELS_LAST) if low and slope.dim() == 4 else slope
            (lows if low else others).append(laid.flatten())
        whole = torch.cat([torch.cat(lows).to(torch.float32), *others])
        return whole.index_select(0, self._back)


class _Pieces(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, weights: Tensor, cutter: LowPrecision) -> tuple[Tensor, ...]:
        ctx.cutter = cutter
        return cutter.cut(weights)

    @staticmethod
    def backward(ctx: Any, *slopes: Tensor) -> tuple[Tensor, None]:  # pyright: ignore[reportIncompatibleMethodOverride]
        return ctx.cutter.put_together(slopes), None
