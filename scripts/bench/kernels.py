"""Where the time of a training step goes on a GPU: its kernels, by time.

    PYTHONPATH=python python scripts/bench/kernels.py [DTYPE] [NETWORK] [BATCH]

The step is replayed as ``fit`` replays it; beside it the floor, seven deterministic passes as one
CUDA graph.
"""

from __future__ import annotations

import sys
from collections.abc import Callable

import torch
from torch.profiler import ProfilerActivity, profile

from adsam_bench import inputs, passes
from adsam_bench.request import Request
from adversarial_sampling import GaussianNoise, NetworkSpec, StepOptions, build
from adversarial_sampling.fast import FastStep

REPLAYS = 5
CUDA = torch.device("cuda")


def report(name: str, work: Callable[[], object]) -> None:
    """Kernels of one call of ``work``, the longest first."""
    for _ in range(4):
        work()
    torch.cuda.synchronize()
    with profile(activities=[ProfilerActivity.CUDA, ProfilerActivity.CPU]) as found:
        for _ in range(REPLAYS):
            work()
        torch.cuda.synchronize()
    kernels = [event for event in found.key_averages() if event.self_device_time_total > 0]
    kernels.sort(key=lambda event: -event.self_device_time_total)
    count = sum(event.count for event in kernels) // REPLAYS
    total = sum(event.self_device_time_total for event in kernels) / REPLAYS / 1000
    print(f"\n{name}: {count} kernels, {total:.2f} ms of kernels")
    for event in kernels[:28]:
        milliseconds = event.self_device_time_total / REPLAYS / 1000
        print(f"{milliseconds:8.3f} ms {event.count // REPLAYS:5} x  {event.key[:150]}")


def main(dtype: str = "float32", network: str = "resnet20", batch: str = "100") -> None:
    torch.backends.cudnn.deterministic = True
    torch.backends.cudnn.allow_tf32 = False
    torch.backends.cuda.matmul.allow_tf32 = False
    request = Request(
        contender="graph",
        network=network,
        batch=int(batch),
        size=32,
        device="cuda",
        threads=1,
    )
    spec = NetworkSpec.model_validate({"kind": network, "dtype": dtype})
    model = build(spec, CUDA).train()
    model.noise = GaussianNoise(0, CUDA)
    step = FastStep(model, StepOptions(), 50_000)
    x, y = inputs.batch(request, CUDA)
    report(f"a training step, {dtype}", lambda: step(x, y))
    if dtype == "float32":
        report("7 deterministic passes", passes.captured(request, CUDA))


if __name__ == "__main__":
    main(*sys.argv[1:])
