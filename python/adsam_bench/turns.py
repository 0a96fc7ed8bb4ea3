"""A contender's end of taking turns."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from time import perf_counter
from typing import TextIO

import torch

from .memory import PeakMemory


class Turns:
    """Told how many calls to make, and tells how long they took and what memory was needed.

    It is asked before each call whether to stop, as ``fit`` asks its ``should_stop``: that is where
    it waits for the next turn, so that a training run stands still between two of its steps.
    """

    def __init__(self, device: torch.device, answers: TextIO) -> None:
        self.device = device
        self._answers = answers
        self._memory = PeakMemory(device)
        self._left = 0
        self._began = 0.0

    def ready(self, versions: Mapping[str, str] | None = None) -> None:
        """Says so; memory counts from here. To be called before what the work allocates.

        Args:
            versions: of what takes part beside torch, by name.
        """
        self._memory.restart()
        self.say({"ready": {"versions": {"torch": torch.__version__, **(versions or {})}}})

    def __call__(self) -> bool:
        """Whether it is over; to be asked before each call."""
        if self._left > 0:
            self._left -= 1
            if self._left > 0:
                return False
            self._synchronize()
            seconds = perf_counter() - self._began
            self.say({"seconds": seconds, "peakBytes": self._memory.peak()})
        line = sys.stdin.readline()
        if not line:
            return True
        self._left = int(line)
        self._synchronize()
        self._began = perf_counter()
        return False

    def take(self, call: Callable[[], object]) -> None:
        """Calls as often as it is told to, to the end."""
        while not self():
            call()

    def say(self, message: Mapping[str, object]) -> None:
        """One line."""
        self._answers.write(json.dumps(message) + "\n")
        self._answers.flush()

    def _synchronize(self) -> None:
        if self.device.type == "cuda":
            torch.cuda.synchronize(self.device)
