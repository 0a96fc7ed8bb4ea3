"""A thread that waits for a function of TypeScript's, and what reaches it there."""

from __future__ import annotations

import ctypes
import queue
import threading
import time
from collections.abc import Callable
from contextlib import suppress

from adversarial_sampling._protocol import AnswerRequest
from adversarial_sampling.errors import AdversarialSamplingError

from .errors import stays_here
from .forks import is_fork
from .job import Job, Work

Tidying = Callable[[], None]
"""Work whose end nobody is told."""


class Interrupted(BaseException):
    """Whoever waited for this work has given it up."""


class Question:
    """A function of TypeScript's is at work, and a thread here waits for what it answers."""

    def __init__(self, job: Job | None) -> None:
        self.job = job
        self.raised: list[BaseException] = []
        self.inbox: queue.SimpleQueue[AnswerRequest | tuple[Job, Work] | Tidying | None] = (
            queue.SimpleQueue()
        )


def check_answerable(job: Job | None) -> None:
    """Raises an error where a question, of this job or of none, would get no answer."""
    if is_fork():
        raise stays_here()
    if threading.current_thread() is threading.main_thread():
        # It takes the answers: an object's finaliser may run there.
        raise RuntimeError("the main thread cannot call a function of TypeScript's")
    if job is not None and job.blocking:
        raise AdversarialSamplingError(
            "a function of TypeScript's cannot be called while TypeScript blocks for an answer",
            suggestion="ask for it with await instead of synchronously",
        )


def interrupt(thread: int) -> None:
    """Raises ``Interrupted`` in another thread, once that runs Python's code.

    It is on its way from when that thread next waits for the others. Until it arrives these must
    not look for it: code of theirs that is traced or profiled would stand still (3.11).
    """
    _send_interruption(thread)
    take_interruption()


def take_interruption() -> None:
    """Has one that is on its way to this thread arrive here, and nowhere else.

    Python can be told to forget it, but looks for it ever after (3.11), and code that is traced or
    profiled then stands still.
    """
    with suppress(Interrupted):
        _send_interruption(threading.get_ident())  # there is one at most
        while True:
            time.sleep(0)


def _send_interruption(thread: int) -> None:
    ctypes.pythonapi.PyThreadState_SetAsyncExc(
        ctypes.c_ulong(thread), ctypes.py_object(Interrupted)
    )
