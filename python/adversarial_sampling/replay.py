"""On a GPU, work captured as a CUDA graph and replayed: one launch, no waiting."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Generic, Protocol, TypeVar

import torch
from torch import Tensor

from .models import Network
from .noise import GaussianNoise

Result = TypeVar("Result")


class Capture(Protocol):
    """Records work without doing it; what it answers does it again and again, into one place."""

    def __call__(self, work: Callable[[], Result], noise: torch.Generator) -> Callable[[], Result]:
        """``noise`` is what the work draws from."""
        ...


def noise_on_gpu(model: Network) -> torch.Generator | None:
    """What draws the noise of a model whose work can be captured; None for the others."""
    noise = model.noise
    if model.device.type == "cuda" and isinstance(noise, GaussianNoise):
        return noise.generator
    return None


class Replayed(Generic[Result]):
    """Does work on tensors of one shape from a recording, and on others (the last batch) itself."""

    def __init__(self, keep: Callable[[Result], Result], capture: Capture | None = None) -> None:
        """``keep`` copies a result, which the next replay overwrites; ``capture`` records."""
        self._keep, self._capture = keep, capture or captured
        self._shapes: list[torch.Size] = []
        self._noise: torch.Generator | None = None
        self._held: Sequence[Tensor] = ()
        self._replay: Callable[[], Result] | None = None

    def __call__(
        self, work: Callable[..., Result], noise: torch.Generator | None, *inputs: Tensor
    ) -> Result:
        """Result of ``work`` on ``inputs``.

        Args:
            work: the same every time. It may depend on its arguments, and else on tensors alone
                that stay where they are. The first time it is not recorded, for libraries to find
                their place.
            noise: what it draws from; None where it cannot be recorded.
            inputs: what it works on.
        """
        if noise is None:
            return work(*inputs)
        shapes = [x.shape for x in inputs]
        if noise is not self._noise:
            self._shapes, self._noise, self._replay = shapes, noise, None
            return work(*inputs)
        if shapes != self._shapes:
            return work(*inputs)
        if self._replay is None:
            held = self._held = [x.clone() for x in inputs]
            self._replay = self._capture(lambda: work(*held), noise)
        for place, x in zip(self._held, inputs, strict=True):
            place.copy_(x)
        return self._keep(self._replay())


def captured(work: Callable[[], Result], noise: torch.Generator) -> Callable[[], Result]:
    """As a CUDA graph; draws from ``noise`` go on from replay to replay."""
    device = noise.device
    graph = torch.cuda.CUDAGraph()
    graph.register_generator_state(noise)
    # Other threads may work, and capture, meanwhile: thread_local, and a stream of its own.
    stream = torch.cuda.Stream(device)
    with (
        torch.cuda.device(device),
        torch.cuda.graph(graph, stream=stream, capture_error_mode="thread_local"),
    ):
        result = work()

    def replay() -> Result:
        with torch.cuda.device(device):
            graph.replay()
        return result

    return replay
