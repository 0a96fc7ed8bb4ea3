"""Where Gaussian draws come from: a seeded generator, or a formula that any language can repeat."""

from __future__ import annotations

from functools import lru_cache
from hashlib import blake2b
from math import sqrt
from typing import Protocol, TypeVar

import torch
from torch import Tensor

from ._protocol import NoiseSpec, WaveNoiseSpec
from .errors import AdversarialSamplingError

PROJECTION = 5000
"""The wave that digests project on."""


class NoiseSource(Protocol):
    """A stream of draws from N(0, 1)."""

    def draw(self, like: Tensor) -> Tensor:
        """The next draw, with the shape, dtype and device of ``like``."""
        ...


class GlobalNoise:
    """Draws from torch's global generator: what a layer uses until it is told otherwise."""

    def draw(self, like: Tensor) -> Tensor:
        """The next draw, with the shape, dtype and device of ``like``."""
        return torch.randn_like(like)


class GaussianNoise:
    """Draws from a generator of its own on ``device``, without touching torch's global one."""

    def __init__(
        self, seed: int, device: torch.device | str = "cpu", stream: str = "noise"
    ) -> None:
        self._generator = seeded_generator(seed, device, stream)

    def draw(self, like: Tensor) -> Tensor:
        """The next draw, with the shape, dtype and device of ``like``."""
        return self.fill(torch.empty_like(like, memory_format=torch.contiguous_format))

    def fill(self, out: Tensor) -> Tensor:
        """The next draw, in place."""
        return out.normal_(generator=self._generator)

    @property
    def generator(self) -> torch.Generator:
        """What draws."""
        return self._generator

    @property
    def state(self) -> Tensor:
        """Where the stream stands: uint8, on the CPU."""
        return self._generator.get_state()

    def restore(self, state: Tensor) -> None:
        """Goes back to where ``state`` was taken."""
        self._generator.set_state(state)


class WaveNoise:
    """Draw number k is ``float32(sqrt(2) * wave(k, n))``; ``next`` is the number of the next one.

    Computed on the CPU, so that every device sees the same numbers.
    """

    def __init__(self, next: int = 0) -> None:  # noqa: A002 - the protocol's name for it
        self.next = next

    def draw(self, like: Tensor) -> Tensor:
        """The next draw, with the shape, dtype and device of ``like``."""
        values = (sqrt(2) * wave(self.next, like.numel())).to(torch.float32)
        self.next += 1
        return values.to(dtype=like.dtype, device=like.device).reshape(like.shape)

    @property
    def state(self) -> Tensor:
        """Where the stream stands: the number of the next draw."""
        return torch.tensor(self.next)

    def restore(self, state: Tensor) -> None:
        """Goes back to where ``state`` was taken."""
        self.next = int(state)


Source = TypeVar("Source", bound=NoiseSource)


def noise_from(
    spec: NoiseSpec, own: Source, device: torch.device | str
) -> Source | GaussianNoise | WaveNoise:
    """The source that ``spec`` describes; ``own`` when it asks to go on with the model's."""
    if isinstance(spec, WaveNoiseSpec):
        return WaveNoise(spec.next)
    return own if spec.seed is None else GaussianNoise(spec.seed, device)


def seeded_generator(seed: int, device: torch.device | str, stream: str) -> torch.Generator:
    """A new generator on ``device``; streams of one seed are independent of one another.

    Raises:
        AdversarialSamplingError: ``usage`` when the seed is negative.
    """
    if seed < 0:
        raise AdversarialSamplingError(f"expected a seed >= 0, got {seed}")
    derived = blake2b(f"{stream}:{seed}".encode(), digest_size=8).digest()
    return torch.Generator(device).manual_seed(int.from_bytes(derived, "big"))


def wave(k: int, n: int) -> Tensor:
    """``sin(12.9898 (i + 1) + 78.233 (k + 1))`` for i = 0 .. n-1, float64.

    Two rounded products and one rounded sum: one call each, so that nothing fuses them.
    """
    phase = torch.arange(1, n + 1, dtype=torch.float64).mul_(12.9898)
    return phase.add_(78.233 * (k + 1)).sin_()


# VGG-19 has 11 sizes of tensors and ResNets fewer; the largest takes 19 MB.
@lru_cache(maxsize=16)
def _projection(n: int) -> Tensor:
    return wave(PROJECTION, n)


def digest(t: Tensor) -> tuple[float, float, float]:
    """``(sum t, sqrt(sum t^2), sum(t * wave(5000, n)))`` in float64: any change of t moves them."""
    values = t.detach().to(device="cpu", dtype=torch.float64).flatten()
    moments = torch.stack([values.sum(), values.norm(), values @ _projection(values.numel())])
    total, norm, projection = moments.tolist()
    return total, norm, projection
