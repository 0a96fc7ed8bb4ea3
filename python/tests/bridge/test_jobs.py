from __future__ import annotations

import json
import socket
import sys
import threading
from collections.abc import Generator
from pathlib import Path
from typing import Any, NoReturn

import pytest

from adsam_bridge import events
from adsam_bridge.events import EventChannel
from adsam_bridge.jobs import Job, Jobs
from adversarial_sampling._protocol import Message, Nothing


class Answer(Message):
    value: Any


class Listener:
    """The other end of a channel."""

    def __init__(self, path: Path) -> None:
        self._server = socket.socket(socket.AF_UNIX)
        self._server.bind(str(path))
        self._server.listen()
        self.jobs = Jobs(EventChannel(str(path)), lambda: None)
        self._connection, _ = self._server.accept()
        self._connection.settimeout(30)
        self._lines = self._connection.makefile("r", encoding="utf-8")

    def hear(self) -> dict[str, Any]:
        return json.loads(self._lines.readline())

    def close(self) -> None:
        for end in (self._lines, self._connection, self._server):
            end.close()


@pytest.fixture
def listener(tmp_path: Path) -> Generator[Listener]:
    made = Listener(tmp_path / "events.sock")
    yield made
    made.close()


class MuteError(Exception):
    def __str__(self) -> NoReturn:
        raise RuntimeError("no words")


def _mute(_job: Job) -> NoReturn:
    raise MuteError


def _surrogate(_job: Job) -> NoReturn:
    raise ValueError("\ud800")


def _leave(_job: Job) -> NoReturn:
    sys.exit(3)


def _unwritable(_job: Job) -> Answer:
    return Answer(value="\ud800")


def _opaque(_job: Job) -> Answer:
    return Answer(value=object())


def _endless(_job: Job) -> NoReturn:
    _endless(_job)


@pytest.mark.parametrize("work", [_mute, _surrogate, _leave, _unwritable, _opaque, _endless])
def test_a_job_that_fails_in_whatever_way_says_so_and_the_next_works(
    listener: Listener, work: Any
) -> None:
    listener.jobs.start(1, work)
    listener.jobs.start(2, lambda _: Nothing())
    assert listener.hear()["kind"] == "error"
    assert listener.hear() == {"kind": "done", "job": 2, "answer": {}}


def test_an_answer_longer_than_the_other_side_can_read_is_refused(
    listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "LONGEST_EVENT", 1000)
    listener.jobs.start(1, lambda _: Answer(value="a" * 1000))
    error = listener.hear()["error"]
    assert error["code"] == "data"
    assert error["message"].startswith("expected an answer of up to 1000 bytes, got 10")


def test_a_job_that_is_abandoned_before_it_began_ends_whatever_runs_then(
    listener: Listener,
) -> None:
    begun = threading.Event()
    go_on = threading.Event()

    def hold(_job: Job) -> Nothing:
        begun.set()
        go_on.wait(30)
        return Nothing()

    listener.jobs.start(1, hold)
    listener.jobs.start(2, lambda job: Answer(value=job.cancelled()))
    listener.jobs.start(3, lambda job: Answer(value=job.cancelled()))
    begun.wait(30)
    listener.jobs.cancel([2, 4], abandoned=True)
    listener.jobs.cancel([3], abandoned=False)
    assert listener.hear() == {"kind": "cancelled", "job": 2}
    go_on.set()
    assert listener.hear()["job"] == 1
    assert listener.hear() == {"kind": "done", "job": 3, "answer": {"value": True}}
