"""How much of a program's time may go by while something else is at work beside it."""

from __future__ import annotations

import threading
import time
from collections.abc import Generator
from contextlib import contextmanager


class TimeBudget:
    """Counts the time in which anything is at work, whether one thing or several at once.

    A program that stood still meanwhile would take longer by that time and no more: so this bounds
    what work beside it costs, on however few cores.
    """

    def __init__(self, part: float) -> None:
        """Nothing has been at work yet.

        Args:
            part: of all time since ``starts``, from 0 to 1; 1 is no limit.
        """
        self._part = part
        self._lock = threading.Lock()
        self._began: float | None = None
        self._working = 0
        self._since = 0.0
        self._worked = 0.0
        self._admitted = 0

    def starts(self) -> None:
        """The program's time begins to count; a second time does nothing."""
        if self._began is None:
            self._began = time.monotonic()

    def admits(self) -> bool:
        """Whether one more, of what one took so far, would leave the work within the budget."""
        now = time.monotonic()
        began = now if self._began is None else self._began
        with self._lock:
            going_on = now - self._since if self._working > 0 else 0.0
            worked = self._worked + going_on
            one_more = worked / self._admitted if self._admitted > 0 else 0.0
            admitted = worked + one_more <= self._part * (now - began + one_more)
            self._admitted += admitted
            return admitted

    @contextmanager
    def at_work(self) -> Generator[None]:
        """What is done inside is such work."""
        self.enter()
        try:
            yield
        finally:
            self.leave()

    def enter(self) -> None:
        """Something begins to work."""
        with self._lock:
            if self._working == 0:
                self._since = time.monotonic()
            self._working += 1

    def leave(self) -> None:
        """It has ended."""
        with self._lock:
            self._working -= 1
            if self._working == 0:
                self._worked += time.monotonic() - self._since
