"""The job `ask`: an operation on what lives here, its arguments and its outcome as values."""

from __future__ import annotations

import json
from collections.abc import Generator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from typing import Any

from adsam_bridge.bundle import unpack
from adsam_bridge.forks import end_if_fork
from adsam_bridge.job import Job
from adsam_bridge.programs import program_in
from adsam_bridge.session import Session
from adversarial_sampling import _protocol as protocol

from .changes import changed
from .containers import Containers
from .incoming import Incoming
from .leaves import Wire
from .operations import OPERATIONS, finished
from .outgoing import Outgoing, text_of
from .output import Lines
from .records import Source, fields_in


def ask(session: Session, request: protocol.AskRequest, job: Job) -> protocol.AskAnswer:
    """What comes of an operation, and which of its arguments it has changed in place."""
    surroundings = _told(job) if request.output else None
    program = program_in(request.program, session.device)
    with program.running(surroundings, rest=True) as folder:
        tensors = {
            name: tensor.to(session.device) for name, tensor in unpack(request.tensors).items()
        }
        incoming = Incoming(tensors, session.objects, program, session.callbacks)
        values, named = json.loads(request.values)
        values = [incoming.value(value) for value in values]
        named = {name: incoming.value(value) for name, value in named.items()}
        containers = Containers(incoming.containers)
        result = finished(OPERATIONS[request.operation](folder, *values, **named))
        end_if_fork()  # before it touches tensors, which need threads that it lacks
        outgoing = Outgoing(session.objects, program)
        with outgoing.withdrawing(lambda: job.abandoned):
            value = text_of(_wire(outgoing, request, result))
            held = containers.changed(outgoing, incoming.given)
        for number, record in incoming.sources.items():
            session.objects.replace(number, Source(record, fields_in(record)))
    if incoming.given:
        now = changed(incoming.given, unpack(request.tensors))
        outgoing.tensors |= {f"changed/{name}": tensor for name, tensor in now.items()}
    return protocol.AskAnswer(
        value=value,
        changed=text_of(held) if held else None,
        tensors=session.pack(outgoing.tensors),
    )


def _wire(outgoing: Outgoing, request: protocol.AskRequest, result: Any) -> Wire:
    if not request.keep or result is None:
        return outgoing.wire(result)
    if request.operation == "next":  # a list of values, each of which is kept
        return [outgoing.handle(value) for value in result]
    return outgoing.handle(result)


@contextmanager
def _told(job: Job) -> Generator[None]:
    """What is printed meanwhile is told by the job, line by line."""
    out, err = Lines("stdout", job.output), Lines("stderr", job.output)
    with redirect_stdout(out), redirect_stderr(err):
        try:
            yield
        finally:
            out.end()
            err.end()
