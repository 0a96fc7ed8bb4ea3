"""Which of equal numbers comes first, where torch leaves it open."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode

from adsam_bridge.tracing.recorder import name_of


class Ordered(TorchFunctionMode):
    """While it is entered, the lower index comes first, as in stable sorting.

    The documents of ``topk``, ``sort`` and ``argsort`` promise no order of equal numbers, and torch
    has another one for other lengths and dtypes. TensorFlow's ``topk`` promises this one, and so
    does JavaScript's ``sort``.
    """

    def __init__(self) -> None:
        super().__init__()
        self.decided: dict[str, None] = {}
        """The functions that were given equal numbers, in the order of their first calls."""

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        named = kwargs or {}
        result = func(*args, **named)
        stable = _STABLE.get(name_of(func))
        if stable is None or "out" in named:
            return result
        found = stable(*args, **named)
        if found is None:
            return result
        self.decided[name_of(func)] = None
        return found


def _sorted(values: Tensor, dim: int, *, descending: bool) -> tuple[Tensor, Tensor] | None:
    """Sorted with the lower index first; None where no two are equal."""
    if values.dim() == 0 or values.shape[dim] < 2:
        return None
    ordered, indices = torch.sort(values, dim=dim, descending=descending, stable=True)
    rest = ordered.shape[dim] - 1
    same = ordered.narrow(dim, 1, rest) == ordered.narrow(dim, 0, rest)
    return (ordered, indices) if bool(same.any()) else None


def _topk(
    values: Tensor,
    k: int,
    dim: int = -1,
    largest: bool = True,
    sorted: bool = True,  # noqa: A002 - torch's name
) -> Any:
    del sorted  # in order is as good as in none
    found = _sorted(values, dim, descending=largest)
    if found is None:
        return None
    values, indices = found
    return torch.return_types.topk((values.narrow(dim, 0, k), indices.narrow(dim, 0, k)))


def _sort(values: Tensor, dim: int = -1, descending: bool = False, stable: bool = False) -> Any:
    found = None if stable else _sorted(values, dim, descending=descending)
    return found and torch.return_types.sort(found)


def _argsort(values: Tensor, dim: int = -1, descending: bool = False, stable: bool = False) -> Any:
    found = None if stable else _sorted(values, dim, descending=descending)
    return found and found[1]


_STABLE = {"topk": _topk, "sort": _sort, "argsort": _argsort}
