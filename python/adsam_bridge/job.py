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

    def cancel(self, *, abandoned: bool) -> None:
        """Asks it to stop; an abandoned one that has not begun is never to begin."""
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
