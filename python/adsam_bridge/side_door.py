"""Two pipes beside the door: for TypeScript that cannot wait, and blocks until an answer is there.

Each message is its length as four bytes, the lowest first, and so many bytes of text.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from . import guard


def open_in(folder: str, answer: Callable[[str], str]) -> tuple[str, str]:
    """Makes the pipes and answers what comes, one after another, in a thread of its own.

    Returns:
        The paths of the one for requests and of the one for answers.
    """
    paths = [str(Path(folder) / f"{name}.fifo") for name in ("requests", "answers")]
    for path in paths:
        os.mkfifo(path, 0o600)
    # For both directions: so opening waits for nobody, on either side.
    requests, answers = (os.open(path, os.O_RDWR) for path in paths)

    def serve() -> None:
        while True:
            _write(
                answers, answer(_read(requests, _length_in(_read(requests, 4))).decode()).encode()
            )

    guard.start(serve)
    return paths[0], paths[1]


def _length_in(head: bytes) -> int:
    return int.from_bytes(head, "little")


def _read(pipe: int, count: int) -> bytes:
    read = bytearray()
    while len(read) < count:
        read += os.read(pipe, count - len(read))
    return bytes(read)


def _write(pipe: int, text: bytes) -> None:
    rest = memoryview(len(text).to_bytes(4, "little") + text)
    while rest:
        rest = rest[os.write(pipe, rest) :]
