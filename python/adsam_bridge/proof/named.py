"""What a function gives, by name."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any, cast

import torch
from torch import Tensor

from adsam_bridge.outputs import tensor_of


def named_tensors(
    target: str, result: object, dtype: torch.dtype
) -> tuple[dict[str, Tensor], bool]:
    """Tensors and numbers by their places, and whether the result is one of them.

    ``output.0`` for the only one or the first of several, ``output.loss`` by its key or field,
    ``output.1.mean`` within. None is left out.

    Raises:
        AdversarialSamplingError: ``usage``, naming the part that is no tensor and no number.
    """
    parts = _parts_of(result)
    if parts is None:
        return ({} if result is None else {"output.0": tensor_of(target, result, dtype)}), True
    return dict(_named(target, "output", result, dtype)), False


def _named(
    target: str, place: str, value: object, dtype: torch.dtype
) -> Iterator[tuple[str, Tensor]]:
    parts = _parts_of(value)
    if parts is not None:
        for name, part in parts:
            yield from _named(target, f"{place}.{name}", part, dtype)
    elif value is not None:
        yield place, tensor_of(f"{place} of {target}", value, dtype)


def _parts_of(value: object) -> list[tuple[str, object]] | None:
    """Items by index, fields and keys by name; None for what has no parts."""
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return list(cast("Any", value)._asdict().items())
    if isinstance(value, (list, tuple)):
        return [(str(i), part) for i, part in enumerate(cast("list[object]", value))]
    if isinstance(value, dict):
        return [(str(key), part) for key, part in cast("dict[object, object]", value).items()]
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return [(field.name, getattr(value, field.name)) for field in dataclasses.fields(value)]
    return None
