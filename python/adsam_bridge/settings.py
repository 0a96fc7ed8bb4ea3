"""What code of anybody's may set for the whole process: torch's modes, and some of Python's own.

The generators of random numbers are not among them: nothing of the package draws from the global
ones.
"""

from __future__ import annotations

import gc
import os
import sys
import warnings
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any, NamedTuple

import torch


class _Setting(NamedTuple):
    read: Callable[[], Any]
    write: Callable[[Any], object]


def _attribute(owner: object, name: str) -> _Setting:
    def write(value: Any) -> None:
        setattr(owner, name, value)

    return _Setting(lambda: getattr(owner, name), write)


def _legacy(setting: _Setting) -> _Setting:
    """Torch cannot say what it is once the newer way has been used; None then, which is not set."""

    def read() -> Any:
        try:
            return setting.read()
        except RuntimeError:
            return None

    def write(value: Any) -> None:
        if value is not None:
            setting.write(value)

    return _Setting(read, write)


def _default_device() -> torch.device | None:
    device = torch.get_default_device()
    return None if device.type == "cpu" else device


def _anomalies() -> tuple[bool, bool]:
    return torch.is_anomaly_enabled(), torch.is_anomaly_check_nan_enabled()


def _detect_anomalies(modes: tuple[bool, bool]) -> None:
    torch.autograd.set_detect_anomaly(*modes)


def _flushes_denormals() -> bool:
    return (torch.tensor(2.0**-1070, dtype=torch.float64, device="cpu") * 1).item() == 0


def _collect_garbage(enabled: bool) -> None:
    if enabled:
        gc.enable()
    else:
        gc.disable()


def _working_directory() -> str | None:
    try:
        return os.getcwd()  # noqa: PTH109 - as it is written, not a Path
    except FileNotFoundError:  # it was removed
        return None


def _change_directory(path: str | None) -> None:
    if path is not None:
        os.chdir(path)


def _autocast(device: str) -> _Setting:
    return _Setting(
        partial(torch.is_autocast_enabled, device), partial(torch.set_autocast_enabled, device)
    )


_backends = torch.backends
_precisions = (
    _backends,
    _backends.cuda.matmul,
    _backends.cudnn,
    getattr(_backends.cudnn, "conv", None),
    getattr(_backends.cudnn, "rnn", None),
    _backends.mkldnn,
    getattr(_backends.mkldnn, "matmul", None),
    getattr(_backends.mkldnn, "conv", None),
    getattr(_backends.mkldnn, "rnn", None),
)

_SETTINGS = (
    _Setting(torch.get_num_threads, torch.set_num_threads),
    _Setting(torch.is_grad_enabled, torch.set_grad_enabled),
    _Setting(torch.get_default_dtype, torch.set_default_dtype),
    _Setting(_default_device, torch.set_default_device),
    _Setting(torch.get_deterministic_debug_mode, torch.set_deterministic_debug_mode),
    _attribute(torch.utils.deterministic, "fill_uninitialized_memory"),
    _Setting(_anomalies, _detect_anomalies),
    _autocast("cpu"),
    _autocast("cuda"),
    _Setting(_flushes_denormals, torch.set_flush_denormal),
    _attribute(_backends.cudnn, "enabled"),
    _attribute(_backends.cudnn, "benchmark"),
    _attribute(_backends.cudnn, "deterministic"),
    _legacy(_Setting(torch.get_float32_matmul_precision, torch.set_float32_matmul_precision)),
    _legacy(_attribute(_backends.cuda.matmul, "allow_tf32")),
    _legacy(_attribute(_backends.cudnn, "allow_tf32")),
    *(_attribute(it, "fp32_precision") for it in _precisions if hasattr(it, "fp32_precision")),
    _attribute(sys, "stdout"),
    _attribute(sys, "stderr"),
    _Setting(sys.getrecursionlimit, sys.setrecursionlimit),
    _Setting(gc.isenabled, _collect_garbage),
    _Setting(_working_directory, _change_directory),
)
"""In the order in which they are restored: some of those of precision move ones that come later."""


class Settings:
    """Settings that a program makes, in force while it runs and kept until it runs again."""

    def __init__(self) -> None:
        self._values: tuple[object, ...] | None = None
        self._filters: Sequence[Any] = ()

    @contextmanager
    def in_force(self) -> Generator[None]:
        """As the program left them; afterwards they are as they were before."""
        outside = _read()
        with warnings.catch_warnings():
            if self._values is not None:
                warnings.filters = list(self._filters)
                _write(self._values)
            try:
                yield
            finally:
                self._values, self._filters = _read(), list(warnings.filters)
                _write(outside)


def _read() -> tuple[object, ...]:
    return tuple(setting.read() for setting in _SETTINGS)


def _write(values: tuple[object, ...]) -> None:
    for setting, value in zip(_SETTINGS, values, strict=True):
        if setting.read() != value:
            setting.write(value)
