"""What is recorded and replayed; the CUDA graph itself needs a GPU."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from conftest import MakeModel
from torch import Tensor

from adversarial_sampling import GaussianNoise, StepOptions
from adversarial_sampling.device import multiplying
from adversarial_sampling.fast import FastStep
from adversarial_sampling.replay import Replayed, noise_on_gpu
from adversarial_sampling.sampled import SampledForwards

GENERATOR = torch.Generator()

needs_gpu = pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")


class Recorder:
    """Repeats work on the tensors that it was recorded with, into one place, as a graph does."""

    def __init__(self) -> None:
        self.recorded, self.replays = 0, 0
        self._place = torch.zeros(())

    def __call__(self, work: Callable[[], Tensor], noise: torch.Generator) -> Callable[[], Tensor]:
        assert isinstance(noise, torch.Generator)
        self.recorded += 1

        def replay() -> Tensor:
            self.replays += 1
            return self._place.copy_(work())

        return replay


def test_work_on_one_shape_is_replayed_and_other_work_is_not() -> None:
    recorder = Recorder()
    replayed = Replayed(Tensor.clone, recorder)

    def total(noise: torch.Generator, x: Tensor, y: Tensor) -> Tensor:
        return replayed(lambda x, y: x.sum() + y.sum(), noise, x, y)

    sizes = [3, 3, 2, 3, 3]
    results = [
        total(GENERATOR, torch.full((n, 2), float(i)), torch.full((n,), 10 * i))
        for i, n in enumerate(sizes)
    ]
    expected = [i * n * 2 + 10 * i * n for i, n in enumerate(sizes)]
    assert [r.item() for r in results] == expected
    assert (recorder.recorded, recorder.replays) == (1, 3)
    for _ in range(2):
        total(torch.Generator(), torch.ones(3, 2), torch.ones(3))
    assert (recorder.recorded, recorder.replays) == (1, 3)  # with other noise, each is a first time


def test_nothing_is_replayed_on_the_cpu(make_model: MakeModel) -> None:
    assert noise_on_gpu(make_model()) is None


def test_the_callers_tf32_is_given_back() -> None:
    cudnn, matmul = torch.backends.cudnn, torch.backends.cuda.matmul
    before = cudnn.allow_tf32, matmul.allow_tf32
    for tf32 in (True, False):
        with multiplying(tf32=tf32):
            assert cudnn.allow_tf32 == matmul.allow_tf32 == tf32
    assert (cudnn.allow_tf32, matmul.allow_tf32) == before


@needs_gpu
def test_on_a_gpu_replayed_steps_are_those_taken_one_by_one(make_model: MakeModel) -> None:
    x, y = torch.randn(8, 3, 8, 8, device="cuda"), torch.zeros(8, dtype=torch.int64).cuda()
    replayed, plain = (FastStep(make_model().cuda(), StepOptions(), 40) for _ in range(2))
    for step in (replayed, plain):
        step.model.noise = GaussianNoise(0, "cuda")
    for _ in range(5):
        assert torch.allclose(replayed(x, y).loss, plain._take(x, y).loss, rtol=1e-4)
    for step in (replayed, plain):
        step.restart_optimizer()
        step.set_learning_rate(1e-3)
    for _ in range(3):
        assert torch.allclose(replayed(x, y).loss, plain._take(x, y).loss, rtol=1e-3)


@needs_gpu
def test_on_a_gpu_replayed_forwards_are_those_made_one_by_one(make_model: MakeModel) -> None:
    x = torch.randn(8, 3, 8, 8, device="cuda")
    model = make_model().cuda().eval()
    forwards = SampledForwards(model, sample=True, calls=100)
    model.noise = GaussianNoise(0, "cuda")
    found = [forwards(x) for _ in range(4)]
    model.noise = GaussianNoise(0, "cuda")
    with torch.no_grad():
        expected = [forwards._forward(x) for _ in range(4)]
    for one, other in zip(found, expected, strict=True):
        assert torch.allclose(one, other, rtol=1e-4, atol=1e-5)
