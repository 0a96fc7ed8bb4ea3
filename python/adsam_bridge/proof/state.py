"""Tensors that an object keeps between calls: parameters, buffers, moments of optimizers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim import Optimizer


def named_state(owner: object) -> dict[str, Tensor]:
    """By name: ``weight``, ``model.weight``, ``optimizer.model.weight.exp_avg``."""
    found = dict(_tensors("", owner))
    names = {id(tensor): name for name, tensor in found.items()}
    for name, optimizer in _optimizers(owner):
        for i, parameter in enumerate(p for g in optimizer.param_groups for p in g["params"]):
            for moment, value in optimizer.state.get(parameter, {}).items():
                if isinstance(value, Tensor):
                    found[f"{name}.{names.get(id(parameter), i)}.{moment}"] = value
    return found


def set_state(owner: object, state: Mapping[str, Tensor]) -> None:
    """Gives those tensors other numbers."""
    known = named_state(owner)
    for name, value in state.items():
        known[name].detach().copy_(value)


def widen_state(owner: object, dtype: torch.dtype) -> None:
    """Has its real numbers in that dtype."""
    if isinstance(owner, nn.Module):
        owner.to(dtype)
    else:
        for _, value in _attributes(owner):
            if isinstance(value, nn.Module):
                value.to(dtype)
            elif isinstance(value, Tensor) and value.is_floating_point():
                value.data = value.data.to(dtype)
    for _, optimizer in _optimizers(owner):
        for moments in optimizer.state.values():
            for moment, value in moments.items():
                if isinstance(value, Tensor) and value.is_floating_point():
                    moments[moment] = value.to(dtype)


def _tensors(prefix: str, owner: object) -> Iterator[tuple[str, Tensor]]:
    if isinstance(owner, nn.Module):
        yield from ((prefix + name, one) for name, one in owner.named_parameters())
        yield from ((prefix + name, one) for name, one in owner.named_buffers())
        return
    for name, value in _attributes(owner):
        if isinstance(value, Tensor):
            yield prefix + name, value
        elif isinstance(value, nn.Module):
            yield from _tensors(f"{prefix}{name}.", value)


def _optimizers(owner: object) -> list[tuple[str, Optimizer]]:
    return [(name, value) for name, value in _attributes(owner) if isinstance(value, Optimizer)]


def _attributes(owner: object) -> list[tuple[str, Any]]:
    return list(getattr(owner, "__dict__", {}).items())
