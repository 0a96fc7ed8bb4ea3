"""Random numbers that TypeScript draws too, number by number (``src/random.ts``)."""

from __future__ import annotations

import torch
from torch import Tensor

_MASK = 0xFFFFFFFF
_GOLDEN = 0x9E3779B9


def stream_key(seed: int, stream: str) -> int:
    """A 32-bit key of a stream; streams of one seed are independent of one another.

    FNV-1a over the name, then murmur3's finaliser, so that near seeds give far keys.
    """
    value = 0x811C9DC5
    for character in f"{stream}:{seed}":
        value = (value ^ ord(character)) * 0x01000193 & _MASK
    return int(_mixed(torch.tensor(value)))


def _mixed(bits: Tensor) -> Tensor:
    """int64 of 32 bits; a product of 64 bits wraps, and its lower half is right all the same."""
    bits = (bits ^ bits >> 16) * 0x85EBCA6B & _MASK
    bits = (bits ^ bits >> 13) * 0xC2B2AE35 & _MASK
    return bits ^ bits >> 16


def uniform_numbers(key: int, count: int) -> Tensor:
    """The first ``count`` numbers from U[0, 1), float64: splitmix32 from ``key``."""
    states = torch.arange(1, count + 1) * _GOLDEN + key & _MASK
    return _mixed(states).double() / 2**32


def permutation(key: int, count: int) -> Tensor:
    """0 .. count - 1 in a random order (Fisher and Yates), int64."""
    lasts = torch.arange(count - 1, 0, -1)
    chosen = (uniform_numbers(key, len(lasts)) * (lasts + 1)).long().tolist()
    order = list(range(count))
    for last, other in zip(lasts.tolist(), chosen, strict=True):
        order[last], order[other] = order[other], order[last]
    return torch.tensor(order, dtype=torch.int64)
