"""Copies of an object, together with the functions that it keeps.

``copy.deepcopy`` copies no function: one that a module keeps, such as ``lambda x: m.act(m.fc(x))``,
would go on computing with the parts of the module that was copied.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from types import CellType, FunctionType
from typing import Any

from torch import nn


def copied(owner: object) -> Any:
    """A deep copy whose functions hold the copies of what they held."""
    memo: dict[int, Any] = {}
    cells: list[tuple[CellType, CellType]] = []
    for function in _closures(owner):
        closure = function.__closure__ or ()
        own = tuple(CellType() for _ in closure)
        memo[id(function)] = _with_cells(function, own)
        cells += zip(own, closure, strict=True)
    made = copy.deepcopy(owner, memo)
    for cell, original in cells:
        try:
            held = original.cell_contents
        except ValueError:  # nothing was put there
            continue
        cell.cell_contents = memo.get(id(held), held)
    return made


def _with_cells(function: FunctionType, cells: tuple[CellType, ...]) -> FunctionType:
    code, defaults = function.__code__, function.__defaults__
    made = FunctionType(code, function.__globals__, function.__name__, defaults, cells)
    made.__kwdefaults__ = function.__kwdefaults__
    vars(made).update(vars(function))
    return made


def _closures(owner: object) -> Iterator[FunctionType]:
    """Functions that the object or its modules keep, and that hold something."""
    values = list(getattr(owner, "__dict__", {}).values())
    roots = [one for one in (owner, *values) if isinstance(one, nn.Module)]
    kept = [value for root in roots for module in root.modules() for value in vars(module).values()]
    seen: set[int] = set()
    for value in (*values, *kept):
        if isinstance(value, FunctionType) and value.__closure__ and id(value) not in seen:
            seen.add(id(value))
            yield value
