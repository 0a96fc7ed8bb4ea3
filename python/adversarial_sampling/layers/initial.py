"""Initial values that convolution and linear layers share."""

from __future__ import annotations

import torch
from torch import Tensor, nn


def uniform(fan_in: int, *tensors: Tensor | None) -> None:
    """Fills with U(-1/sqrt(fan_in), 1/sqrt(fan_in)), in the order given."""
    for tensor in tensors:
        if tensor is not None:
            nn.init.uniform_(tensor, -(fan_in**-0.5), fan_in**-0.5)


def kaiming_normal(weight: Tensor | None) -> None:
    """Fills with N(0, 2 / fan_in), fan_in = elements / shape[0] (He et al., ICCV 2015)."""
    if weight is not None:
        with torch.no_grad():
            weight.normal_(0, (2 * weight.shape[0] / weight.numel()) ** 0.5)
