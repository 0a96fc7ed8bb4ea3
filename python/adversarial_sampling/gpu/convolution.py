# pyright: basic, reportMissingImports=false, reportIndexIssue=false
"""3x3 convolutions of few channels, padding 1, in float32, channels first.

A tile of pixels of all output channels at once; each of the nine taps is a product of two small
matrices. Unless TF32 is allowed, a product is three of TF32, of the leading and the trailing digits
of its factors, and no further from the exact one than float32's (Ootomo and Yokota, "Recovering
single precision accuracy from Tensor Cores", 2022).
"""

from __future__ import annotations

import torch
import triton
import triton.language as tl
from torch import Tensor

MOST_CHANNELS = 16
"""Beyond them cuDNN is faster (measured on an H200)."""
PIXELS = 128
SPLIT, TILE = 512, 64
"""Pixels of which one program adds up the slopes of the weights, and of which it does at once."""


@triton.jit
def _planes(tensor, at, channel, area, count, inside):
    """[channels, pixels] of values; 0 where there are none."""
    places = tensor + at[None, :] + (channel * area)[:, None]
    return tl.load(places, mask=inside[None, :] & (channel < count)[:, None], other=0.0)


@triton.jit
def _store_planes(tensor, at, channel, area, count, inside, values):
    places = tensor + at[None, :] + (channel * area)[:, None]
    tl.store(places, values, mask=inside[None, :] & (channel < count)[:, None])


@triton.jit
def _to_output(
    x, weight, y, images, height, width, high, wide,
    IN: tl.constexpr, OUT: tl.constexpr, STRIDE: tl.constexpr, PRECISION: tl.constexpr,
    CHANNELS: tl.constexpr, PIXELS: tl.constexpr,
):  # fmt: skip
    """x [images, IN, height, width] to y [images, OUT, high, wide]."""
    place = tl.program_id(0) * PIXELS + tl.arange(0, PIXELS)
    image, pixel = place // (high * wide), place % (high * wide)
    real = image < images
    before, after = tl.arange(0, CHANNELS), tl.arange(0, CHANNELS)
    image = image.to(tl.int64)
    total = tl.zeros([CHANNELS, PIXELS], tl.float32)
    for tap in tl.static_range(9):
        row = (pixel // wide) * STRIDE + (tap // 3 - 1)
        column = (pixel % wide) * STRIDE + (tap % 3 - 1)
        inside = real & (row >= 0) & (row < height) & (column >= 0) & (column < width)
        at = image * (IN * height * width) + row * width + column
        values = _planes(x, at, before, height * width, IN, inside)
        factors = tl.load(
            weight + (after * (IN * 9))[:, None] + (before * 9 + tap)[None, :],
            mask=(after < OUT)[:, None] & (before < IN)[None, :],
            other=0.0,
        )
        total = tl.dot(factors, values, total, input_precision=PRECISION)
    at = image * (OUT * high * wide) + pixel
    _store_planes(y, at, after, high * wide, OUT, real, total)


@triton.jit
def _to_input(
    slope, weight, to_x, images, height, width, high, wide,
    IN: tl.constexpr, OUT: tl.constexpr, STRIDE: tl.constexpr, PRECISION: tl.constexpr,
    CHANNELS: tl.constexpr, PIXELS: tl.constexpr,
):  # fmt: skip
    """slope [images, OUT, high, wide] to to_x [images, IN, height, width]."""
    place = tl.program_id(0) * PIXELS + tl.arange(0, PIXELS)
    image, pixel = place // (height * width), place % (height * width)
    real = image < images
    before, after = tl.arange(0, CHANNELS), tl.arange(0, CHANNELS)
    image = image.to(tl.int64)
    total = tl.zeros([CHANNELS, PIXELS], tl.float32)
    for tap in tl.static_range(9):
        row = pixel // width + (1 - tap // 3)
        column = pixel % width + (1 - tap % 3)
        inside = real & (row >= 0) & (row // STRIDE < high) & (row % STRIDE == 0)
        inside = inside & (column >= 0) & (column // STRIDE < wide) & (column % STRIDE == 0)
        at = image * (OUT * high * wide) + (row // STRIDE) * wide + column // STRIDE
        values = _planes(slope, at, after, high * wide, OUT, inside)
        factors = tl.load(
            weight + (before * 9 + tap)[:, None] + (after * (IN * 9))[None, :],
            mask=(before < IN)[:, None] & (after < OUT)[None, :],
            other=0.0,
        )
        total = tl.dot(factors, values, total, input_precision=PRECISION)
    at = image * (IN * height * width) + pixel
    _store_planes(to_x, at, before, height * width, IN, real, total)


@triton.jit
def _to_weight(
    x, slope, parts, images, height, width, high, wide,
    IN: tl.constexpr, OUT: tl.constexpr, STRIDE: tl.constexpr, PRECISION: tl.constexpr,
    CHANNELS: tl.constexpr, PIXELS: tl.constexpr, TURNS: tl.constexpr,
):  # fmt: skip
    """Of one tap and one split of the pixels, into parts [splits, OUT, IN, 3, 3]."""
    tap, split = tl.program_id(0), tl.program_id(1)
    before, after = tl.arange(0, CHANNELS), tl.arange(0, CHANNELS)
    total = tl.zeros([CHANNELS, CHANNELS], tl.float32)
    for turn in range(TURNS):
        place = (split * TURNS + turn) * PIXELS + tl.arange(0, PIXELS)
        image, pixel = (place // (high * wide)).to(tl.int64), place % (high * wide)
        row = (pixel // wide) * STRIDE + (tap // 3 - 1)
        column = (pixel % wide) * STRIDE + (tap % 3 - 1)
        real = image < images
        inside = real & (row >= 0) & (row < height) & (column >= 0) & (column < width)
        at = image * (OUT * high * wide) + pixel
        steep = _planes(slope, at, after, high * wide, OUT, real)
        at = image * (IN * height * width) + row * width + column
        values = _planes(x, at, before, height * width, IN, inside)
        total = tl.dot(steep, tl.trans(values), total, input_precision=PRECISION)
    at = split * (OUT * IN * 9) + (after * (IN * 9))[:, None] + (before * 9 + tap)[None, :]
    tl.store(parts + at, total, mask=(after < OUT)[:, None] & (before < IN)[None, :])


class Convolve(torch.autograd.Function):
    """[N, in, H, W] by [out, in, 3, 3], padding 1."""

    @staticmethod
    def forward(ctx, x, weight, stride):
        """[N, out, H', W']."""
        x, weight = x.contiguous(), weight.contiguous()
        images, _, height, width = x.shape
        high, wide = (height - 1) // stride + 1, (width - 1) // stride + 1
        y = x.new_empty((images, weight.shape[0], high, wide))
        tf32 = torch.backends.cudnn.allow_tf32
        ctx.constants = {
            "IN": x.shape[1],
            "OUT": weight.shape[0],
            "STRIDE": stride,
            "PRECISION": "tf32" if tf32 else "tf32x3",
            "CHANNELS": MOST_CHANNELS,
        }
        ctx.numbers = images, height, width, high, wide
        grid = (triton.cdiv(images * high * wide, PIXELS),)
        _to_output[grid](x, weight, y, *ctx.numbers, **ctx.constants, PIXELS=PIXELS)
        ctx.save_for_backward(x, weight)
        return y

    @staticmethod
    def backward(ctx, slope):
        """Of x, where it is asked for, and of the weight."""
        x, weight = ctx.saved_tensors
        slope = slope.contiguous()
        images, height, width, high, wide = ctx.numbers
        to_x = None
        if ctx.needs_input_grad[0]:
            to_x = torch.empty_like(x)
            grid = (triton.cdiv(images * height * width, PIXELS),)
            _to_input[grid](slope, weight, to_x, *ctx.numbers, **ctx.constants, PIXELS=PIXELS)
        splits = triton.cdiv(images * high * wide, SPLIT)
        parts = x.new_empty((splits, *weight.shape))
        _to_weight[(9, splits)](
            x,
            slope,
            parts,
            *ctx.numbers,
            **ctx.constants,
            PIXELS=TILE,
            TURNS=SPLIT // TILE,
            num_warps=1,
        )
        return to_x, parts.sum(0), None


def convolves(x: Tensor, weight: Tensor) -> bool:
    """Whether the kernels take such tensors, and are faster than torch's."""
    return (
        x.dtype == torch.float32
        and x.is_contiguous()
        and weight.shape[2:] == (3, 3)
        and max(weight.shape[:2]) <= MOST_CHANNELS
    )
