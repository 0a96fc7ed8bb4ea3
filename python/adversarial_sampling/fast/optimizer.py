"""An optimizer over one flat vector, whose moments are known by the parameters' names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from ..flat import FlatModel
from ..step import MOMENTUM


class FlatOptimizer:
    """Torch's own fused Adam, or SGD with momentum 0.9, on ``FlatModel.theta``."""

    def __init__(self, flat: FlatModel, kind: str, learning_rate: float) -> None:
        self._flat = flat
        self._parameter = torch.nn.Parameter(flat.theta)
        parameters = [self._parameter]
        on_gpu = flat.theta.is_cuda
        # There a tensor, so that a step that is replayed sees it change.
        rate = torch.tensor(learning_rate, device=flat.theta.device) if on_gpu else learning_rate
        self._optimizer: torch.optim.Optimizer = (
            torch.optim.Adam(parameters, lr=rate, fused=True, capturable=on_gpu)
            if kind == "adam"
            else torch.optim.SGD(parameters, lr=rate, momentum=MOMENTUM, fused=True)
        )

    def set_learning_rate(self, learning_rate: float) -> None:
        """From the next step on."""
        for group in self._optimizer.param_groups:
            if isinstance(group["lr"], Tensor):
                group["lr"].fill_(learning_rate)
            else:
                group["lr"] = learning_rate

    def step(self, gradient: Tensor) -> None:
        """Moves ``theta``, which the gradient is laid out as."""
        self._parameter.grad = gradient
        self._optimizer.step()
        self._parameter.grad = None

    def tensors(self) -> dict[str, Tensor]:
        """The moments, ``<moment>.<parameter>``; a count of steps belongs to every parameter."""
        return {
            f"{key}.{name}": self._flat.view(value, name) if value.dim() else value.clone()
            for key, value in self._state().items()
            if isinstance(value, Tensor)
            for name in self._flat.names
        }

    def restore(self, tensors: Mapping[str, Tensor]) -> None:
        """Goes on from what ``tensors`` gave."""
        state: dict[str, Tensor] = {}
        for full, value in tensors.items():
            key, _, name = full.partition(".")
            if value.dim():
                whole = state.setdefault(key, torch.zeros_like(self._flat.theta))
                self._flat.view(whole, name).copy_(value)
            else:
                state[key] = value
        groups = self._optimizer.state_dict()["param_groups"]
        moments = {0: state} if state else {}
        self._optimizer.load_state_dict({"state": moments, "param_groups": groups})

    def _state(self) -> dict[str, Any]:
        return self._optimizer.state_dict()["state"].get(0, {})
