"""Python functions of the user's, called by name."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import cast

import torch
from torch import Tensor

from adversarial_sampling.errors import AdversarialSamplingError
from adversarial_sampling.noise import wave

DIRECTION = 400
"""The wave that output 0 is projected on; output i on the i-th after it."""


def call(
    target: str,
    folder: str | None,
    inputs: Mapping[str, Tensor],
    differentiate: Sequence[str],
) -> tuple[list[Tensor], dict[str, Tensor]]:
    """Outputs of ``package.module:function``, and gradients of sum_i(output_i * wave(400 + i)).

    Args:
        target: of the function; it returns a tensor or a sequence of them.
        folder: where to look for the module besides Python's own path.
        inputs: given as keyword arguments.
        differentiate: names of inputs.

    Raises:
        AdversarialSamplingError: ``usage`` when there is no such function or it gives no tensors.
    """
    function = _resolve(target, folder)
    leaves = {name: tensor.requires_grad_(name in differentiate) for name, tensor in inputs.items()}
    outputs = _tensors(target, function(**leaves))
    if not differentiate:
        return [output.detach() for output in outputs], {}
    loss = torch.stack([_projection(output, i) for i, output in enumerate(outputs)]).sum()
    found = torch.autograd.grad(loss, [leaves[name] for name in differentiate])
    gradients = dict(zip(differentiate, found, strict=True))
    return [output.detach() for output in outputs], gradients


def _projection(output: Tensor, index: int) -> Tensor:
    direction = wave(DIRECTION + index, output.numel()).to(output.device, output.dtype)
    return (output.flatten() * direction).sum()


def _resolve(target: str, folder: str | None) -> Callable[..., object]:
    module, colon, name = target.partition(":")
    if not colon:
        raise AdversarialSamplingError(f'expected "package.module:function", got "{target}"')
    if folder is not None and folder not in sys.path:
        sys.path.insert(0, folder)
    try:
        function = getattr(importlib.import_module(module), name)
    except (ModuleNotFoundError, AttributeError) as error:
        raise AdversarialSamplingError(
            f"there is no Python function {target}: {error}",
            suggestion="name a module that Python finds, from its path or the folder given",
        ) from error
    return cast("Callable[..., object]", function)


def _tensors(target: str, result: object) -> list[Tensor]:
    values = [result] if isinstance(result, Tensor) else result
    if isinstance(values, (list, tuple)):
        values = cast("Sequence[object]", values)
        tensors = [value for value in values if isinstance(value, Tensor)]
        if len(tensors) == len(values):
            return tensors
    raise AdversarialSamplingError(
        f"expected {target} to return a tensor or a sequence of them, got {type(result).__name__}"
    )
