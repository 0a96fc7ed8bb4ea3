"""One run of a function: on copies of its inputs, from one state, forward and backward."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from adversarial_sampling.noise import wave
from adversarial_sampling.tap import listeners

from .recorder import Recorder
from .values import tensors_in

FIRST_DIRECTION = 400
"""Output i is projected on wave 400 + i, as everywhere."""


def run(
    function: Callable[..., Any],
    inputs: dict[str, Any],
    differentiate: Sequence[str],
    dtype: torch.dtype,
    recorder: Recorder,
) -> tuple[list[Tensor], list[Tensor], dict[str, Tensor]]:
    """Outputs, gradients by the names in ``differentiate``, and the inputs as they were given.

    What the function changes in its module is changed in a copy; draws start from one seed.
    """
    given = {name: _copied(value, dtype, name in differentiate) for name, value in inputs.items()}
    called = _of_copy(function, dtype)
    random, default = torch.get_rng_state(), torch.get_default_dtype()
    torch.manual_seed(0)
    torch.set_default_dtype(dtype)
    listeners.append(recorder.tapped)
    tensors = {name: value for name, value in given.items() if isinstance(value, Tensor)}
    try:
        for tensor in tensors.values():
            recorder.given(tensor)
        with torch.enable_grad():
            with recorder:
                result = called(**given)
            outputs = tensors_in(result)
            gradients = _gradients(outputs, [tensors[name] for name in differentiate])
    finally:
        listeners.remove(recorder.tapped)
        torch.set_default_dtype(default)
        torch.set_rng_state(random)
    return outputs, gradients, tensors


def _copied(value: Any, dtype: torch.dtype, differentiated: bool) -> Any:
    if not isinstance(value, Tensor):
        return copy.deepcopy(value)
    copied = value.detach().clone()
    real = copied.to(dtype) if copied.is_floating_point() else copied
    return real.requires_grad_() if differentiated else real


def _of_copy(function: Callable[..., Any], dtype: torch.dtype) -> Callable[..., Any]:
    owner = function if isinstance(function, nn.Module) else getattr(function, "__self__", None)
    if not isinstance(owner, nn.Module):
        return function
    other = copy.deepcopy(owner).to(dtype)
    return other if owner is function else getattr(other, str(getattr(function, "__name__", "")))


def _gradients(outputs: Sequence[Tensor], leaves: Sequence[Tensor]) -> list[Tensor]:
    real = [(i, one) for i, one in enumerate(outputs) if one.requires_grad]
    if not leaves or not real:
        return [torch.zeros_like(leaf) for leaf in leaves]
    directions = [_direction(i, one) for i, one in real]
    found = torch.autograd.grad(
        [one for _, one in real], leaves, directions, allow_unused=True, materialize_grads=True
    )
    return [gradient.detach() for gradient in found]


def _direction(i: int, output: Tensor) -> Tensor:
    parts = output.numel() * (2 if output.is_complex() else 1)
    values = wave(FIRST_DIRECTION + i, parts).to(output.real.dtype)
    if output.is_complex():
        return torch.view_as_complex(values.reshape(*output.shape, 2).contiguous())
    return values.reshape(output.shape).to(output.dtype)
