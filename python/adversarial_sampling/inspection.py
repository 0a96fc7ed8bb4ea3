"""A forward and backward taken apart, tensor by tensor."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from functools import partial
from typing import NamedTuple

import torch
from torch import Tensor

from ._protocol import GradientOptions
from .layers import Layer
from .models import Network
from .passes import evaluate, prepare


class Operation(NamedTuple):
    """A tensor on its way, ``<layer>/input``, ``/weight``, ``/bias`` or ``/output``.

    ``gradient`` is that of the loss, None where it does not depend on the tensor.
    """

    name: str
    value: Tensor
    gradient: Tensor | None


class Inspection(NamedTuple):
    """The loss, the KL divergence, and what was computed on the way, in order of execution."""

    loss: Tensor
    kl: Tensor
    operations: list[Operation]


def inspect(model: Network, x: Tensor, target: Tensor, options: GradientOptions) -> Inspection:
    """Does what ``gradients`` does, and keeps what every layer took and gave."""
    seen: dict[str, Tensor] = {}
    with model.in_mode(train=options.train), _tapped(model, seen):
        x = prepare(model, x, options.normalization).requires_grad_()
        loss, kl, _ = evaluate(model, x, target, options)
    differentiable = {name: tensor for name, tensor in seen.items() if tensor.requires_grad}
    found = torch.autograd.grad(loss, list(differentiable.values()), allow_unused=True)
    gradients = dict(zip(differentiable, found, strict=True))
    operations = [Operation(n, tensor.detach(), gradients.get(n)) for n, tensor in seen.items()]
    return Inspection(loss.detach(), kl.detach(), operations)


@contextmanager
def _tapped(model: Network, seen: dict[str, Tensor]) -> Generator[None]:
    def keep(layer: str, part: str, tensor: Tensor) -> None:
        seen[f"{layer}/{part}" if layer else part] = tensor

    layers = {n: layer for n, layer in model.named_modules() if isinstance(layer, Layer)}
    for name, layer in layers.items():
        layer.tap = partial(keep, name)
    try:
        yield
    finally:
        for layer in layers.values():
            layer.tap = None
