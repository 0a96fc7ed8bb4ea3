"""Mean-field Gaussian weights: reparameterisation, KL divergence and stored noise.

Blundell et al., "Weight Uncertainty in Neural Networks", ICML 2015.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import log
from typing import NamedTuple

import torch
from torch import Tensor, nn

from ..errors import AdversarialSamplingError
from ..noise import GlobalNoise, NoiseSource
from .layer import Layer, WeightPart, Weights

Shape = tuple[int, ...] | None

LEAST_PRIOR_SIGMA = 1e-12
"""Float32 has room for the KL divergence of the largest network from a prior as narrow as this."""


class Posterior(NamedTuple):
    """Parameters of N(mu, exp(log_sigma)^2), elementwise."""

    mu: Tensor
    log_sigma: Tensor


def kl_divergence(posteriors: Sequence[Posterior], prior_sigma: float) -> Tensor:
    """Sum over all weights of KL(N(mu, e^2s) || N(0, prior_sigma^2)), in nats.

    Per weight: log(prior_sigma) - s + (e^2s + mu^2) / (2 prior_sigma^2) - 1/2, s = log sigma.
    """
    if not posteriors:
        return torch.zeros(())
    mu = torch.cat([posterior.mu.flatten() for posterior in posteriors])
    log_sigma = torch.cat([posterior.log_sigma.flatten() for posterior in posteriors])
    spread = ((2 * log_sigma).exp() + mu.square()) / (2 * prior_sigma**2)
    return (spread - log_sigma + (log(prior_sigma) - 0.5)).sum()


class Gaussian(Layer):
    """Weights drawn from N(mu, sigma^2), with a prior N(0, sigma_0^2).

    Attributes (the names are the checkpoint format):
        mu_weight, mu_bias: means.
        sigma_weight, sigma_bias: **log** sigma, despite the name.
        eps_weight, eps_bias: stored noise, used by ``forward(fix=True)``; 0 at first.
        noise: where fresh noise comes from.
    """

    mu_weight: nn.Parameter | None
    sigma_weight: nn.Parameter | None
    mu_bias: nn.Parameter | None
    sigma_bias: nn.Parameter | None
    eps_weight: Tensor | None
    eps_bias: Tensor | None

    def __init__(
        self, sigma_0: float, init_s: float, weight: Shape, bias: Shape, dtype: torch.dtype | None
    ) -> None:
        """Means start at 0 and log sigmas at ``init_s``; a shape of None: there is no such part."""
        super().__init__()
        if not LEAST_PRIOR_SIGMA <= sigma_0 <= 1 / LEAST_PRIOR_SIGMA:
            raise AdversarialSamplingError(f"expected sigma_0 from 1e-12 to 1e12, got {sigma_0}")
        self.sigma_0 = sigma_0
        self._source: NoiseSource = GlobalNoise()
        parts: tuple[tuple[WeightPart, Shape], ...] = ("weight", weight), ("bias", bias)
        for part, shape in parts:
            mu = None if shape is None else nn.Parameter(torch.zeros(shape, dtype=dtype))
            sigma = None if mu is None else nn.Parameter(torch.full_like(mu, init_s))
            self.hold(f"mu_{part}", "mean", part, mu)
            self.hold(f"sigma_{part}", "logSigma", part, sigma)
        for part, shape in parts:
            eps = None if shape is None else torch.zeros(shape, dtype=dtype)
            self.hold(f"eps_{part}", "noise", part, eps)

    @property
    def noise(self) -> NoiseSource:
        """Where fresh noise comes from."""
        return self._source

    @noise.setter
    def noise(self, source: NoiseSource) -> None:
        self.draw_from(source)

    def draw_from(self, source: NoiseSource) -> None:
        """Draws fresh noise from ``source`` from now on."""
        self._source = source

    def posteriors(self) -> list[Posterior]:
        """Of the weight, then of the bias."""
        pairs = (self.mu_weight, self.sigma_weight), (self.mu_bias, self.sigma_bias)
        return [Posterior(mu, s) for mu, s in pairs if mu is not None and s is not None]

    def kl(self) -> Tensor:
        """KL divergence of the weights from their prior, a scalar, in nats."""
        return kl_divergence(self.posteriors(), self.sigma_0)

    def weights(self, sample: bool, fix: bool) -> Weights:
        """``mu + exp(log sigma) * eps``; weight first and then bias, one draw each."""
        if not sample:
            return self.mu_weight, self.mu_bias
        return (
            self._drawn(self.mu_weight, self.sigma_weight, self.eps_weight, fix),
            self._drawn(self.mu_bias, self.sigma_bias, self.eps_bias, fix),
        )

    def _drawn(
        self, mu: Tensor | None, log_sigma: Tensor | None, eps: Tensor | None, fix: bool
    ) -> Tensor | None:
        if mu is None or log_sigma is None or eps is None:
            return None
        return torch.addcmul(mu, log_sigma.exp(), eps if fix else self._source.draw(mu))
