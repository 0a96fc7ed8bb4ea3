"""Where the weights of a model lie in one flat vector."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import cast

import torch
from torch import Tensor, nn

from .layers import BatchNorm, Gaussian, Kernels, Layer
from .low_precision import LowPrecision
from .models import AUTOCAST, Network, parameter_dtype
from .noise import GaussianNoise, NoiseSource

PARTS = ("weight", "bias")


@dataclass(frozen=True)
class Part:
    """The weight or the bias of one layer: elements ``[start, end)`` of a flat vector."""

    layer_name: str
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

    def tensor(self, kind: str) -> Tensor:
        """The layer's own: its ``mu``, ``sigma`` or ``eps``, or with kind "" its plain weight."""
        return cast("Tensor", getattr(self.layer, self.name(kind)))

    def name(self, kind: str) -> str:
        """What the layer calls it."""
        return f"{kind}_{self.part}" if kind else self.part


class Layout:
    """The P weights of ``model``: registration order, weight then bias.

    What is trained, ``theta``, is [mu, log sigma], 2 P elements; of a plain network its P weights.

    Attributes:
        bayesian: whether the weights are drawn.
        kernels: what train-mode forwards through given weights use beside torch's; none at first.
        parts: of the P elements.
        size: P.
        names: of the parameters, with which half of ``theta`` they lie in, and where there.
    """

    def __init__(self, model: Network) -> None:
        self.model = model
        self.bayesian = model.bayesian
        self.dtype, self.device = parameter_dtype(model.spec), model.device
        self.parts = _parts(model)
        self.size = self.parts[-1].end if self.parts else 0
        self.names: dict[str, tuple[int, Part]] = {}
        for index, kind in enumerate(("mu", "sigma") if self.bayesian else ("",)):
            for part in self.parts:
                prefix = f"{part.layer_name}." if part.layer_name else ""
                self.names[prefix + part.name(kind)] = (index, part)
        drawn = self.parts if self.bayesian else []
        self.kernels: Kernels | None = None
        low = AUTOCAST.get(model.spec.dtype)
        shapes = [part.shape for part in self.parts]
        # Autocast takes batch norm's weights as they are.
        cast_down = [not isinstance(part.layer, BatchNorm) for part in self.parts]
        # On a CPU it saves nothing.
        saves = self.device.type == "cuda" and any(cast_down)
        self._low = None
        if low is not None and saves:
            self._low = LowPrecision(low, shapes, cast_down, self.device)
        self._execution = [p for layer in model.executed() for p in drawn if p.layer is layer]

    def parameters(self) -> dict[str, nn.Parameter]:
        """The model's, in the order of ``theta``."""
        own = dict(self.model.named_parameters())
        return {name: own[name] for name in self.names}

    def gathered(self) -> Tensor:
        """A copy of ``theta``."""
        return torch.cat([tensor.detach().flatten() for tensor in self.parameters().values()])

    def view(self, flat: Tensor, name: str) -> Tensor:
        """What belongs to the parameter ``name`` in a vector laid out as ``theta``."""
        index, part = self.names[name]
        return part.of(flat[index * self.size :])

    def draw_fresh(self, source: NoiseSource) -> Tensor:
        """``eps ~ N(0, 1)`` for one forward, one draw a tensor in the order of execution."""
        count = self.size if self.bayesian else 0
        flat = torch.empty(count, dtype=self.dtype, device=self.device)
        return fill(flat, self._execution, source)

    def output(self, weights: Tensor, x: Tensor) -> Tensor:
        """What the model makes of x through these P weights; by torch's kernels."""
        with self._given(weights):
            return self.model.output(self._arranged(x))

    def _arranged(self, x: Tensor) -> Tensor:
        # As convolutions are fastest: channels-last, except for float32 on GPUs. NVIDIA's
        # convolutions in float32 are made for channels first (pytorch issue 44943).
        first = x.dim() != 4 or (x.is_cuda and self.model.spec.dtype not in AUTOCAST)
        return x if first else x.contiguous(memory_format=torch.channels_last)

    @contextmanager
    def _given(self, weights: Tensor) -> Generator[None]:
        """Forwards of the model inside it use these P weights."""
        pairs: dict[Layer, dict[str, Tensor]] = {}
        for part, piece in zip(self.parts, self._pieces(weights), strict=True):
            pairs.setdefault(part.layer, {})[part.part] = piece
        for layer, by_part in pairs.items():
            layer.given = (by_part.get("weight"), by_part.get("bias"))
            layer.kernels = self.kernels
        try:
            yield
        finally:
            for layer in pairs:
                layer.given = layer.kernels = None

    def _pieces(self, weights: Tensor) -> Sequence[Tensor]:
        if self._low is not None:
            return self._low.pieces(weights)
        # Split in one operation, whose backward puts the gradients together in one as well.
        pieces = weights.split([part.shape.numel() for part in self.parts])
        return [piece.view(p.shape) for piece, p in zip(pieces, self.parts, strict=True)]


def fill(flat: Tensor, parts: list[Part], source: NoiseSource) -> Tensor:
    """Draws the parts of ``flat`` one by one; where that is many launches, on a GPU, at once."""
    if not isinstance(source, GaussianNoise):
        for part in parts:
            view = part.of(flat)
            view.copy_(source.draw(view))
    elif flat.is_cuda:
        source.fill(flat)
    else:
        for part in parts:
            source.fill(part.of(flat))
    return flat


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
