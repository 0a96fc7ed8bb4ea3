"""The session's second channel: progress and answers of jobs, one JSON document a line."""

from __future__ import annotations

import queue
import socket
import threading
import time
from contextlib import suppress

from adversarial_sampling._protocol import Message
from adversarial_sampling.errors import AdversarialSamplingError

from . import guard

# One write for each millisecond step costs up to half the step: send together what comes within
# this time.
GATHER_SECONDS = 0.02
CAPACITY = 4096
# What Node can hold as one string is 512 MiB; bulk data has files to cross in.
LONGEST_EVENT = 1 << 28


class EventChannel:
    """A bounded queue with one writer.

    While the reader is slow, droppable events are dropped and the others wait.
    """

    def __init__(self, path: str) -> None:
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.connect(path)
        self._queue: queue.Queue[tuple[bytes, bool]] = queue.Queue(CAPACITY)
        for work in (self._write, self._await_end):
            threading.Thread(target=work, daemon=True).start()

    def send(self, event: Message, *, urgent: bool = False, droppable: bool = False) -> None:
        """`urgent` goes out at once, with all that was sent before it.

        The event becomes text here, so that one which cannot fails its sender and not the writer.

        Raises:
            AdversarialSamplingError: ``data`` when it is longer than the other side can read.
            Exception: pydantic's when JSON cannot hold it.
        """
        if droppable and self._queue.full():
            return
        line = event.model_dump_json(by_alias=True).encode() + b"\n"
        if len(line) > LONGEST_EVENT:
            raise AdversarialSamplingError(
                f"expected an answer of up to {LONGEST_EVENT} bytes, got {len(line)}", code="data"
            )
        self._queue.put((line, urgent))

    def _write(self) -> None:
        with suppress(OSError):
            while True:
                self._socket.sendall(b"".join(self._gather()))
        # The parent is gone, and the guard ends this process. Until then nothing may wait for us.
        while True:
            self._queue.get()

    def _await_end(self) -> None:
        """The parent never writes here: there is nothing to read until it is gone, however."""
        with suppress(OSError):
            self._socket.recv(1)
        guard.expect_end()

    def _gather(self) -> list[bytes]:
        line, urgent = self._queue.get()
        lines = [line]
        deadline = time.monotonic() + GATHER_SECONDS
        while not urgent:
            try:
                line, urgent = self._queue.get(timeout=max(0.0, deadline - time.monotonic()))
            except queue.Empty:
                break
            lines.append(line)
        return lines
