"""What the benchmark of typed Python calls."""

from __future__ import annotations

from torch import Tensor

__all__ = ["chain", "nothing", "same", "shifted"]


def nothing() -> None:
    """Does nothing."""


def same(values: Tensor) -> Tensor:
    """Its argument."""
    return values


def shifted(values: Tensor) -> Tensor:
    """Every number a little larger."""
    return values + 1


def chain(values: Tensor, calls: int) -> Tensor:
    """So many times ``shifted``."""
    for _ in range(calls):
        values = shifted(values)
    return values
