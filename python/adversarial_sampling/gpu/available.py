"""Whether the kernels can be had for a model."""

from __future__ import annotations

from importlib.util import find_spec

from ..layers import Kernels
from ..models import Network


def reason_against(model: Network) -> str | None:
    """Why they cannot run it, in words; None where they can."""
    if model.device.type != "cuda":
        return f"the kernels in Triton are for GPUs, not for {model.device}"
    if model.spec.dtype == "float64":
        return "the kernels in Triton add up in float32, and the model is in float64"
    if find_spec("triton") is None:
        return "triton, which torch for CUDA brings along on Linux, is not installed"
    return None


def native_kernels() -> Kernels:
    """To be asked for where there is no reason against: it imports Triton."""
    from .operations import GpuKernels  # noqa: PLC0415 - only where there is a GPU

    return GpuKernels()
