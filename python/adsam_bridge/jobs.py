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
        self.abandoned = False
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

    def cancel(self, number: int, *, abandoned: bool) -> None:
        """Asks a job to stop. One that has ended meanwhile is none of our business."""
        job = self._unfinished.get(number)
        if job is not None:
            job.cancel(abandoned=abandoned)

    def _run(self) -> None:
        while True:
            job, work = self._waiting.get()
            self._do(job, work)
            del self._unfinished[job.number]

    def _do(self, job: Job, work: Work) -> None:
        """Works and tells the end: whatever happens, the other side waits for it."""
        cancelled = CancelledEvent(job=job.number)
        try:
            end = cancelled if job.abandoned else DoneEvent(job=job.number, answer=work(job))
            self._channel.send(end, urgent=True)  # which an answer that JSON cannot hold fails
        except Cancelled:
            self._channel.send(cancelled, urgent=True)
        except BaseException as error:  # noqa: BLE001 - of any kind
            self._channel.send(ErrorEvent(job=job.number, error=describe(error)), urgent=True)
