from __future__ import annotations

import pytest
import torch
from torch.nn import functional as F

from adversarial_sampling.low_precision import LowPrecision

SHAPES = [torch.Size(shape) for shape in ((4, 3, 3, 3), (4,), (5, 4), (5,))]
CPU = torch.device("cpu")
LOW = [True, False, True, True]


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_pieces_are_those_that_autocast_makes(dtype: torch.dtype) -> None:
    weights = torch.randn(sum(shape.numel() for shape in SHAPES))
    x = torch.randn(2, 3, 6, 6).contiguous(memory_format=torch.channels_last)

    def through(pieces: list[torch.Tensor]) -> torch.Tensor:
        with torch.autocast("cpu", dtype=dtype):
            kernel, scale, matrix, bias = pieces
            out = F.conv2d(x, kernel) * scale[:, None, None]
            return F.linear(out.mean(dim=(2, 3)), matrix, bias).float().square().sum()

    one, other = weights.clone().requires_grad_(), weights.clone().requires_grad_()
    found = through(list(LowPrecision(dtype, SHAPES, LOW, CPU).pieces(one)))
    split = other.split([shape.numel() for shape in SHAPES])
    expected = through([t.view(shape) for t, shape in zip(split, SHAPES, strict=True)])
    assert torch.equal(found, expected)
    (slope,), (same,) = torch.autograd.grad(found, [one]), torch.autograd.grad(expected, [other])
    assert torch.equal(slope, same)


def test_only_what_autocast_casts_is_cast() -> None:
    weights = torch.randn(sum(shape.numel() for shape in SHAPES))
    pieces = LowPrecision(torch.bfloat16, SHAPES, LOW, CPU).pieces(weights)
    assert [piece.dtype == torch.bfloat16 for piece in pieces] == LOW
    assert [piece.shape for piece in pieces] == SHAPES
    assert pieces[0].is_contiguous(memory_format=torch.channels_last)
    assert torch.equal(pieces[1], weights[108:112])
