"""Parallel regions of other libraries on the threads of the kernels."""

from __future__ import annotations

import ctypes
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from adversarial_sampling.native import reason_not_shared
from adversarial_sampling.native.compile import library
from adversarial_sampling.native.network import reason_not_compiled

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or reason_not_compiled() is not None,
    reason=f"on Linux with a compiler: {reason_not_compiled()}",
)

Numbers = ctypes.Array[ctypes.c_int64]


def compiled(folder: Path, name: str, source: str) -> Path:
    """A library with regions of OpenMP."""
    target = folder / f"lib{name}.so"
    command = ["g++", "-x", "c++", "-O1", "-fopenmp", "-fPIC", "-shared", "-", "-o", str(target)]
    subprocess.run(command, input=source, text=True, check=True)  # noqa: S603
    return target


def reason_against(path: Path) -> str | None:
    share = library().share_threads
    share.restype = ctypes.c_char_p
    reason = share(f"/{path.name}".encode())
    return None if reason is None else reason.decode()


@pytest.fixture(scope="module")
def regions(tmp_path_factory: pytest.TempPathFactory) -> ctypes.CDLL:
    """``regions.cpp``, on the threads of the kernels."""
    source = Path(__file__).with_name("regions.cpp").read_text()
    path = compiled(tmp_path_factory.mktemp("regions"), "regions", source)
    loaded = ctypes.CDLL(str(path))
    assert reason_against(path) is None
    return loaded


def filled(count: int, call: Callable[[Numbers], object]) -> list[int]:
    numbers = (ctypes.c_int64 * count)()
    call(numbers)
    return list(numbers)


def test_those_of_torch_run_there() -> None:
    assert reason_not_shared() is None


def test_a_caller_does_what_nobody_has_begun(regions: ctypes.CDLL) -> None:
    torch.set_num_threads(2)  # of GNU's OpenMP, which torch loads
    caller = threading.get_native_id()
    for _ in range(1000):
        time.sleep(0.005)  # until the others sleep
        if filled(2, regions.members) == [caller] * 2:
            return
    pytest.fail("another thread was always waited for")


def test_members_that_wait_for_each_other_are_on_threads_of_the_pool(regions: ctypes.CDLL) -> None:
    threads = filled(4, lambda numbers: regions.members_together(ctypes.c_int64(4), numbers))
    others = set(threads) - {threading.get_native_id()}
    names = {Path(f"/proc/self/task/{thread}/comm").read_text().strip() for thread in others}
    assert len(others) == 3
    assert names == {"adsam-kernels"}


def test_many_callers_whose_members_wait_for_each_other(regions: ctypes.CDLL) -> None:
    def call() -> None:
        for _ in range(50):
            threads = filled(
                3, lambda numbers: regions.members_together(ctypes.c_int64(3), numbers)
            )
            distinct.append(len(set(threads)))

    distinct: list[int] = []
    callers = [threading.Thread(target=call) for _ in range(12)]  # more than the pool takes
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    assert distinct == [3] * 600


def test_every_iteration_of_a_loop_runs_once(regions: ctypes.CDLL) -> None:
    ran = filled(100, lambda numbers: regions.loops(ctypes.c_int64(100), numbers))
    assert ran == [101, 111] * 50


def test_ordered_parts_run_in_order(regions: ctypes.CDLL) -> None:
    order = filled(101, lambda numbers: regions.in_order(ctypes.c_int64(101), numbers))
    assert order == list(range(101))


def test_each_section_and_what_is_single_runs_once(regions: ctypes.CDLL) -> None:
    assert filled(3, regions.sections) == [50, 50, 50]


def test_a_region_inside_a_region_has_one_member(regions: ctypes.CDLL) -> None:
    assert filled(4, regions.nested) == [2, 11, 2, 11]


def test_a_library_that_is_not_understood_is_left_alone(tmp_path: Path) -> None:
    task = 'extern "C" void call() {\n#pragma omp task\n    asm("");\n}'
    tasks, plain = compiled(tmp_path, "tasks", task), compiled(tmp_path, "plain", "int none;")
    assert reason_against(tasks) == "/libtasks.so is not loaded"
    for path in (tasks, plain):
        ctypes.CDLL(str(path))
    assert reason_against(tasks) == "/libtasks.so uses GOMP_task, which is not known here"
    assert reason_against(plain) == "/libplain.so does not use GNU's OpenMP"
