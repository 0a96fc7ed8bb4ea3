"""The kernels in Triton against torch in float64; without a GPU in Triton's interpreter."""

from __future__ import annotations

import os

import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

DEVICE = "cuda" if torch.cuda.is_available() else "cpu"
if DEVICE == "cpu":
    os.environ["TRITON_INTERPRET"] = "1"
pytest.importorskip("triton", reason="needs Triton, which torch for CUDA brings along")

from adversarial_sampling.gpu.convolution import Convolve  # noqa: E402
from adversarial_sampling.gpu.operations import GpuKernels  # noqa: E402

FORMATS = [torch.contiguous_format, torch.channels_last]


def error(found: Tensor, expected: Tensor) -> float:
    assert found.shape == expected.shape
    return float((found.double() - expected).detach().norm() / expected.detach().norm())


@pytest.mark.parametrize("memory_format", FORMATS, ids=["first", "last"])
@pytest.mark.parametrize("added", [False, True])
@pytest.mark.parametrize("shape", [(4, 3, 8, 8), (5, 2, 1, 3), (2, 80, 20, 20)])
def test_batch_norm_sum_and_relu(
    shape: tuple[int, ...], added: bool, memory_format: torch.memory_format
) -> None:
    torch.manual_seed(0)
    like = torch.empty(shape, device=DEVICE).contiguous(memory_format=memory_format)
    x, plus, slope = (torch.empty_like(like).normal_() for _ in range(3))
    x = x * 3 + 50  # squares cancel where they are summed up as they are
    weight, bias = (torch.randn(shape[1], device=DEVICE) for _ in range(2))
    leaves = [x, weight, bias, *([plus] if added else [])]
    exact = [leaf.double().requires_grad_() for leaf in leaves]
    for leaf in leaves:
        leaf.requires_grad_()
    running = torch.zeros_like(weight), torch.ones_like(weight), torch.tensor(7, device=DEVICE)
    expected_running = [moment.detach().double() for moment in running[:2]]

    y = GpuKernels().normalize_rectify(x, weight, bias, plus if added else None, running, 0.1, 1e-5)
    expected = F.batch_norm(exact[0], *expected_running, *exact[1:3], True, 0.1, 1e-5)
    expected = F.relu(expected + exact[3] if added else expected)
    assert error(y, expected) < 3e-6  # of which 50 in front of a spread of 3 takes a factor of 17
    assert int(running[2]) == 8
    for found, moment in zip(running, expected_running, strict=False):
        assert error(found, moment) < 1e-6
    # Where rounding decides on which side of the kink a value is, there is no one slope.
    slope = torch.where(expected.detach().abs() > 1e-4, slope, torch.zeros_like(slope))
    found = torch.autograd.grad(y, leaves, slope)
    for one, other in zip(found, torch.autograd.grad(expected, exact, slope.double()), strict=True):
        assert error(one, other) < 5e-6


def test_statistics_that_stand_still() -> None:
    x = torch.randn(4, 3, 5, 5, device=DEVICE)
    weight, bias = torch.ones(3, device=DEVICE), torch.zeros(3, device=DEVICE)
    y = GpuKernels().normalize_rectify(x, weight, bias, None, None, 0.1, 1e-5)
    expected = F.relu(F.batch_norm(x.double(), None, None, training=True))
    assert error(y, expected) < 1e-6


@pytest.mark.parametrize("memory_format", FORMATS, ids=["first", "last"])
def test_batch_norm_in_bfloat16(memory_format: torch.memory_format) -> None:
    torch.manual_seed(0)
    x = torch.randn(6, 16, 9, 9, device=DEVICE).bfloat16().contiguous(memory_format=memory_format)
    weight, bias = torch.rand(16, device=DEVICE), torch.randn(16, device=DEVICE)
    x.requires_grad_()
    y = GpuKernels().normalize_rectify(x, weight, bias, None, None, 0.1, 1e-5)
    assert y.dtype == torch.bfloat16
    exact = x.detach().double().requires_grad_()
    expected = F.relu(
        F.batch_norm(exact, None, None, weight.double(), bias.double(), training=True)
    )
    assert error(y, expected) < 4e-3
    slope = torch.where(expected.detach().abs() > 0.01, 1.0, 0.0)
    (found,) = torch.autograd.grad((y.float() * torch.randn_like(y.float()) * slope).sum(), [x])
    assert found.dtype == torch.bfloat16
    assert found.stride() == x.stride()


@pytest.mark.parametrize("stride", [1, 2])
@pytest.mark.parametrize("shape", [(3, 3, 16, 9, 9), (2, 16, 16, 8, 12), (2, 5, 7, 1, 1)])
def test_convolution(shape: tuple[int, int, int, int, int], stride: int) -> None:
    torch.manual_seed(0)
    count, before, after, height, width = shape
    x = torch.randn(count, before, height, width, device=DEVICE)
    weight = torch.randn(after, before, 3, 3, device=DEVICE)
    exact = [t.double().requires_grad_() for t in (x, weight)]
    expected = F.conv2d(*exact, stride=stride, padding=1)
    y = Convolve.apply(x.requires_grad_(), weight.requires_grad_(), stride)
    assert error(y, expected) < 1e-6
    slope = torch.randn_like(y)
    found = torch.autograd.grad(y, [x, weight], slope)
    for one, other in zip(found, torch.autograd.grad(expected, exact, slope.double()), strict=True):
        assert error(one, other) < 1e-6


def test_what_the_kernels_leave_to_torch() -> None:
    kernels = GpuKernels()
    x, weight = torch.ones(1, 16, 4, 4, device=DEVICE), torch.ones(16, 16, 3, 3, device=DEVICE)
    assert kernels.convolve(x, weight, 1) is not None
    assert kernels.convolve(x.double(), weight.double(), 1) is None
    assert kernels.convolve(x, weight[:, :, :1, :1], 1) is None
    assert kernels.convolve(torch.ones(1, 17, 4, 4), torch.ones(16, 17, 3, 3), 1) is None
