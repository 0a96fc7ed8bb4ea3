"""What is left of a network, and of the process, when memory ends in the middle of it."""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys

import pytest

from adversarial_sampling import AdversarialSamplingError
from adversarial_sampling.native import network
from adversarial_sampling.native.compile import library
from adversarial_sampling.native.plan import CONVOLUTION, Unit, check_layout

LIMITED = """
import ctypes
import resource

import torch

from adversarial_sampling import NetworkSpec, build
from adversarial_sampling.layout import Layout
from adversarial_sampling.native import Native
from adversarial_sampling.native.compile import library
from adversarial_sampling.native.plan import CONVOLUTION, Unit

torch.set_num_threads(2)
model = build(NetworkSpec(kind="resnet20", init_log_sigma=-4))
layout = Layout(model)
weights = layout.gathered()[: layout.size]
x, y = torch.randn(4, 3, 8, 8), torch.arange(4)


def passes(native):
    logits = native.forward(weights, x, by_batch=True, moves=False)
    return logits, *native.backward(weights, logits, y)


def used():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[0]) * resource.getpagesize()


expected = passes(Native(layout))  # with threads, and whatever torch keeps
unlimited, failures = resource.getrlimit(resource.RLIMIT_AS), 0
for extra in range(0, 1 << 40, 1 << 16):
    native, done = Native(layout), False
    resource.setrlimit(resource.RLIMIT_AS, (used() + extra, unlimited[1]))
    try:
        passes(native)
        done = True
    except MemoryError:
        failures += 1
    except RuntimeError as error:  # torch's own word for it
        assert "can't allocate memory" in str(error)
    finally:
        resource.setrlimit(resource.RLIMIT_AS, unlimited)
    assert all(torch.equal(*pair) for pair in zip(passes(native), expected)), extra
    if done:
        break
resource.setrlimit(resource.RLIMIT_AS, (used() + (1 << 26), unlimited[1]))
opened = ctypes.c_void_p()
unit = Unit(kind=CONVOLUTION, shortcut=-1, out=1 << 28)
opening = library().float64_open(ctypes.byref(unit), ctypes.c_int64(1), ctypes.byref(opened))
print(failures, opening, opened.value)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="RLIMIT_AS binds on Linux")
def test_memory_that_ends_anywhere_is_an_error_and_the_network_goes_on() -> None:
    if (reason := network.reason_not_compiled()) is not None:
        pytest.skip(reason)
    # With a threshold of its own glibc gives memory back at once, so that the limit is met anew.
    environment = {**os.environ, "MALLOC_MMAP_THRESHOLD_": "65536", "OMP_WAIT_POLICY": "passive"}
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-c", LIMITED],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    failures, opening, opened = done.stdout.split()
    assert int(failures) > 10
    assert (int(opening), opened) == (network.NO_MEMORY, "None")


def test_both_sides_lay_a_unit_out_alike() -> None:
    class Short(ctypes.Structure):
        _fields_ = Unit._fields_[:-1]

    class Exchanged(ctypes.Structure):
        _fields_ = (Unit._fields_[-1], *Unit._fields_[:-1])

    if (reason := network.reason_not_compiled()) is not None:
        pytest.skip(reason)
    check_layout(library())
    for other in (Short, Exchanged):
        with pytest.raises(AdversarialSamplingError, match="lay a unit out") as error:
            check_layout(library(), other)
        assert error.value.code == "environment"


def test_a_network_that_cannot_be_opened_is_an_error() -> None:
    if (reason := network.reason_not_compiled()) is not None:
        pytest.skip(reason)
    opened = ctypes.c_void_p()
    unit = Unit(kind=CONVOLUTION, shortcut=-1, out=-1)
    answer = library().float64_open(ctypes.byref(unit), ctypes.c_int64(1), ctypes.byref(opened))
    assert answer not in (0, network.NO_MEMORY)
    assert b"vector" in library().failure()
    assert opened.value is None
