"""The session's second channel: progress and answers of jobs, one JSON document a line."""

from __future__ import annotations

import socket
import threading
import time
from contextlib import suppress

from adversarial_sampling._protocol import Message
from adversarial_sampling.errors import AdversarialSamplingError

from . import guard
from .forks import is_fork

# One write for each millisecond step costs up to half the step: send together what comes within
# this time.
GATHER_SECONDS = 0.02
CAPACITY = 4096
# What Node can hold as one string is 512 MiB; bulk data has files to cross in.
LONGEST_EVENT = 1 << 28


class EventChannel:
    """Lines on their way to the other side, in the order in which they were sent.

    While the reader is slow, droppable events are dropped and the others wait.
    """

    def __init__(self, path: str) -> None:
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.connect(path)
        self._lines: list[bytes] = []
        self._gone = False
        self._sending = threading.Lock()
        lock = threading.Lock()
        self._some = threading.Condition(lock)
        self._room = threading.Condition(lock)
        for work in (self._send_gathered, self._await_end):
            guard.start(work)

    def send(self, event: Message, *, urgent: bool = False, droppable: bool = False) -> None:
        """`urgent` goes out at once, from this thread, with all that was sent before it.

        The event becomes text here, so that one which cannot fails its sender and no other.

        Raises:
            AdversarialSamplingError: ``data`` when it is longer than the other side can read.
            Exception: pydantic's when JSON cannot hold it.
        """
        if is_fork() or (droppable and len(self._lines) >= CAPACITY):
            return
        line = event.model_dump_json(by_alias=True).encode() + b"\n"
        if len(line) > LONGEST_EVENT:
            raise AdversarialSamplingError(
                f"expected an answer of up to {LONGEST_EVENT} bytes, got {len(line)}", code="data"
            )
        with self._room:
            self._room.wait_for(lambda: len(self._lines) < CAPACITY)
            self._lines.append(line)
            if not urgent:
                self._some.notify()
        if urgent:
            self._send_all()

    def _send_gathered(self) -> None:
        while True:
            with self._some:
                self._some.wait_for(lambda: self._lines)
            time.sleep(GATHER_SECONDS)
            self._send_all()

    def _send_all(self) -> None:
        with self._sending:
            with self._room:
                lines, self._lines = self._lines, []
                self._room.notify_all()
            if self._gone:
                return  # the parent is, and the guard ends this process; until then nothing waits
            try:
                self._socket.sendall(b"".join(lines))
            except ConnectionError:
                self._gone = True

    def _await_end(self) -> None:
        """The parent never writes here: there is nothing to read until it is gone, however."""
        with suppress(OSError):
            self._socket.recv(1)
        guard.expect_end()
