"""The random streams of a training run."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

from ._protocol import NoiseSpec
from .noise import GaussianNoise, WaveNoise, noise_from
from .uniform import permutation, stream_key, uniform_numbers


class Streams:
    """Independent streams from one seed, so that using one more of one moves no other.

    The order of the images and their augmentation are functions of the seed and of the number of
    the epoch or step, the same on every device and in TypeScript.

    Attributes:
        noise: of the weights, on the device.
    """

    def __init__(self, seed: int, device: torch.device, noise: NoiseSpec) -> None:
        own = GaussianNoise(seed, device, "training noise")
        self.noise: GaussianNoise | WaveNoise = noise_from(noise, own, device)
        self._seed = seed

    def order(self, epoch: int, count: int) -> Tensor:
        """The numbers of ``count`` images in the order of an epoch, int64 on the CPU."""
        return permutation(stream_key(self._seed, f"order {epoch}"), count)

    def augmentation(self, step: int, count: int) -> Tensor:
        """What ``augment`` takes for the ``count`` images of a step, on the CPU."""
        key = stream_key(self._seed, f"augmentation {step}")
        return uniform_numbers(key, 3 * count).reshape(count, 3)

    def tensors(self) -> dict[str, Tensor]:
        """Where the noise stands."""
        return {"noise": self.noise.state}

    def restore(self, tensors: Mapping[str, Tensor]) -> None:
        """Goes back to where ``tensors`` were taken; noise that is not among them begins anew.

        The tfjs twin writes down no state of a generator, for it has another one.
        """
        if "noise" in tensors:
            self.noise.restore(tensors["noise"])
