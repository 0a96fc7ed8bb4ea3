"""Classes that derive from Python's own numbers, texts and containers: they cross as these."""

from __future__ import annotations

import enum
import types
import typing
from collections import Counter
from typing import Any, TypeVar, get_args, get_origin

import numpy as np
import torch

_BASES = (str, int, float, complex, bytes, bytearray, list, tuple, dict, set, frozenset)
_ITEMS: dict[type, int] = {list: 1, set: 1, frozenset: 1, dict: 2}
"""How many types say what one holds."""


def base_of(kind: type) -> type | None:
    """What its instances cross as; None for a class that is no such one, or is one itself."""
    record = typing.is_typeddict(kind) or hasattr(kind, "_fields")
    if kind in _BASES or record or issubclass(kind, (enum.Enum, np.generic, bool)):
        return None
    return next((base for base in kind.__mro__ if base in _BASES), None)


def as_base(kind: type, base: type, args: tuple[Any, ...]) -> Any:
    """The annotation that says what its base holds: ``dict[str, int]`` for ``Counter[str]``."""
    held = _held(kind, base, args)
    if not held or len(held) != _ITEMS.get(base, len(held)):
        return base
    return types.GenericAlias(base, held)


def _held(kind: type, base: type, args: tuple[Any, ...]) -> tuple[Any, ...]:
    if kind is base:
        return args
    if kind is Counter:
        return (args[0] if args else Any, int)
    if kind is torch.Size:
        return (int, ...)
    parents = vars(kind).get("__orig_bases__", kind.__bases__)
    parent = next(one for one in parents if issubclass(get_origin(one) or one, base))
    names: tuple[TypeVar, ...] = getattr(kind, "__parameters__", ())
    variables: dict[TypeVar, Any] = dict(zip(names, args, strict=False))
    said = tuple(
        variables.get(one, one) if isinstance(one, TypeVar) else one for one in get_args(parent)
    )
    # A class that is written in C, as defaultdict is, says nothing of its base.
    return _held(get_origin(parent) or parent, base, said or args)
