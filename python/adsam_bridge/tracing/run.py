"""One run of a function: on copies of its inputs, from one state, forward and backward."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor

from adsam_bridge.functions import module_of
from adsam_bridge.outputs import gradients_of, tensors_in
from adversarial_sampling.tap import listeners

from .recorder import Recorder


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
            outputs = list(tensors_in(result))
            leaves = {name: tensors[name] for name in differentiate}
            gradients = list(gradients_of(outputs, leaves).values()) if leaves else []
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
    owner = module_of(function)
    if owner is None:
        return function
    other = copy.deepcopy(owner).to(dtype)
    return other if owner is function else getattr(other, str(getattr(function, "__name__", "")))
