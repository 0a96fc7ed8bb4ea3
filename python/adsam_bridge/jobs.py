"""Long work: one thread does it, in turn, so that the main thread stays free to take a cancel."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable

from adversarial_sampling._protocol import (
    CancelledEvent,
    DoneEvent,
    ErrorEvent,
    FitEvent,
    Message,
    ProgressEvent,
    StepEvent,
)
from adversarial_sampling.errors import Cancelled

from .errors import describe
from .events import EventChannel


class Job:
    """One piece of work, as seen from inside it."""

    def __init__(self, number: int, channel: EventChannel) -> None:
        self.number = number
        self._channel = channel
        self._cancelled = threading.Event()

    def cancel(self) -> None:
        """Asks it to stop."""
        self._cancelled.set()

    def cancelled(self) -> bool:
        """Whether it was asked to stop."""
        return self._cancelled.is_set()

    def progress(self, event: FitEvent) -> None:
        """Tells how it goes."""
        self._channel.send(
            ProgressEvent(job=self.number, event=event), droppable=isinstance(event, StepEvent)
        )


Work = Callable[[Job], Message]


class Jobs:
    """A queue of jobs and the thread that works through it.

    One thread for all of them: models are not shared between threads, and OpenMP keeps its pool.
    """

    def __init__(self, channel: EventChannel) -> None:
        self._channel = channel
        self._waiting: queue.Queue[tuple[Job, Work]] = queue.Queue()
        self._unfinished: dict[int, Job] = {}
        threading.Thread(target=self._run, daemon=True).start()

    def start(self, number: int, work: Work) -> None:
        """Puts work in line; its answer is sent as an event under this number."""
        job = Job(number, self._channel)
        self._unfinished[number] = job
        self._waiting.put((job, work))

    def cancel(self, number: int) -> None:
        """Asks a job to stop. One that has ended meanwhile is none of our business."""
        job = self._unfinished.get(number)
        if job is not None:
            job.cancel()

    def _run(self) -> None:
        while True:
            job, work = self._waiting.get()
            self._channel.send(_outcome(job, work), urgent=True)
            del self._unfinished[job.number]


def _outcome(job: Job, work: Work) -> Message:
    try:
        return DoneEvent(job=job.number, answer=work(job))
    except Cancelled:
        return CancelledEvent(job=job.number)
    except BaseException as error:  # noqa: BLE001 - whatever it is, the other side waits for an answer
        return ErrorEvent(job=job.number, error=describe(error))
