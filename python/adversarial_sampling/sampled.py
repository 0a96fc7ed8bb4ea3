"""Eval-mode forwards through the mean weights, or through fresh draws of them."""

from __future__ import annotations

import torch
from torch import Tensor

from .layout import Layout
from .models import Network
from .native import Native, reason_against, reason_not_shared
from .replay import Replayed, noise_on_gpu

WORTH_RECORDING = 20
"""Forwards; a few are made sooner than one is recorded, which also tidies up all memory."""


class SampledForwards:
    """Logits of a model whose parameters do not move meanwhile.

    exp(log sigma) is taken once, nothing is kept for a backward, and no KL divergence is computed.
    Native kernels make batch norm, whose statistics stand still, a part of the
    convolution before it. On a GPU, where many are to come, a forward is captured as a CUDA graph.
    """

    def __init__(self, model: Network, *, sample: bool, calls: int) -> None:
        """The model is to be in eval mode when called.

        Args:
            model: whose forwards they are.
            sample: whether the weights are drawn, or their means are taken.
            calls: how many there are going to be, about.
        """
        self._layout = Layout(model)
        if model.device.type == "cpu":
            reason_not_shared()
        theta = self._layout.gathered()
        self._mu = theta[: self._layout.size]
        self._sigma = theta[self._layout.size :].exp()
        self._sample = sample and self._layout.bayesian
        self._native = Native(self._layout) if reason_against(model) is None else None
        self._recordable = calls >= WORTH_RECORDING
        self._replayed = Replayed(Tensor.clone)

    @torch.no_grad()
    def __call__(self, x: Tensor) -> Tensor:
        """[N, 3, H, W] to [N, classes], through weights of its own for each call."""
        noise = noise_on_gpu(self._layout.model) if self._recordable else None
        return self._replayed(self._forward, noise, x)

    def _forward(self, x: Tensor) -> Tensor:
        weights = self._weights()
        if self._native is not None:
            return self._native.forward(weights, x, by_batch=False, moves=False)
        return self._layout.output(weights, x)

    def _weights(self) -> Tensor:
        if not self._sample:
            return self._mu
        return torch.addcmul(
            self._mu, self._sigma, self._layout.draw_fresh(self._layout.model.noise)
        )
