"""Which arguments a function writes to, as its code has it."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor

from adsam_bridge.port.in_place import written_parameters


def _method(x: Tensor, y: Tensor) -> Tensor:
    return x.mul_(2).add_(y)


def _assigned(x: Tensor, y: Tensor) -> None:
    with torch.no_grad():
        x += 1
        y[0] = 2


def _rebound(x: Tensor) -> Tensor:
    x = x.clone()
    x += 1
    x.add_(1)
    return x


def _sometimes(x: Tensor, inplace: bool = False) -> Tensor:
    if inplace:
        x.relu_()
    return x


def _later(x: Tensor, wanted: bool) -> Tensor:
    if not wanted:
        return x
    return x.add_(1)


def _nothing(x: Tensor, y: Tensor) -> Tensor:
    x.requires_grad_()
    return x.__add__(y)


@pytest.mark.parametrize(
    ("function", "names"),
    [
        (_method, {"x"}),
        (_assigned, {"x", "y"}),
        (_rebound, set()),
        (_sometimes, set()),
        (_later, set()),
        (_nothing, set()),
        (torch.add, set()),
    ],
)
def test_what_every_call_writes_to(function: Callable[..., Any], names: set[str]) -> None:
    assert set(written_parameters(function)) == names
