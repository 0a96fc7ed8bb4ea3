"""Images to train on: random pixels, since no time depends on what they show."""

from __future__ import annotations

import torch
from torch import Tensor

from adversarial_sampling import Images, Normalization
from adversarial_sampling.normalization import Normalizer

from .request import Request

CLASSES = 10
NORMALIZATION = Normalization(scale=255, mean=(0.485, 0.456, 0.406), std=(0.229, 0.224, 0.225))


def pixels(request: Request, count: int) -> Images:
    """``count`` images of pixels 0 to 255 on the CPU."""
    shape = (count, 3, request.size, request.size)
    return Images(torch.randint(256, shape, dtype=torch.uint8), torch.randint(CLASSES, (count,)))


def batch(request: Request, device: torch.device) -> tuple[Tensor, Tensor]:
    """One batch as networks take it, normalised, and its classes, on the device."""
    data = pixels(request, request.batch).to(device)
    return Normalizer(NORMALIZATION, torch.float32, device)(data.images), data.labels
