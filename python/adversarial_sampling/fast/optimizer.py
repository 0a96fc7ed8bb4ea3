"""An optimizer over one flat vector, whose moments are known by the parameters' names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, cast

import torch
from torch import Tensor
from torch.optim.adam import adam
from torch.optim.sgd import sgd

from ..flat import FlatModel
from ..step import MOMENTUM

MOMENTS = {"adam": ("exp_avg", "exp_avg_sq"), "sgd": ("momentum_buffer",)}
"""By torch's names, one number for each parameter."""


class FlatOptimizer:
    """Torch's own fused Adam, or SGD with momentum 0.9, on ``FlatModel.theta``; its defaults else.

    By torch's functions: the first of its optimizer objects in a process imports the compiler of
    ``torch.compile`` as well, which takes as long as importing torch.
    """

    def __init__(self, flat: FlatModel, kind: Literal["adam", "sgd"], learning_rate: float) -> None:
        self._flat, self._kind = flat, kind
        theta, device = flat.theta, flat.theta.device
        self._moments = {name: torch.zeros_like(theta) for name in MOMENTS[kind]}
        if kind == "adam":
            self._moments["step"] = torch.zeros((), device=device)
        # On a GPU a tensor, so that a step that is replayed sees it change.
        self._rate: float | Tensor = (
            torch.tensor(learning_rate, device=device) if theta.is_cuda else learning_rate
        )

    def set_learning_rate(self, learning_rate: float) -> None:
        """From the next step on."""
        if isinstance(self._rate, Tensor):
            self._rate.fill_(learning_rate)
        else:
            self._rate = learning_rate

    @torch.no_grad()
    def step(self, gradient: Tensor) -> None:
        """Moves ``theta``, which the gradient is laid out as."""
        if self._kind == "adam":
            self._step_adam(gradient)
        else:
            self._step_sgd(gradient)

    def restart(self) -> None:
        """Without moments."""
        for moment in self._moments.values():
            moment.zero_()

    def _step_adam(self, gradient: Tensor) -> None:
        moments = self._moments
        adam(
            [self._flat.theta],
            [gradient],
            [moments["exp_avg"]],
            [moments["exp_avg_sq"]],
            [],
            [moments["step"]],
            fused=True,
            capturable=self._flat.theta.is_cuda,
            amsgrad=False,
            beta1=0.9,
            beta2=0.999,
            lr=self._rate,
            weight_decay=0.0,
            eps=1e-8,
            maximize=False,
        )

    def _step_sgd(self, gradient: Tensor) -> None:
        sgd(
            [self._flat.theta],
            [gradient],
            [self._moments["momentum_buffer"]],
            fused=True,
            weight_decay=0.0,
            momentum=MOMENTUM,
            lr=cast("float", self._rate),  # or a tensor, as `torch.optim.SGD` hands it on
            dampening=0.0,
            nesterov=False,
            maximize=False,
        )

    def tensors(self) -> dict[str, Tensor]:
        """The moments, ``<moment>.<parameter>``; a count of steps belongs to every parameter."""
        return {
            f"{key}.{name}": self._flat.view(value, name) if value.dim() else value.clone()
            for key, value in self._moments.items()
            for name in self._flat.names
        }

    def restore(self, tensors: Mapping[str, Tensor]) -> None:
        """Goes on from what ``tensors`` gave."""
        self.restart()
        for full, value in tensors.items():
            key, _, name = full.partition(".")
            moment = self._moments[key]
            (self._flat.view(moment, name) if moment.dim() else moment).copy_(value)
