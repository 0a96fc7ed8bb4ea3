"""What numbers a tensor has."""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor

from .errors import AdversarialSamplingError

NumberKind = Literal["bool", "integer", "real", "complex"]


def kind_of(tensor: Tensor) -> NumberKind:
    """The kind of its numbers: from one kind to another, something would be lost."""
    if tensor.is_complex():
        return "complex"
    if tensor.is_floating_point():
        return "real"
    return "bool" if tensor.dtype == torch.bool else "integer"


def dtype_name(tensor: Tensor) -> str:
    """Its dtype as both languages call it, such as ``float32``."""
    return str(tensor.dtype).removeprefix("torch.")


def computed_in(dtype: torch.dtype, real: torch.dtype) -> torch.dtype:
    """What numbers of ``dtype`` are computed in where real ones are computed in ``real``.

    Complex numbers are of two such; bools and integers stay what they are.
    """
    if dtype.is_complex:
        return real.to_complex()
    return real if dtype.is_floating_point else dtype


def as_real(tensor: Tensor, dtype: torch.dtype, name: str) -> Tensor:
    """Real numbers or integers as real numbers of ``dtype``.

    Integers keep all their digits, and no number becomes infinite.

    Raises:
        AdversarialSamplingError: ``usage`` for bools, complex numbers, and numbers that ``dtype``
            does not hold.
    """
    kind = kind_of(tensor)
    if kind not in ("real", "integer"):
        raise AdversarialSamplingError(f"{name}: expected real numbers, got {dtype_name(tensor)}")
    real = tensor.to(dtype)
    if kind == "integer" and (wrong := tensor[real.to(tensor.dtype) != tensor]).numel() > 0:
        raise AdversarialSamplingError(
            f"{name}: expected integers that {str(dtype).removeprefix('torch.')} holds, got "
            f"{wrong[0].item()}"
        )
    if kind == "real":
        check_held(tensor, real, name)
    return real


def narrowed(tensor: Tensor, dtype: torch.dtype, name: str) -> Tensor:
    """Real or complex numbers as numbers of ``dtype``; rounded, but none becomes infinite.

    Raises:
        AdversarialSamplingError: ``usage`` for numbers that ``dtype`` does not hold.
    """
    cast = tensor.to(dtype)
    if cast.element_size() < tensor.element_size():  # looking costs a GPU's wait
        check_held(tensor, cast, name)
    return cast


def check_held(numbers: Tensor, cast: Tensor, name: str) -> None:
    """Raises a ``usage`` error where a number has become infinite."""
    if (wrong := numbers[cast.isinf() & numbers.isfinite()]).numel() > 0:
        raise AdversarialSamplingError(
            f"{name}: expected numbers that {dtype_name(cast)} holds, got {wrong[0].item()}"
        )
