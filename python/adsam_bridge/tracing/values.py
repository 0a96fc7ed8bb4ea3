"""Values that a run has met: which is which, and what is told of each."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

WHOLE = 1 << 16
"""Elements up to which a value is told whole; of more, its order statistics."""

STATISTICS = 4096
"""Order statistics that stand for a large value."""


@dataclass(frozen=True)
class Snapshot:
    """A tensor as it was: its numbers, or order statistics of them."""

    numbers: Tensor
    shape: list[int]
    whole: bool
    mean: float
    square: float


class Values:
    """Snapshots of tensors, by their identity and version: a change in place makes another."""

    def __init__(self) -> None:
        self.snapshots: list[Snapshot] = []
        self._known: dict[tuple[int, int], int] = {}
        self._alive: list[Tensor] = []

    def find(self, tensor: Tensor) -> int | None:
        """The number of a tensor as it is now; None if it is new."""
        return self._known.get(_identity(tensor))

    def add(self, tensor: Tensor) -> int:
        """Takes a tensor in as it is now."""
        number = len(self.snapshots)
        self.snapshots.append(snapshot(tensor.detach()))
        self._known[_identity(tensor)] = number
        self._alive.append(tensor)  # so that no other one gets its identity
        return number


def _identity(tensor: Tensor) -> tuple[int, int]:
    return id(tensor), -1 if tensor.is_inference() else tensor._version  # noqa: SLF001


def snapshot(tensor: Tensor) -> Snapshot:
    """A copy of a small tensor; of a large one its order statistics, evenly spaced."""
    dense = tensor.to_dense() if tensor.layout != torch.strided else tensor
    if dense.is_complex():
        dense = torch.view_as_real(dense.resolve_conj())
    numbers, whole = dense.double().contiguous().cpu(), dense.numel() <= WHOLE
    finite = numbers[numbers.isfinite()]
    mean, square = (0.0, 0.0)
    if len(finite) > 0:
        mean = finite.mean().nan_to_num().item()
        square = finite.square().mean().nan_to_num().item()  # of what was never filled, too large
    if whole:
        return Snapshot(numbers.clone(), list(dense.shape), whole, mean, square)
    ordered = numbers.flatten().sort().values
    places = torch.arange(STATISTICS) * (len(ordered) - 1) // (STATISTICS - 1)
    return Snapshot(ordered[places], list(dense.shape), whole, mean, square)
