"""All weights of a model in a few flat vectors, of which the model's own tensors are views."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import cast

import torch
from torch import Tensor, nn

from .layers import Gaussian, Layer
from .models import Network
from .noise import NoiseSource

PARTS = ("weight", "bias")


@dataclass(frozen=True)
class Part:
    """The weight or the bias of one layer: elements ``[start, end)`` of a flat vector."""

    name: str
    layer: Layer
    part: str
    start: int
    shape: torch.Size

    @property
    def end(self) -> int:
        """Where the next part starts."""
        return self.start + self.shape.numel()

    def of(self, flat: Tensor) -> Tensor:
        """The view of this part."""
        return flat[self.start : self.end].view(self.shape)


class FlatModel:
    """The weights of ``model``, registration order, weight then bias, in P elements.

    The model's parameters and stored noise are made views of the vectors here, so that whatever
    moves the one moves the other. They keep their names, values and shapes.

    Attributes:
        theta: what is trained: [mu, log sigma], 2 P elements; of a plain network its P weights.
        eps: the stored noise, P elements; none for a plain network.
        bayesian: whether the weights are drawn.
    """

    def __init__(self, model: Network) -> None:
        self.model = model
        self.bayesian = model.bayesian
        self.parts = _parts(model)
        self.size = self.parts[-1].end if self.parts else 0
        drawn = self.parts if self.bayesian else []
        self._execution = [p for layer in model.executed() for p in drawn if p.layer is layer]
        kinds = ("mu", "sigma") if self.bayesian else ("",)
        self.names: dict[str, tuple[int, Part]] = {}
        tensors: list[nn.Parameter] = []
        for index, kind in enumerate(kinds):
            for part in self.parts:
                name = f"{kind}_{part.part}" if kind else part.part
                tensors.append(cast("nn.Parameter", getattr(part.layer, name)))
                self.names[f"{part.name}.{name}" if part.name else name] = (index, part)
        self.theta = torch.cat([tensor.detach().flatten() for tensor in tensors])
        self.eps = torch.zeros_like(self.theta[: self.size if self.bayesian else 0])
        for tensor, name in zip(tensors, self.names, strict=True):
            tensor.data = self.view(self.theta, name)
        if self.bayesian:
            for part in self.parts:
                own = cast("Tensor", getattr(part.layer, f"eps_{part.part}"))
                part.of(self.eps).copy_(own)
                setattr(part.layer, f"eps_{part.part}", part.of(self.eps))
        self._frozen = [n for n, t in zip(self.names, tensors, strict=True) if not t.requires_grad]

    @property
    def mu(self) -> Tensor:
        """The means, or the weights of a plain network."""
        return self.theta[: self.size]

    @property
    def log_sigma(self) -> Tensor:
        """Of a Bayesian model."""
        return self.theta[self.size :]

    def view(self, flat: Tensor, name: str) -> Tensor:
        """What belongs to the parameter ``name`` in a vector laid out as ``theta``."""
        index, part = self.names[name]
        return part.of(flat[index * self.size :])

    def draw_stored(self, source: NoiseSource) -> Tensor:
        """``eps ~ N(0, 1)``, one draw a tensor in registration order."""
        return _fill(self.eps, self.parts, source)

    def draw_fresh(self, source: NoiseSource) -> Tensor:
        """Noise for one forward, one draw a tensor in the order of execution."""
        return _fill(torch.empty_like(self.eps), self._execution, source)

    def clear_frozen(self, gradient: Tensor) -> None:
        """Parameters that ask for no gradient have one of 0."""
        for name in self._frozen:
            self.view(gradient, name).zero_()

    @contextmanager
    def given(self, weights: Tensor) -> Generator[None]:
        """Forwards inside it use these P weights."""
        pairs: dict[Layer, dict[str, Tensor]] = {}
        for part in self.parts:
            pairs.setdefault(part.layer, {})[part.part] = part.of(weights)
        for layer, by_part in pairs.items():
            layer.given = (by_part.get("weight"), by_part.get("bias"))
        try:
            yield
        finally:
            for layer in pairs:
                layer.given = None


def _parts(model: Network) -> list[Part]:
    parts: list[Part] = []
    start = 0
    for name, layer in model.layers().items():
        prefix = "mu_" if isinstance(layer, Gaussian) else ""
        for part in PARTS:
            tensor = cast("Tensor | None", getattr(layer, prefix + part))
            if tensor is not None:
                parts.append(Part(name, layer, part, start, tensor.shape))
                start = parts[-1].end
    return parts


def _fill(flat: Tensor, parts: list[Part], source: NoiseSource) -> Tensor:
    for part in parts:
        view = part.of(flat)
        view.copy_(source.draw(view))
    return flat
