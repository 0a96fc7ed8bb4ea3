"""On a GPU, a whole step captured as a CUDA graph and replayed: one launch, no waiting."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import torch
from torch import Tensor

from ..measurements import Measurements
from ..models import Network
from ..noise import GaussianNoise

Take = Callable[[Tensor, Tensor], Measurements]
"""A step on images and labels."""

Capture = Callable[[Take, Tensor, Tensor, torch.Generator], Callable[[], Measurements]]
"""Records a step on two tensors, without taking it; what it answers takes it again and again."""


def reason_against_replay(model: Network, *, observed: bool) -> str | None:
    """One line on why steps of ``model`` run operation by operation; None where they need not."""
    if model.device.type != "cuda":
        return "the model is on the CPU"
    if model.spec.dtype == "float16":
        return "float16 looks at every step whether a gradient overflowed"
    if observed:
        return "every forward is observed"
    if not isinstance(model.noise, GaussianNoise):
        return "the noise is not drawn on the device"
    return None


class ReplayedStep:
    """Takes steps of one shape from a recording, and others (the last batch) as they are."""

    def __init__(self, take: Take, capture: Capture | None = None) -> None:
        """The step that ``take`` takes may depend on tensors alone, which stay where they are."""
        self._take, self._capture = take, capture or captured
        self.forget()

    def forget(self) -> None:
        """Whatever ``take`` works on has been replaced: records anew."""
        self._shape: torch.Size | None = None
        self._noise: torch.Generator | None = None
        self._replay: Callable[[], Measurements] | None = None

    def __call__(self, x: Tensor, y: Tensor, noise: torch.Generator) -> Measurements:
        """One step; the first one of a shape is not recorded, for libraries to find their place."""
        if noise is not self._noise:
            self.forget()
        if self._shape is None:
            self._shape, self._noise = x.shape, noise
            return self._take(x, y)
        if x.shape != self._shape:
            return self._take(x, y)
        if self._replay is None:
            self._x, self._y = x.clone(), y.clone()
            self._replay = self._capture(self._take, self._x, self._y, noise)
        self._x.copy_(x)
        self._y.copy_(y)
        return _kept(self._replay())


def captured(
    take: Take, x: Tensor, y: Tensor, noise: torch.Generator
) -> Callable[[], Measurements]:
    """As a CUDA graph; draws from ``noise`` go on from replay to replay."""
    graph = torch.cuda.CUDAGraph()
    graph.register_generator_state(noise)
    with torch.cuda.graph(graph):
        measurements = take(x, y)

    def replay() -> Measurements:
        graph.replay()
        return measurements

    return replay


def _kept(measurements: Measurements) -> Measurements:
    """A copy, for the next replay overwrites these."""
    values = {n: None if v is None else v.clone() for n, v in vars(measurements).items()}
    return replace(measurements, **values)
