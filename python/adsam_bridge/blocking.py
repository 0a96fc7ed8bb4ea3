"""Work that TypeScript blocks for: the first thread that has time does it."""

from __future__ import annotations

import queue
from collections.abc import Callable
from contextlib import suppress


class Blocking:
    """The work that waits."""

    def __init__(self) -> None:
        self._waiting: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()

    def put(self, work: Callable[[], str]) -> queue.SimpleQueue[str]:
        """Where the outcome of work is going to be."""
        outcome: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._waiting.put(lambda: outcome.put(work()))
        return outcome

    def do_all(self) -> None:
        """Does what waits, if another has not done it."""
        with suppress(queue.Empty):
            while True:
                self._waiting.get_nowait()()
