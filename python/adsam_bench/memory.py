"""The most memory that was in use since a moment, above what was in use then."""

from __future__ import annotations

import resource
import sys
from contextlib import suppress
from pathlib import Path

import torch

STATUS = Path("/proc/self/status")


class PeakMemory:
    """Of the tensors on a GPU; of the whole process on the CPU."""

    def __init__(self, device: torch.device) -> None:
        self._device = device
        self._before = 0

    def restart(self) -> None:
        """Counts from here."""
        if self._device.type == "cuda":
            torch.cuda.reset_peak_memory_stats(self._device)
            self._before = torch.cuda.memory_allocated(self._device)
            return
        with suppress(OSError):  # Linux, where it is allowed: the peak so far is forgotten
            Path("/proc/self/clear_refs").write_text("5")
        self._before = _resident_peak()

    def peak(self) -> int:
        """Bytes."""
        if self._device.type == "cuda":
            return torch.cuda.max_memory_allocated(self._device) - self._before
        return _resident_peak() - self._before


def _resident_peak() -> int:
    # On Linux a process inherits ru_maxrss from the one that started it: not so VmHWM.
    with suppress(OSError):
        for line in STATUS.read_text().splitlines():
            if line.startswith("VmHWM"):
                return int(line.split()[1]) * 1024
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
