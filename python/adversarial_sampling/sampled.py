"""Eval-mode forwards through the mean weights, or through fresh draws of them."""

from __future__ import annotations

import torch
from torch import Tensor

from .layout import Layout
from .models import Network
from .native import Native, reason_against


class SampledForwards:
    """Logits of a model whose parameters do not move meanwhile.

    exp(log sigma) is taken once, nothing is kept for a backward, and no KL divergence is computed.
    Batch norm, whose statistics stand still, becomes one scale and shift of the convolution.
    """

    def __init__(self, model: Network) -> None:
        """The model is to be in eval mode when called."""
        self._layout = Layout(model)
        theta = self._layout.gathered()
        self._mu = theta[: self._layout.size]
        self._sigma = theta[self._layout.size :].exp()
        self._native = Native(self._layout) if reason_against(model) is None else None

    @torch.no_grad()
    def __call__(self, x: Tensor, sample: bool = True) -> Tensor:
        """[N, 3, H, W] to [N, classes]; with ``sample`` the weights are drawn afresh."""
        model, weights = self._layout.model, self._mu
        if sample and self._layout.bayesian:
            eps = self._layout.draw_fresh(model.noise)
            weights = torch.addcmul(self._mu, self._sigma, eps)
        if self._native is not None:
            return self._native.forward(weights, x, by_batch=False, moves=False)
        with self._layout.given(weights):
            return model.output(x.contiguous(memory_format=torch.channels_last))
