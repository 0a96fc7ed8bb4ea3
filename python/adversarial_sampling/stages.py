"""Parts of a training step that are computed elsewhere than the rest of it."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TypedDict

from torch import Tensor

from .models import Network


class AscentStart(TypedDict):
    """What signed ascents begin with. Vectors are laid out as ``Layout`` says, over P weights."""

    theta: Tensor
    """[mu, log sigma], 2 P numbers."""
    eps: Tensor
    """The stored noise, P numbers."""
    sums: Tensor | None
    """The gradients of -CE with respect to eps so far, P numbers; None: each has its own."""
    buffers: dict[str, Tensor]
    """Running statistics and their counts, by name."""
    images: Tensor
    """[N, 3, H, W], as they enter the network."""
    labels: Tensor
    """Classes [N], int64."""
    steps: int


class AscentEnd(TypedDict):
    """What came of them, of the same names."""

    eps: Tensor
    sums: Tensor | None
    buffers: dict[str, Tensor]
    losses: Tensor
    """CE before each ascent, [steps]."""


@dataclass(eq=False)
class Stages:
    """Who computes a part of the step instead of it.

    Attributes:
        ascend: the signed ascents of the adversarial step.
        layers: the operations of layers, by name, from input, weight and bias; what they give is
            in torch's graph.
    """

    ascend: Callable[[AscentStart], AscentEnd] | None = None
    layers: Mapping[str, Callable[..., Tensor]] = field(default_factory=dict)

    @contextmanager
    def in_force(self, model: Network) -> Generator[None]:
        """Forwards of the model inside it go through the layers here."""
        own = model.layers()
        for name, operation in self.layers.items():
            own[name].elsewhere = _in_float32(operation)
        try:
            yield
        finally:
            for name in self.layers:
                own[name].elsewhere = None


def _in_float32(operation: Callable[..., Tensor]) -> Callable[..., Tensor]:
    def widened(x: Tensor, *weights: Tensor) -> Tensor:
        return operation(x.float(), *(weight.float() for weight in weights)).to(x.dtype)

    return widened


def moving_buffers(model: Network) -> dict[str, Tensor]:
    """What train-mode forwards change of a model, by name: the tensors themselves."""
    roles = "runningMean", "runningVariance", "batchesTracked"
    state = model.state_dict(keep_vars=True)
    return {info.name: state[info.name] for info in model.tensor_infos() if info.role in roles}
