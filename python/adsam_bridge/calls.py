"""What a session answers at once, and how it takes its jobs."""

from __future__ import annotations

import os
import platform
from functools import partial
from typing import Any

import torch

import adversarial_sampling
from adversarial_sampling import _protocol as protocol
from adversarial_sampling.device import device_name
from adversarial_sampling.errors import AdversarialSamplingError

from . import guard, side_door
from .endpoints import JOBS
from .interop.ask import ask
from .job import Job
from .programs import leave_resting
from .reply import reply
from .session import Session

_session: Session | None = None
_jobs = JOBS


INTERRUPTIBLE = frozenset({"ask", "call", "contract"})
"""Jobs that run the user's code, which may be broken off anywhere."""


def handle(method: str, request: Any, job: int | None, within: int | None) -> protocol.Message:
    """Answers a call at once, and a job with nothing: its answer comes as its last event."""
    if method in protocol.CALL_REQUESTS:
        return getattr(CALLS, method)(protocol.CALL_REQUESTS[method].model_validate(request))
    if method not in protocol.JOB_REQUESTS or job is None:
        raise AdversarialSamplingError(f"expected a method of the protocol, got {method!r}")
    endpoint = getattr(_jobs, method)
    message = protocol.JOB_REQUESTS[method].model_validate(request)
    session = _current()

    def work(running: Job) -> protocol.Message:
        if method not in INTERRUPTIBLE:
            leave_resting()
        return endpoint(session, message, running)

    session.jobs.start(
        job,
        work,
        interruptible=method in INTERRUPTIBLE,
        within=within,
    )
    return protocol.Nothing()


def _current() -> Session:
    if _session is None:
        raise AdversarialSamplingError("expected `hello` before anything else")
    return _session


def hello(request: protocol.HelloRequest) -> protocol.HelloAnswer:
    """Begins the session: checks the protocol, takes the device."""
    global _session, _jobs  # noqa: PLW0603 - a process is a session
    if request.protocol != protocol.PROTOCOL_VERSION:
        raise AdversarialSamplingError(
            f"expected protocol {protocol.PROTOCOL_VERSION}, got {request.protocol}",
            code="environment",
            suggestion="install the npm package and its Python package in the same version",
        )
    if request.checkout is not None:
        from adsam_reference.endpoints import jobs_of  # noqa: PLC0415 - most sessions want none

        _jobs = jobs_of(request.checkout)
    _session = Session(request.device, guard.folders)
    return protocol.HelloAnswer(
        protocol=protocol.PROTOCOL_VERSION,
        package=adversarial_sampling.__version__,
        python=platform.python_version(),
        torch=torch.__version__,
        device=str(_session.device),
        device_name=device_name(_session.device),
        threads=torch.get_num_threads(),
        pid=os.getpid(),
    )


def ping(_request: protocol.PingRequest) -> protocol.Nothing:
    """Does nothing."""
    return protocol.Nothing()


def cancel(request: protocol.CancelRequest) -> protocol.Nothing:
    """Asks jobs to stop."""
    _current().jobs.cancel(request.jobs, abandoned=request.abandoned)
    return protocol.Nothing()


def release(request: protocol.ReleaseRequest) -> protocol.Nothing:
    """Forgets objects that nobody has a handle for any more."""
    session = _current()
    # What they held is freed by the thread that made it, whose next objects take its place.
    session.jobs.tidy(lambda: session.objects.release(request.handles))
    return protocol.Nothing()


def answer(request: protocol.AnswerRequest) -> protocol.Nothing:
    """Takes what a function of TypeScript's answered."""
    _current().jobs.answer(request)
    return protocol.Nothing()


def pipes(_request: protocol.PipesRequest) -> protocol.PipesAnswer:
    """Lets TypeScript ask by pipes, which it can block for."""
    session = _current()
    requests, answers = side_door.open_in(session.folders[0], partial(_answer_blocking, session))
    return protocol.PipesAnswer(requests=requests, answers=answers)


def _answer_blocking(session: Session, text: str) -> str:
    def work(job: Job) -> str:
        return reply(lambda: ask(session, protocol.AskRequest.model_validate_json(text), job))

    return session.jobs.block(work)


CALLS = protocol.CallHandlers(
    hello=hello,
    ping=ping,
    cancel=cancel,
    release=release,
    answer=answer,
    pipes=pipes,
)
