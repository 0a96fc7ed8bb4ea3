"""What a function gives, as tensors, and gradients of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any, cast

import numpy as np
import torch
from torch import Tensor

from adversarial_sampling.errors import AdversarialSamplingError
from adversarial_sampling.noise import wave

DIRECTION = 400
"""The wave that output 0 is projected on; output i on the i-th after it."""


def tensors_of(target: str, result: object, dtype: torch.dtype) -> list[Tensor]:
    """A function's tensors; Python numbers among them become ones without a dimension.

    Args:
        target: of the function, for messages.
        result: a tensor, an array of numpy's or a number, or a list or tuple of them.
        dtype: what floats become; ints are int64, bools bool, complex numbers complex of that
            width.

    Raises:
        AdversarialSamplingError: ``usage``, naming the element that is something else.
    """
    if not isinstance(result, (list, tuple)):
        return [tensor_of(f"{target} to return", result, dtype)]
    values = cast("Sequence[object]", result)
    return [
        tensor_of(f"element {i} of what {target} returns to be", value, dtype)
        for i, value in enumerate(values)
    ]


def tensor_of(what: str, value: object, dtype: torch.dtype) -> Tensor:
    """A tensor as it is, an array as one, a number as one without a dimension."""
    if isinstance(value, Tensor):
        return value
    if isinstance(value, bool):
        return torch.tensor(value, device="cpu")
    if isinstance(value, int) and -(2**63) <= value < 2**63:
        return torch.tensor(value, dtype=torch.int64, device="cpu")
    if isinstance(value, float):
        return torch.tensor(value, dtype=dtype, device="cpu")
    if isinstance(value, complex):
        return torch.tensor(value, dtype=dtype.to_complex(), device="cpu")
    if isinstance(value, (np.ndarray, np.generic)) and value.dtype.kind in "biufc":
        return _of_array(what, cast("np.ndarray[Any, Any]", np.asarray(value)))
    got = type(value).__name__
    if isinstance(value, int):
        got = f"an int of {value.bit_length()} bits, more than int64 has"
    raise AdversarialSamplingError(
        f"expected {what} a tensor or a number, got {got}",
        suggestion="return a tensor or a number, or a list or tuple of them",
    )


def _of_array(what: str, value: np.ndarray[Any, Any]) -> Tensor:
    native = value.astype(value.dtype.newbyteorder("="), order="C", copy=True)
    try:
        return torch.from_numpy(native)
    except TypeError as error:  # a long double
        raise AdversarialSamplingError(
            f"expected {what} an array of a dtype that torch has, got {value.dtype}"
        ) from error


def tensors_in(value: Any) -> Iterator[Tensor]:
    """All tensors in a value, through lists, tuples and dicts, in order."""
    if isinstance(value, Tensor):
        yield value
    elif isinstance(value, (list, tuple)):
        for item in cast("Sequence[Any]", value):
            yield from tensors_in(item)
    elif isinstance(value, dict):
        for item in cast("dict[Any, Any]", value).values():
            yield from tensors_in(item)


def gradients_of(
    outputs: Sequence[Tensor],
    leaves: Mapping[str, Tensor],
    within: AbstractContextManager[Any] | None = None,
) -> dict[str, Tensor]:
    """Gradients of sum_i(output_i * wave(400 + i)) with respect to the leaves.

    Complex outputs are projected by their real and imaginary parts in turn. Whole numbers have no
    gradient and are left out; a leaf that the others do not depend on gets zeros. The backward pass
    alone is made ``within`` a context.
    """
    projections = [
        _projection(output, i) for i, output in enumerate(outputs) if output.requires_grad
    ]
    if not projections:
        return {name: torch.zeros_like(leaf) for name, leaf in leaves.items()}
    loss = torch.stack([projection.to("cpu", torch.float64) for projection in projections]).sum()
    with within or nullcontext():
        found = torch.autograd.grad(
            loss, list(leaves.values()), allow_unused=True, materialize_grads=True
        )
    return dict(zip(leaves, found, strict=True))


def _projection(output: Tensor, index: int) -> Tensor:
    parts = torch.view_as_real(output) if output.is_complex() else output
    with torch.device("cpu"):  # also where the function's own code has set another
        direction = wave(DIRECTION + index, parts.numel())
    direction = direction.to(parts.device, parts.dtype)
    return (parts.flatten() * direction).sum()
