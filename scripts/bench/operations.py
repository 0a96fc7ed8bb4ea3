"""Counts the operations of torch that one training step dispatches: what a GPU has to launch.

    PYTHONPATH=python python scripts/bench/operations.py [CHECKOUT OF THE PUBLISHED CODE]

ResNet-20, batch 100, 32x32, by torch's own kernels on the CPU. Operations that answer with a view
or with memory not yet written launch nothing on a GPU, and are counted apart. There the noise of
a forward is one draw, and images stay channels-first: about 300 operations less than here.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial

import torch
from torch.utils._python_dispatch import TorchDispatchMode

from adsam_bench import inputs, passes, published
from adsam_bench.request import Request
from adversarial_sampling import AdversarialStep, NetworkSpec, StepOptions, build
from adversarial_sampling.fast import FastStep

CPU = torch.device("cpu")
IDLE = ("empty", "detach", "_unsafe_view")


class Counted(TorchDispatchMode):
    """Counts what is dispatched inside it."""

    def __init__(self) -> None:
        super().__init__()
        self.all, self.working = 0, 0

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        self.all += 1
        self.working += not (func.is_view or any(name in str(func) for name in IDLE))
        return func(*args, **(kwargs or {}))


def report(name: str, work: Callable[[], object]) -> None:
    work()  # the first step makes the optimizer's moments
    with Counted() as counted:
        work()
    print(f"{name:28} {counted.all:6} operations, {counted.working:6} that launch something")


def main(checkout: str | None) -> None:
    request = Request(
        contender="passes",
        network="resnet20",
        batch=100,
        size=32,
        device="cpu",
        threads=2,
        checkout=checkout,
    )
    x, y = inputs.batch(request, CPU)
    if checkout is not None:
        network, _ = published.network(request, CPU)
        network.train()
        optimizer = torch.optim.Adam(network.parameters(), lr=0.01)
        with published.cuda_where_it_is(CPU):
            report("the published code", lambda: published.step(network, optimizer, x, y))
    for step_class in (AdversarialStep, FastStep):
        model = build(NetworkSpec(kind="resnet20")).train()
        step = step_class(model, StepOptions(kernels="torch"), 50_000)
        report(step_class.__name__, partial(step, x, y))
    one = passes.one_pass(request, CPU)
    report("7 deterministic passes", lambda: [one() for _ in range(7)])


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else None)
