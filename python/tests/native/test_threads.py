"""The kernels' numbers on any number of threads, and beside anything else that goes on."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Generator
from contextlib import contextmanager
from typing import Literal

import pytest
import torch
from conftest import MakeImages, MakeModel
from torch import Tensor

from adversarial_sampling import FitOptions, fit
from adversarial_sampling.layout import Layout
from adversarial_sampling.native import Native
from adversarial_sampling.native.network import reason_not_compiled

pytestmark = pytest.mark.skipif(
    reason_not_compiled() is not None, reason=str(reason_not_compiled())
)


def same(one: list[Tensor], other: list[Tensor]) -> bool:
    return all(torch.equal(*pair) for pair in zip(one, other, strict=True))


@pytest.mark.parametrize(("kind", "size", "count"), [("resnet20", 8, 300), ("vgg11", 32, 2)])
def test_the_kernels_give_the_same_numbers_on_any_number_of_threads(
    make_model: MakeModel, make_images: MakeImages, kind: str, size: int, count: int
) -> None:
    layout, data = Layout(make_model(kind=kind)), make_images(count, size=size)
    weights = layout.gathered()[: layout.size]

    def on(threads: int) -> list[Tensor]:
        torch.set_num_threads(threads)
        native = Native(layout)
        logits = native.forward(weights, data.images, by_batch=True, moves=False)
        return [logits, *native.backward(weights, logits, data.labels)]

    assert same(on(1), on(3))


@contextmanager
def busy_process() -> Generator[None]:
    spin = [sys.executable, "-c", "print(flush=True)\nwhile True: pass"]
    with subprocess.Popen(spin, stdout=subprocess.PIPE) as process:  # noqa: S603
        try:
            assert process.stdout is not None
            process.stdout.readline()
            yield
        finally:
            process.kill()


@pytest.mark.parametrize("kernels", ["native", "torch"])
def test_the_same_run_bit_for_bit_beside_a_busy_process(
    make_model: MakeModel, make_images: MakeImages, kernels: Literal["native", "torch"]
) -> None:
    torch.set_num_threads(2)
    data, options = make_images(8), FitOptions(epochs=1, batch=8, steps=1, kernels=kernels)

    def trained() -> list[Tensor]:
        model = make_model()
        fit(model, data, None, options)
        return list(model.state_dict().values())

    alone = trained()
    with busy_process():
        assert same(trained(), alone)


def test_callers_at_the_same_time_each_get_their_numbers(
    make_model: MakeModel, make_images: MakeImages
) -> None:
    layout = Layout(make_model())
    weights, data = layout.gathered()[: layout.size], make_images(8)
    found: list[Tensor] = []

    def forward() -> None:
        torch.set_num_threads(3)
        found.append(Native(layout).forward(weights, data.images, by_batch=True, moves=False))

    forward()
    callers = [threading.Thread(target=forward) for _ in range(12)]  # more than the pool takes
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    assert len(found) == 13
    assert all(torch.equal(one, found[0]) for one in found)


FORKED = """
import os
import torch
from adversarial_sampling import NetworkSpec, build
from adversarial_sampling.layout import Layout
from adversarial_sampling.native import Native, reason_not_shared

assert reason_not_shared() is None
torch.set_num_threads(2)
layout = Layout(build(NetworkSpec(kind="resnet20", init_log_sigma=-4)))
weights, x = layout.gathered()[: layout.size], torch.randn(4, 3, 8, 8)


def logits():
    by_torch = torch.ones(1 << 20).sum()
    return Native(layout).forward(weights, x, by_batch=True, moves=False) + by_torch


expected = logits()
child = os.fork()
if child == 0:
    os._exit(0 if torch.equal(logits(), expected) else 1)
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


def test_a_forked_process_has_threads_of_its_own() -> None:
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-c", FORKED], capture_output=True, text=True, timeout=120, check=False
    )
    assert (done.stdout, done.stderr) == ("0\n", "")
