"""Layers whose weights are drawn from a Gaussian each."""

import math

import torch
from torch import Tensor, nn


class Gaussian(nn.Module):
    """Means, logarithms of the standard deviations (``sigma_*``), and stored noise."""

    def __init__(
        self, sigma_0: float, init_s: float, weight: list[int], bias: list[int] | None
    ) -> None:
        super().__init__()
        self.sigma_0 = sigma_0
        for part, shape in ("weight", weight), ("bias", bias):
            filled = (
                (None, None, None)
                if shape is None
                else (torch.zeros(shape), torch.full(shape, init_s), torch.zeros(shape))
            )
            mean, log_sigma, noise = filled
            self.register_parameter(f"mu_{part}", None if mean is None else nn.Parameter(mean))
            self.register_parameter(
                f"sigma_{part}", None if log_sigma is None else nn.Parameter(log_sigma)
            )
            self.register_buffer(f"eps_{part}", noise)

    def transform(self, x: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
        raise NotImplementedError

    def forward(
        self, input: Tensor, sample: bool = True, fix: bool = False
    ) -> tuple[Tensor, Tensor | int]:
        if not sample:
            return self.transform(input, self.mu_weight, self.mu_bias), 0
        drawn, divergences = [], []
        for part in "weight", "bias":
            mean, log_sigma, stored = (
                getattr(self, f"{kind}_{part}") for kind in ("mu", "sigma", "eps")
            )
            if mean is None:
                drawn.append(None)
                continue
            noise = stored if fix else torch.empty_like(stored).normal_()
            drawn.append(mean + log_sigma.exp() * noise)
            spread = ((2 * log_sigma).exp() + mean.square()) / (2 * self.sigma_0**2)
            divergences.append((spread - log_sigma + math.log(self.sigma_0) - 0.5).sum())
        return self.transform(input, *drawn), sum(divergences)
