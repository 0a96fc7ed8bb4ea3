"""What a training step measures, and its means over an epoch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from pydantic import Field
from torch import Tensor

from ._protocol import Message, TrainingMeans


@dataclass(frozen=True)
class Measurements:
    """Scalars of one step, still on the device; None for what the step does not compute.

    Attributes:
        loss: what was minimised.
        cross_entropy: of the forwards with fresh noise.
        kl: KL divergence from the prior.
        adversarial_loss: cross-entropy at the worst eps.
        adversarial_rise: that, minus the cross-entropy at the eps first drawn.
        accuracy: 0 to 1.
    """

    loss: Tensor
    cross_entropy: Tensor | None
    kl: Tensor | None
    adversarial_loss: Tensor | None
    adversarial_rise: Tensor | None
    accuracy: Tensor

    def copy(self) -> Measurements:
        """In tensors of its own."""
        values = {n: None if v is None else v.clone() for n, v in vars(self).items()}
        return replace(self, **values)


def read_back(steps: Sequence[Measurements]) -> list[TrainingMeans]:
    """The numbers of several steps, fetched from the device at once."""
    if not steps:
        return []
    scalars = [value for step in steps for value in vars(step).values() if value is not None]
    numbers = iter(torch.stack(scalars).tolist())
    return [
        TrainingMeans.model_validate(
            {name: v if v is None else next(numbers) for name, v in vars(step).items()}
        )
        for step in steps
    ]


class EpochSums(Message, frozen=False):
    """Sums over the images of an epoch so far."""

    images: int = 0
    seconds: float = 0.0
    sums: dict[str, float] = Field(default_factory=dict)

    def add(self, means: TrainingMeans, images: int) -> None:
        """Counts a step's means, weighted by its images."""
        self.images += images
        for name, value in means:
            if value is not None:
                self.sums[name] = self.sums.get(name, 0.0) + value * images

    def means(self) -> TrainingMeans:
        """Per image; there must have been a step."""
        means = {name: value / self.images for name, value in self.sums.items()}
        return TrainingMeans.model_validate({**dict.fromkeys(TrainingMeans.model_fields), **means})
