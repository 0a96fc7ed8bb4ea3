"""Activations, of which a port may have another."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

ACTIVATIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "relu": torch.relu,
    "gelu by erf": functional.gelu,
    "gelu by tanh": lambda x: functional.gelu(x, approximate="tanh"),
    "silu": functional.silu,
    "tanh": torch.tanh,
    "sigmoid": torch.sigmoid,
    "leaky_relu with slope 0.01": functional.leaky_relu,
    "leaky_relu with slope 0.2": lambda x: functional.leaky_relu(x, 0.2),
    "elu": functional.elu,
    "selu": functional.selu,
    "softplus": functional.softplus,
    "relu6": functional.relu6,
    "no activation": lambda x: x,
}


def gated_by(args: Sequence[Any]) -> Iterator[tuple[str, Callable[[Tensor], Tensor]]]:
    """The others, where a product is a GELU of x written out: x / 2 times a gate."""
    if not all(isinstance(one, Tensor) for one in args) or args[0].shape != args[1].shape:
        return
    product, x = args[0] * args[1], 2 * args[0]
    for known in ("gelu by tanh", "gelu by erf"):
        if torch.allclose(product, ACTIVATIONS[known](x), rtol=1e-4, atol=1e-6):
            yield from ((what, one) for what, one in ACTIVATIONS.items() if what != known)
            return
