"""The linear layer, with Gaussian and with plain weights."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from ..errors import AdversarialSamplingError
from .gaussian import Gaussian
from .initial import kaiming_normal, uniform
from .point import Point


def _linear(x: Tensor, weight: Tensor | None, bias: Tensor | None) -> Tensor:
    assert weight is not None
    if x.dim() == 0 or x.shape[-1] != weight.shape[1]:
        raise AdversarialSamplingError(
            f"expected an input of shape [..., {weight.shape[1]}], got {list(x.shape)}"
        )
    return F.linear(x, weight, bias)


class RandLinear(Gaussian):
    """Linear layer with mean-field Gaussian weights, [N, in] to [N, out]."""

    def __init__(
        self,
        sigma_0: float,
        N: int,  # noqa: N803 - the published signature
        init_s: float,
        in_features: int,
        out_features: int,
        bias: bool = True,
        *,
        dtype: torch.dtype | None = None,
    ) -> None:
        """``sigma_0`` is the prior's sigma, ``init_s`` the initial log sigma; ``N`` is not used.

        The rest is as for ``torch.nn.Linear``.
        Means start from U(-1/sqrt(in_features), 1/sqrt(in_features)).
        """
        del N
        bias_shape = (out_features,) if bias else None
        super().__init__(sigma_0, init_s, (out_features, in_features), bias_shape, dtype)
        uniform(in_features, self.mu_weight, self.mu_bias)

    def transform(self, x: Tensor, weight: Tensor | None, bias: Tensor | None) -> Tensor:
        """``x weight^T + bias``."""
        return _linear(x, weight, bias)


class PlainLinear(Point):
    """Linear layer with ordinary weights, called like ``RandLinear``."""

    def __init__(
        self,
        in_features: int,
        out_features: int,
        bias: bool = True,
        *,
        he: bool = False,
        dtype: torch.dtype | None = None,
    ) -> None:
        """``he``: the weight starts Kaiming-normal, not as torch's own layer."""
        super().__init__((out_features, in_features), (out_features,) if bias else None, dtype)
        uniform(in_features, self.weight, self.bias)
        if he:
            kaiming_normal(self.weight)

    def transform(self, x: Tensor, weight: Tensor | None, bias: Tensor | None) -> Tensor:
        """``x weight^T + bias``."""
        return _linear(x, weight, bias)
