"""What is recorded and replayed; test_gpu.py has the CUDA graph itself."""

from __future__ import annotations

from collections.abc import Callable

import torch
from conftest import MakeModel
from torch import Tensor

from adversarial_sampling.device import multiplying
from adversarial_sampling.replay import Replayed, noise_on_gpu

GENERATOR = torch.Generator()


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
