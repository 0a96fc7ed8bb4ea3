"""Long work: one thread does it, in turn, so that the main thread stays free to take a cancel."""

from __future__ import annotations

import itertools
import queue
import threading
from collections.abc import Callable, Iterable

from adversarial_sampling._protocol import (
    AnswerRequest,
    Bundle,
    CancelledEvent,
    DoneEvent,
    ErrorEvent,
    ForgottenEvent,
    QuestionEvent,
)
from adversarial_sampling.errors import Cancelled

from . import guard
from .blocking import Blocking
from .errors import describe
from .events import EventChannel
from .job import Job, Work
from .question import Interrupted, Question, Tidying, check_answerable, interrupt, take_interruption

PATIENCE_SECONDS = 0.4
"""How long interrupted code of the user's may take to end; then its thread is given up."""
INSISTENCE_SECONDS = 30
"""How long a thread that was given up is interrupted again and again."""
INTERVAL_SECONDS = 0.05


class Jobs:
    """A queue of jobs and the thread that works through it.

    One thread for all of them: models are not shared between threads, and OpenMP keeps its pool.
    A thread whose job was given up and does not end is left to itself, and another one goes on.
    """

    def __init__(self, channel: EventChannel, on_lost: Callable[[], None]) -> None:
        self._channel = channel
        self._on_lost = on_lost
        self._waiting: queue.SimpleQueue[tuple[Job, Work] | Tidying] = queue.SimpleQueue()
        self._blocking = Blocking()
        self._unfinished: dict[int, Job] = {}
        self._questions: dict[int, Question] = {}
        self._told: dict[int, Callable[[], None]] = {}
        self._asked = itertools.count(1)
        self._running = threading.local()
        self._lock = threading.Lock()
        guard.start(self._run)

    def start(
        self, number: int, work: Work, *, interruptible: bool = False, within: int | None = None
    ) -> None:
        """Puts work in line; its answer is sent as an event under this number.

        Args:
            number: of the job.
            work: what is to be done.
            interruptible: it may be broken off anywhere, as code of the user's is.
            within: the question whose answer waits for this work: its thread does it meanwhile.
        """
        job = Job(number, self._channel, interruptible=interruptible)
        self._unfinished[number] = job
        question = None if within is None else self._questions.get(within)
        (self._waiting if question is None else question.inbox).put((job, work))

    def block(self, work: Callable[[Job], str]) -> str:
        """What comes of work that TypeScript blocks for, and which cannot fail.

        The thread does it in its turn, or as soon as it waits for a function of TypeScript's.
        """

        def do() -> str:
            outer: Job | None = getattr(self._running, "job", None)
            job = self._running.job = Job(0, self._channel, interruptible=False, blocking=True)
            outcome = work(job)
            self._running.job = outer
            return outcome

        outcome = self._blocking.put(do)
        self._waiting.put(self._blocking.do_all)
        for question in list(self._questions.values()):
            question.inbox.put(self._blocking.do_all)
        return outcome.get()

    def tidy(self, work: Callable[[], None]) -> None:
        """Has the thread do something in its turn that nobody waits for, and that cannot fail."""
        self._waiting.put(work)

    def cancel(self, numbers: Iterable[int], *, abandoned: bool) -> None:
        """Asks jobs to stop, where they have not ended meanwhile.

        Abandoned ones that have not begun end here, whatever runs now.
        """
        for job in filter(None, map(self._unfinished.get, numbers)):
            job.cancel(abandoned=abandoned)
            if abandoned and job.withdraw():
                self._end_cancelled(job)
            elif abandoned and job.interruptible:
                guard.start(self._interrupt, job)

    def ask(self, callback: int, values: str, tensors: Bundle) -> AnswerRequest:
        """Has TypeScript call a function, and does meanwhile what the function asks for.

        Raises:
            Interrupted: when the job that asks is given up.
            BaseException: one that work done meanwhile raised, and the function let pass.
        """
        job: Job | None = getattr(self._running, "job", None)
        check_answerable(job)
        number = next(self._asked)
        question = self._questions[number] = Question(job)
        try:
            self._send_question(number, callback, values, tensors)
            self._blocking.do_all()  # what was asked before there was this question
            while True:
                message = question.inbox.get()
                if message is None:
                    raise Interrupted
                if callable(message):
                    message()
                    continue
                if isinstance(message, AnswerRequest):
                    if message.thrown is not None and message.thrown.raised is not None:
                        raise question.raised[message.thrown.raised]
                    return message
                self._do(*message, question)
        finally:
            del self._questions[number]
            self._requeue(question)

    def tell(
        self, callback: int, values: str, tensors: Bundle, on_answer: Tidying | None = None
    ) -> None:
        """Has TypeScript call a function whose answer nobody waits for; ``on_answer`` is told."""
        number = next(self._asked)
        if on_answer is not None:
            self._told[number] = on_answer
        self._send_question(number, callback, values, tensors)

    def answer(self, message: AnswerRequest) -> None:
        """Takes what a function answered; nobody may be waiting for it any more."""
        question = self._questions.get(message.question)
        if question is not None:
            question.inbox.put(message)
        if message.question in self._told:
            self._told.pop(message.question)()

    def forget(self, event: ForgottenEvent) -> None:
        """Tells TypeScript that nobody here can call a function any more."""
        self._channel.send(event, urgent=True)

    def _send_question(self, number: int, callback: int, values: str, tensors: Bundle) -> None:
        event = QuestionEvent(question=number, callback=callback, values=values, tensors=tensors)
        self._channel.send(event, urgent=True)

    def _run(self) -> None:
        while True:
            message = self._waiting.get()
            if not isinstance(message, tuple):
                message()
                continue
            job, work = message
            self._do(job, work)
            if job.lost:
                return

    def _requeue(self, question: Question) -> None:
        """Work that came for a question after its answer is done in its turn."""
        while not question.inbox.empty():
            message = question.inbox.get()
            if isinstance(message, tuple):
                self._waiting.put(message)

    def _do(self, job: Job, work: Work, question: Question | None = None) -> None:
        """Works and tells the end: whatever happens, the other side waits for it."""
        if not job.begin():
            return
        outer: Job | None = getattr(self._running, "job", None)
        self._running.job = job
        event: DoneEvent | ErrorEvent | CancelledEvent | None = None
        while event is None or not job.ended.is_set():
            try:
                job.thread = threading.get_ident()
                event = event or self._end_of(job, work, question)
                self._leave(job)
            except Interrupted:  # noqa: PERF203 - it came when the work had ended
                event = CancelledEvent(job=job.number)
        self._running.job = outer
        if job.lost:
            return
        del self._unfinished[job.number]
        try:
            self._channel.send(event, urgent=True)
        except BaseException as error:  # noqa: BLE001 - an answer that JSON cannot hold
            self._channel.send(ErrorEvent(job=job.number, error=describe(error)), urgent=True)

    def _end_of(
        self, job: Job, work: Work, question: Question | None
    ) -> DoneEvent | ErrorEvent | CancelledEvent:
        try:
            if not job.abandoned:
                return DoneEvent(job=job.number, answer=work(job))
        except (Cancelled, Interrupted):
            pass
        except BaseException as error:  # noqa: BLE001 - of any kind
            if question is None:
                return ErrorEvent(job=job.number, error=describe(error))
            question.raised.append(error)
            raised = len(question.raised) - 1
            return ErrorEvent(job=job.number, error=describe(error, raised))
        return CancelledEvent(job=job.number)

    def _leave(self, job: Job) -> None:
        """From here on nobody interrupts its thread, which may have other work."""
        with self._lock:
            thread, job.thread = job.thread, None
            if thread is not None and job.interrupted:
                take_interruption()
            job.ended.set()

    def _interrupt(self, job: Job) -> None:
        """Breaks off a job that runs, and goes on without its thread when that does not help."""
        for attempt in range(round(INSISTENCE_SECONDS / INTERVAL_SECONDS)):
            with self._lock:
                thread = job.thread
                if thread is None:  # it has not begun, or has ended
                    return
                job.interrupted = True
                interrupt(thread)
                for question in list(self._questions.values()):
                    if question.job is job:
                        question.inbox.put(None)
            if job.ended.wait(INTERVAL_SECONDS):
                return
            if attempt == round(PATIENCE_SECONDS / INTERVAL_SECONDS):
                self._lose(job)

    def _lose(self, job: Job) -> None:
        with self._lock:
            if job.thread is None:
                return
            lost = [other for other in self._unfinished.values() if other.thread == job.thread]
            for other in lost:
                other.lost = True
        self._on_lost()
        for other in lost:
            self._end_cancelled(other)
        guard.start(self._run)

    def _end_cancelled(self, job: Job) -> None:
        del self._unfinished[job.number]
        self._channel.send(CancelledEvent(job=job.number))
