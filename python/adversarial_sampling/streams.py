"""The random streams of a training run."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

from ._protocol import NoiseSpec
from .noise import GaussianNoise, WaveNoise, noise_from, seeded_generator


class Streams:
    """Independent streams from one seed, so that using one more of one moves no other.

    Attributes:
        noise: of the weights, on the device.
        augmentation: on the device.
        order: of the batches, on the CPU, alike for every device.
    """

    def __init__(self, seed: int, device: torch.device, noise: NoiseSpec) -> None:
        own = GaussianNoise(seed, device, "training noise")
        self.noise: GaussianNoise | WaveNoise = noise_from(noise, own, device)
        self.augmentation = seeded_generator(seed, device, "augmentation")
        self.order = seeded_generator(seed, "cpu", "order")

    def tensors(self) -> dict[str, Tensor]:
        """Where the streams stand."""
        return {
            "noise": self.noise.state,
            "augmentation": self.augmentation.get_state(),
            "order": self.order.get_state(),
        }

    def restore(self, tensors: Mapping[str, Tensor]) -> None:
        """Goes back to where ``tensors`` were taken; a stream that is not among them begins anew.

        The tfjs twin writes down no state of a generator, for it has other ones.
        """
        if "noise" in tensors:
            self.noise.restore(tensors["noise"])
        if "augmentation" in tensors:
            self.augmentation.set_state(tensors["augmentation"])
        if "order" in tensors:
            self.order.set_state(tensors["order"])
