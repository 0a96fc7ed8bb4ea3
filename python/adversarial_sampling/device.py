"""Where models live."""

from __future__ import annotations

import platform
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

import torch

from .errors import AdversarialSamplingError


def resolve_device(name: torch.device | str) -> torch.device:
    """``auto`` (CUDA where there is one), ``cpu``, ``cuda`` or ``cuda:<n>``.

    Raises:
        AdversarialSamplingError: ``usage`` for another name, ``environment`` when it is not there.
    """
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    try:
        device = torch.device(name)
    except RuntimeError as error:
        raise AdversarialSamplingError(
            f"expected a device 'auto', 'cpu', 'cuda' or 'cuda:<n>', got {name!r}"
        ) from error
    if device.type not in ("cpu", "cuda"):
        raise AdversarialSamplingError(
            f"expected a device 'auto', 'cpu', 'cuda' or 'cuda:<n>', got {name!r}"
        )
    if device.type == "cuda" and (device.index or 0) >= torch.cuda.device_count():
        raise AdversarialSamplingError(
            f"there is no device {device}: torch {torch.__version__} sees "
            f"{torch.cuda.device_count()} CUDA devices",
            code="environment",
            suggestion="use the device 'cpu', or install a torch that was built for your GPU",
        )
    return device


def device_name(device: torch.device) -> str:
    """What the maker calls it."""
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    return processor_name() or platform.machine()


@contextmanager
def multiplying(*, tf32: bool) -> Generator[None]:
    """On NVIDIA GPUs, products of float32 inside it are rounded to TF32 first, or are not."""
    backends = torch.backends
    before = backends.cuda.matmul.allow_tf32, backends.cudnn.allow_tf32
    backends.cuda.matmul.allow_tf32 = backends.cudnn.allow_tf32 = tf32
    try:
        yield
    finally:
        backends.cuda.matmul.allow_tf32, backends.cudnn.allow_tf32 = before


def processor_name() -> str:
    """What its maker calls it; empty where nobody says."""
    # On Linux, platform.processor() knows the architecture at the most.
    with suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor()
