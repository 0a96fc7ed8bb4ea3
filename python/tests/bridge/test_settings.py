"""Settings of a called program, which are in force while it runs and for nobody else."""

from __future__ import annotations

import gc
import os
import sys
import warnings
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
import torch

from adsam_bridge.settings import Settings


def _warn_always() -> None:
    warnings.simplefilter("always")


CHANGES: dict[str, tuple[Callable[[], object], Callable[[], object]]] = {
    "threads": (torch.get_num_threads, lambda: torch.set_num_threads(3)),
    "grad mode": (torch.is_grad_enabled, lambda: torch.set_grad_enabled(False)),
    "default dtype": (torch.get_default_dtype, lambda: torch.set_default_dtype(torch.float64)),
    "default device": (torch.get_default_device, lambda: torch.set_default_device("meta")),
    "deterministic algorithms": (
        torch.get_deterministic_debug_mode,
        lambda: torch.use_deterministic_algorithms(True, warn_only=True),
    ),
    "anomaly detection": (
        torch.is_anomaly_enabled,
        lambda: torch.autograd.set_detect_anomaly(True),
    ),
    "autocast": (
        lambda: torch.is_autocast_enabled("cpu"),
        lambda: torch.set_autocast_enabled("cpu", True),
    ),
    "denormals": (
        lambda: (torch.tensor(2.0**-1070, dtype=torch.float64, device="cpu") * 1).item() > 0,
        lambda: torch.set_flush_denormal(True),
    ),
    "cudnn": (
        lambda: torch.backends.cudnn.benchmark,
        lambda: setattr(torch.backends.cudnn, "benchmark", True),
    ),
    "precision": (
        torch.get_float32_matmul_precision,
        lambda: torch.set_float32_matmul_precision("medium"),
    ),
    "precision, the newer way": (
        lambda: torch.backends.fp32_precision,
        lambda: setattr(torch.backends, "fp32_precision", "tf32"),
    ),
    "warnings": (lambda: list(warnings.filters), _warn_always),
    "garbage collection": (gc.isenabled, gc.disable),
    "working directory": (os.getcwd, lambda: os.chdir("/")),
    "standard output": (lambda: sys.stdout, lambda: setattr(sys, "stdout", sys.__stdout__)),
    "recursion limit": (sys.getrecursionlimit, lambda: sys.setrecursionlimit(2345)),
}


@pytest.mark.parametrize("what", CHANGES)
def test_what_a_program_sets_is_its_own(what: str) -> None:
    if what.endswith("newer way") and not hasattr(torch.backends, "fp32_precision"):
        pytest.skip("torch has had it since 2.9")
    read, change = CHANGES[what]
    before = read()
    settings = Settings()
    with settings.in_force():
        change()
        changed = read()
        assert changed != before
    assert read() == before
    with settings.in_force():
        assert read() == changed
    assert read() == before


def test_another_programs_settings_are_not_seen() -> None:
    with Settings().in_force():
        torch.set_default_dtype(torch.float64)
    with Settings().in_force():
        assert torch.get_default_dtype() == torch.float32


def test_they_are_restored_after_an_exception(tmp_path: Path) -> None:
    before = os.getcwd()  # noqa: PTH109
    with suppress(ZeroDivisionError), Settings().in_force():
        os.chdir(tmp_path)
        torch.set_grad_enabled(False)
        raise ZeroDivisionError
    assert (os.getcwd(), torch.is_grad_enabled()) == (before, True)  # noqa: PTH109


def test_precision_set_both_ways_leaves_torch_able_to_say_it() -> None:
    with Settings().in_force():
        torch.set_float32_matmul_precision("high")
        if hasattr(torch.backends, "fp32_precision"):
            torch.backends.cuda.matmul.fp32_precision = "tf32"
    assert torch.get_float32_matmul_precision() == "highest"
    assert not torch.backends.cuda.matmul.allow_tf32
