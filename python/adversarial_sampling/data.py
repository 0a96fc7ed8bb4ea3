"""Labelled images: their checks and their augmentation."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from .dtypes import dtype_name, kind_of
from .errors import AdversarialSamplingError


@dataclass(frozen=True)
class Images:
    """Images [N, 3, H, W], any real dtype, and their classes [N], integers."""

    images: Tensor
    labels: Tensor

    def __len__(self) -> int:
        return self.images.shape[0]

    def to(self, device: torch.device | str) -> Images:
        """On ``device``; the labels as int64."""
        return Images(self.images.to(device), self.labels.to(device, torch.int64))

    def batches(self, size: int) -> Iterator[tuple[Tensor, Tensor]]:
        """In their order; the last batch may be smaller."""
        return zip(self.images.split(size), self.labels.split(size), strict=True)


def check_images(images: Tensor, name: str = "images") -> None:
    """Raises a ``data`` error unless these are one or more finite images [N, 3, H, W].

    Real numbers or integers, that is; no bools, no complex numbers.
    """
    if kind_of(images) not in ("real", "integer"):
        raise AdversarialSamplingError(
            f"expected {name} of real numbers or integers, got {dtype_name(images)}",
            code="data",
        )
    if images.dim() != 4 or images.shape[1] != 3 or images.numel() == 0:
        raise AdversarialSamplingError(
            f"expected {name} of shape [N, 3, H, W], none of them 0, got {list(images.shape)}",
            code="data",
        )
    if not images.is_floating_point():
        return
    finite = images.flatten(1).isfinite().all(dim=1)
    if not finite.all():
        first = int(finite.int().argmin())
        raise AdversarialSamplingError(
            f"{name}[{first}] holds NaN or infinity", code="data", suggestion="clean the data first"
        )


def check_labelled(data: Images, classes: int, name: str = "train") -> None:
    """Raises a ``data`` error, naming the first offender, unless images and labels fit."""
    check_images(data.images, f"{name}.images")
    labels = data.labels
    if kind_of(labels) != "integer" or labels.dim() != 1:
        raise AdversarialSamplingError(
            f"expected {name}.labels as integers of shape [N], got {labels.dtype} of shape "
            f"{list(labels.shape)}",
            code="data",
        )
    if len(labels) != len(data.images):
        raise AdversarialSamplingError(
            f"{name} has {len(data.images)} images but {len(labels)} labels", code="data"
        )
    labels = labels.long()
    outside = (labels < 0) | (labels >= classes)
    if outside.any():
        first = int(outside.int().argmax())
        raise AdversarialSamplingError(
            f"{name}.labels[{first}] is {int(labels[first])}, expected 0 to {classes - 1}",
            code="data",
            suggestion="build the network with as many classes as the data has",
        )


def augment(images: Tensor, *, flip: bool, crop_padding: int, draws: Tensor) -> Tensor:
    """Each image mirrored with probability 1/2, then cropped at random from zeros around it.

    Args:
        images: [N, C, H, W] before normalisation: the zeros around are pixels of value 0.
        flip: whether to mirror.
        crop_padding: how many zeros on each side; 0 does not crop.
        draws: [N, 3] from U[0, 1): what decides whether to mirror, how far down, how far right.
    """
    count, channels, height, width = images.shape
    device = images.device
    if flip:
        mirrored = (draws[:, 0] < 0.5).to(device)
        images = torch.where(mirrored[:, None, None, None], images.flip(3), images)
    if crop_padding:
        padded = F.pad(images, (crop_padding,) * 4)
        offsets = (draws[:, 1:] * (2 * crop_padding + 1)).long().to(device)
        rows = offsets[:, :1] + torch.arange(height, device=device)
        columns = offsets[:, 1:] + torch.arange(width, device=device)
        image = torch.arange(count, device=device)[:, None, None, None]
        channel = torch.arange(channels, device=device)[None, :, None, None]
        images = padded[image, channel, rows[:, None, :, None], columns[:, None, None, :]]
    return images
