"""What is recorded of a step; the CUDA graph itself needs a GPU."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from conftest import MakeModel
from torch import Tensor

from adversarial_sampling import GaussianNoise, StepOptions
from adversarial_sampling.device import multiplying
from adversarial_sampling.fast import FastStep
from adversarial_sampling.fast.replay import ReplayedStep, Take, reason_against_replay
from adversarial_sampling.measurements import Measurements

GENERATOR = torch.Generator()


def measured(value: Tensor) -> Measurements:
    return Measurements(value, None, None, None, None, value)


class Recorder:
    """Repeats a step on the tensors that it was recorded with, into one place, as a graph does."""

    def __init__(self) -> None:
        self.recorded, self.replays = 0, 0
        self._place = torch.zeros(())

    def __call__(
        self, take: Take, x: Tensor, y: Tensor, noise: torch.Generator
    ) -> Callable[[], Measurements]:
        assert isinstance(noise, torch.Generator)
        self.recorded += 1

        def replay() -> Measurements:
            self.replays += 1
            self._place.copy_(take(x, y).loss)
            return measured(self._place)

        return replay


def test_steps_of_one_shape_are_replayed_and_others_are_not() -> None:
    recorder = Recorder()
    step = ReplayedStep(lambda x, y: measured(x.sum() + y.sum()), recorder)
    sizes = [3, 3, 2, 3, 3]
    results = [
        step(torch.full((n, 2), float(i)), torch.full((n,), 10 * i), GENERATOR)
        for i, n in enumerate(sizes)
    ]
    expected = [i * n * 2 + 10 * i * n for i, n in enumerate(sizes)]
    assert [r.loss.item() for r in results] == expected
    assert (recorder.recorded, recorder.replays) == (1, 3)
    step.forget()
    for _ in range(2):
        step(torch.ones(2, 2), torch.ones(2), GENERATOR)
    assert (recorder.recorded, recorder.replays) == (2, 4)
    for _ in range(2):
        step(torch.ones(2, 2), torch.ones(2), torch.Generator())
    assert (recorder.recorded, recorder.replays) == (2, 4)  # each of other noise is a first one


def test_it_is_said_why_a_step_is_not_replayed(make_model: MakeModel) -> None:
    assert reason_against_replay(make_model(), observed=False) == "the model is on the CPU"


def test_the_callers_tf32_is_given_back() -> None:
    cudnn, matmul = torch.backends.cudnn, torch.backends.cuda.matmul
    before = cudnn.allow_tf32, matmul.allow_tf32
    for tf32 in (True, False):
        with multiplying(tf32=tf32):
            assert cudnn.allow_tf32 == matmul.allow_tf32 == tf32
    assert (cudnn.allow_tf32, matmul.allow_tf32) == before


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_on_a_gpu_replayed_steps_are_those_taken_one_by_one(make_model: MakeModel) -> None:
    x, y = torch.randn(8, 3, 8, 8, device="cuda"), torch.zeros(8, dtype=torch.int64).cuda()
    replayed, plain = (FastStep(make_model().cuda(), StepOptions(), 40) for _ in range(2))
    for step in (replayed, plain):
        step.model.noise = GaussianNoise(0, "cuda")
    losses = [(replayed(x, y).loss, plain._take(x, y).loss) for _ in range(5)]
    for one, other in losses:
        assert torch.allclose(one, other, rtol=1e-4)
