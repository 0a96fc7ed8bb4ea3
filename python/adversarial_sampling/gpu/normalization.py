# pyright: basic, reportMissingImports=false, reportIndexIssue=false
"""Batch norm by the batch's statistics, with the sum and the ReLU behind it, in four kernels.

A channel's values are split among programs. Each finds mean and squared deviations of its part,
and whoever needs the whole puts the parts together (Chan, Golub and LeVeque, "Updating formulae
and a pairwise algorithm for computing sample variances", 1979). Tensors are [N, C, H, W] in either
memory format; a tile is [pixels, channels].
"""

from __future__ import annotations

from typing import NamedTuple

import triton
import triton.language as tl
from torch import Tensor

TILE = 1024
"""Values that a program takes at once; twice as many where channels lie side by side."""
MOST_SPLITS = 64


class Tiling(NamedTuple):
    """How a tensor is split among programs."""

    channels: int
    pixels: int
    """of all images"""
    area: int
    """pixels of an image"""
    strides: tuple[int, int, int]
    """from image to image, pixel to pixel and channel to channel"""
    splits: int
    """of a channel's pixels"""
    turns: int
    """tiles of a split"""
    tile: tuple[int, int]
    """pixels, channels"""

    @classmethod
    def of(cls, x: Tensor) -> Tiling:
        """``x`` lies densely in one of the two memory formats."""
        count, channels, height, width = x.shape
        area, pixels = height * width, count * height * width
        if x.is_contiguous():
            strides, tile = (channels * area, 1, area), (TILE, 1)
            most = MOST_SPLITS
        else:
            wide = min(64, triton.next_power_of_2(channels))
            strides, tile = (channels * area, channels, 1), (2 * TILE // wide, wide)
            most = 2 * MOST_SPLITS
        tiles = triton.cdiv(pixels, tile[0])
        turns = triton.cdiv(tiles, most)
        return cls(channels, pixels, area, strides, triton.cdiv(tiles, turns), turns, tile)

    @property
    def groups(self) -> int:
        """Of channels."""
        return triton.cdiv(self.channels, self.tile[1])

    @property
    def parts(self) -> dict[str, int]:
        """Of kernels that put the splits together."""
        return {
            "splits": self.splits,
            "MOST": triton.next_power_of_2(self.splits),
            "TURNS": self.turns,
            "PIXELS": self.tile[0],
            "CHANNELS": self.tile[1],
        }


@triton.jit
def _place(pixel, channel, area, by_image, by_pixel, by_channel):
    image = (pixel // area).to(tl.int64) * by_image
    return (image + (pixel % area) * by_pixel)[:, None] + (channel * by_channel)[None, :]


@triton.jit
def moments(
    x, parts, pixels, channels, area, by_image, by_pixel, by_channel, splits,
    MOST: tl.constexpr, TURNS: tl.constexpr, PIXELS: tl.constexpr, CHANNELS: tl.constexpr,
):  # fmt: skip
    """Mean and squared deviations of a split, into parts [splits, channels, 2]."""
    channel = tl.program_id(0) * CHANNELS + tl.arange(0, CHANNELS)
    split = tl.program_id(1)
    begin = split * (TURNS * PIXELS)
    known = channel < channels
    # Counted from a value of the channel, so that squares of large means do not cancel.
    first = _place(begin + tl.arange(0, 1), channel, area, by_image, by_pixel, by_channel)
    origin = tl.load(x + first, mask=known[None, :], other=0.0).to(tl.float32)
    total = tl.zeros([PIXELS, CHANNELS], tl.float32)
    square = tl.zeros([PIXELS, CHANNELS], tl.float32)
    for turn in range(TURNS):
        pixel = begin + turn * PIXELS + tl.arange(0, PIXELS)
        inside = (pixel < pixels)[:, None] & known[None, :]
        place = _place(pixel, channel, area, by_image, by_pixel, by_channel)
        value = tl.load(x + place, mask=inside, other=0.0).to(tl.float32)
        off = tl.where(inside, value - origin, 0.0)
        total += off
        square += off * off
    count = tl.minimum(TURNS * PIXELS, pixels - begin).to(tl.float32)
    sums = tl.sum(total, 0)
    mean = sums / count
    at = parts + (split * channels + channel) * 2
    tl.store(at, tl.reshape(origin, [CHANNELS]) + mean, mask=known)
    tl.store(at + 1, tl.sum(square, 0) - sums * mean, mask=known)


@triton.jit
def _parts(parts, channel, channels, splits, which: tl.constexpr, MOST: tl.constexpr):
    split = tl.arange(0, MOST)
    inside = (split < splits)[:, None] & (channel < channels)[None, :]
    at = (split[:, None] * channels + channel[None, :]) * 2 + which
    return tl.load(parts + at, mask=inside, other=0.0)


@triton.jit
def rectified(
    x, plus, y, weight, bias, parts, saved, mean_now, variance_now, batches, momentum, eps,
    pixels, channels, area, by_image, by_pixel, by_channel, splits,
    MOST: tl.constexpr, TURNS: tl.constexpr, PIXELS: tl.constexpr, CHANNELS: tl.constexpr,
    PLUS: tl.constexpr, TRACKED: tl.constexpr,
):  # fmt: skip
    """relu((x - mean) / deviation * weight + bias + plus); statistics into saved [2, channels]."""
    channel = tl.program_id(0) * CHANNELS + tl.arange(0, CHANNELS)
    known = channel < channels
    split = tl.arange(0, MOST)
    share = tl.minimum(TURNS * PIXELS, pixels - split * (TURNS * PIXELS))
    count = tl.where(split < splits, share, 0).to(tl.float32)[:, None]
    means = _parts(parts, channel, channels, splits, 0, MOST)
    mean = tl.sum(means * count, 0) / pixels
    between = (means - mean[None, :]) * (means - mean[None, :]) * count
    within = _parts(parts, channel, channels, splits, 1, MOST)
    variance = tl.sum(within + between, 0) / pixels
    inverse = 1 / tl.sqrt(variance + eps)
    if tl.program_id(1) == 0:
        tl.store(saved + channel, mean, mask=known)
        tl.store(saved + channels + channel, inverse, mask=known)
        if TRACKED:
            old = tl.load(mean_now + channel, mask=known)
            tl.store(mean_now + channel, old + momentum * (mean - old), mask=known)
            old = tl.load(variance_now + channel, mask=known)
            unbiased = variance * (pixels / (pixels - 1.0))
            tl.store(variance_now + channel, old + momentum * (unbiased - old), mask=known)
            if tl.program_id(0) == 0:
                tl.store(batches, tl.load(batches) + 1)
    scale = tl.load(weight + channel, mask=known, other=0.0) * inverse
    shift = tl.load(bias + channel, mask=known, other=0.0) - mean * scale
    pixel = tl.program_id(1) * PIXELS + tl.arange(0, PIXELS)
    inside = (pixel < pixels)[:, None] & known[None, :]
    place = _place(pixel, channel, area, by_image, by_pixel, by_channel)
    value = tl.load(x + place, mask=inside, other=0.0).to(tl.float32)
    value = value * scale[None, :] + shift[None, :]
    if PLUS:
        value += tl.load(plus + place, mask=inside, other=0.0).to(tl.float32)
    tl.store(y + place, tl.maximum(value, 0.0), mask=inside)


@triton.jit
def slope_sums(
    x, y, slope, saved, parts, pixels, channels, area, by_image, by_pixel, by_channel, splits,
    MOST: tl.constexpr, TURNS: tl.constexpr, PIXELS: tl.constexpr, CHANNELS: tl.constexpr,
):  # fmt: skip
    """Of a split: the slopes, and the slopes times the normalised values."""
    channel = tl.program_id(0) * CHANNELS + tl.arange(0, CHANNELS)
    split = tl.program_id(1)
    known = channel < channels
    mean = tl.load(saved + channel, mask=known, other=0.0)
    inverse = tl.load(saved + channels + channel, mask=known, other=0.0)
    total = tl.zeros([PIXELS, CHANNELS], tl.float32)
    moment = tl.zeros([PIXELS, CHANNELS], tl.float32)
    for turn in range(TURNS):
        pixel = (split * TURNS + turn) * PIXELS + tl.arange(0, PIXELS)
        inside = (pixel < pixels)[:, None] & known[None, :]
        place = _place(pixel, channel, area, by_image, by_pixel, by_channel)
        steep = tl.load(slope + place, mask=inside, other=0.0).to(tl.float32)
        steep = tl.where(tl.load(y + place, mask=inside, other=0.0) > 0, steep, 0.0)
        total += steep
        moment += steep * (
            tl.load(x + place, mask=inside, other=0.0).to(tl.float32) - mean[None, :]
        )
    at = parts + (split * channels + channel) * 2
    tl.store(at, tl.sum(total, 0), mask=known)
    tl.store(at + 1, tl.sum(moment, 0) * inverse, mask=known)


@triton.jit
def slopes(
    x, y, slope, to_x, to_plus, weight, to_weight, to_bias, saved, parts,
    pixels, channels, area, by_image, by_pixel, by_channel, splits,
    MOST: tl.constexpr, TURNS: tl.constexpr, PIXELS: tl.constexpr, CHANNELS: tl.constexpr,
    PLUS: tl.constexpr,
):  # fmt: skip
    """Slopes of x, of what was added, and of weight and bias."""
    channel = tl.program_id(0) * CHANNELS + tl.arange(0, CHANNELS)
    known = channel < channels
    total = tl.sum(_parts(parts, channel, channels, splits, 0, MOST), 0)
    moment = tl.sum(_parts(parts, channel, channels, splits, 1, MOST), 0)
    if tl.program_id(1) == 0:
        tl.store(to_bias + channel, total, mask=known)
        tl.store(to_weight + channel, moment, mask=known)
    mean = tl.load(saved + channel, mask=known, other=0.0)
    inverse = tl.load(saved + channels + channel, mask=known, other=0.0)
    scale = tl.load(weight + channel, mask=known, other=0.0) * inverse
    pixel = tl.program_id(1) * PIXELS + tl.arange(0, PIXELS)
    inside = (pixel < pixels)[:, None] & known[None, :]
    place = _place(pixel, channel, area, by_image, by_pixel, by_channel)
    steep = tl.load(slope + place, mask=inside, other=0.0).to(tl.float32)
    steep = tl.where(tl.load(y + place, mask=inside, other=0.0) > 0, steep, 0.0)
    if PLUS:
        tl.store(to_plus + place, steep, mask=inside)
    value = tl.load(x + place, mask=inside, other=0.0).to(tl.float32)
    normalised = (value - mean[None, :]) * inverse[None, :]
    rest = total[None, :] / pixels + normalised * (moment[None, :] / pixels)
    tl.store(to_x + place, scale[None, :] * (steep - rest), mask=inside)
