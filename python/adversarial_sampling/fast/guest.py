"""Parts of the training steps of another implementation's, computed here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from pydantic import TypeAdapter
from torch import Tensor

from .._protocol import ModelSpec, StepOptions
from ..models import Network, build
from ..stages import AscentEnd, AscentStart, moving_buffers
from .step import FastStep

_SPEC: TypeAdapter[ModelSpec] = TypeAdapter(ModelSpec)


class AdversarialGuest:
    """The signed ascents of a step: nothing stays here from one call to the next."""

    def __init__(self, spec: Mapping[str, Any], options: Mapping[str, Any], device: str) -> None:
        """``spec`` and ``options`` as they are on the wire."""
        model = _model(spec, device)
        self._step = FastStep(model, StepOptions.model_validate(options), training_size=1)
        self._buffers = moving_buffers(model)

    @torch.no_grad()
    def __call__(self, start: AscentStart) -> AscentEnd:
        """Moves the noise of ``start``."""
        step, flat = self._step, self._step.flat
        flat.theta.copy_(start["theta"])
        flat.eps.copy_(start["eps"])
        for name, buffer in self._buffers.items():
            buffer.copy_(start["buffers"][name])
        if step.sums is not None and start["sums"] is not None:
            step.sums.copy_(start["sums"])
        x, y = start["images"].to(flat.device, flat.dtype), start["labels"].to(flat.device).long()
        losses = step.ascend(x, y, flat.log_sigma.exp(), start["steps"])
        return AscentEnd(
            eps=flat.eps.clone(),
            sums=None if step.sums is None else step.sums.clone(),
            buffers={name: buffer.clone() for name, buffer in self._buffers.items()},
            losses=losses,
        )


class LayerGuest:
    """The operation of one layer, to be differentiated by whoever calls it."""

    def __init__(self, spec: Mapping[str, Any], name: str) -> None:
        """``spec`` as it is on the wire, of the network whose layer it is."""
        self._layer = _model(spec, "cpu").layers()[name]

    def __call__(self, x: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
        """The output, of an input in torch's layout."""
        return self._layer.transform(x, weight, bias)


def _model(spec: Mapping[str, Any], device: str) -> Network:
    return build(_SPEC.validate_python({**spec, "dtype": "float32"}), device)
