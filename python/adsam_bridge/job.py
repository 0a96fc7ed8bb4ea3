"""One piece of work, as seen from inside it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Literal

from adversarial_sampling._protocol import (
    FitEvent,
    Message,
    OutputEvent,
    ProgressEvent,
    StepEvent,
)

from .events import EventChannel


class Job:
    """One piece of work, as seen from inside it."""

    def __init__(
        self, number: int, channel: EventChannel, *, interruptible: bool, blocking: bool = False
    ) -> None:
        self.number = number
        self.blocking = blocking
        """TypeScript does nothing else meanwhile: it cannot answer, nor give it up."""
        self.abandoned = False
        self.interruptible = interruptible
        self.interrupted = False
        self.lost = False
        self.ended = threading.Event()
        self.thread: int | None = None
        self._channel = channel
        self._cancelled = threading.Event()
        self._begun = False
        self._lock = threading.Lock()

    def begin(self) -> bool:
        """Whether it is to begin; one that was withdrawn is not."""
        with self._lock:
            self._begun = not self.ended.is_set()
            return self._begun

    def withdraw(self) -> bool:
        """Ends it if it has not begun; whether that is so."""
        with self._lock:
            if not self._begun:
                self.ended.set()
            return not self._begun

    def cancel(self, *, abandoned: bool) -> None:
        """Asks it to stop; nobody waits for what an abandoned one gives."""
        self.abandoned = abandoned
        self._cancelled.set()

    def cancelled(self) -> bool:
        """Whether it was asked to stop."""
        return self._cancelled.is_set()

    def progress(self, event: FitEvent) -> None:
        """Tells how it goes."""
        self._channel.send(
            ProgressEvent(job=self.number, event=event), droppable=isinstance(event, StepEvent)
        )

    def output(self, stream: Literal["stdout", "stderr"], line: str) -> None:
        """Tells a line that was printed."""
        self._channel.send(OutputEvent(job=self.number, stream=stream, line=line))


Work = Callable[[Job], Message]
