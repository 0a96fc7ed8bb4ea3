"""What a function prints, line by line."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from typing import Literal, TextIO

from adsam_bridge.forks import is_fork

Stream = Literal["stdout", "stderr"]


class Lines(io.TextIOBase):
    """A stream whose lines go to someone who reads them."""

    def __init__(self, stream: Stream, tell: Callable[[Stream, str], None]) -> None:
        self._stream: Stream = stream
        self._tell = tell
        self._begun: list[str] = []
        self._own: TextIO = getattr(sys, f"__{stream}__")

    def writable(self) -> bool:
        """Yes."""
        return True

    def write(self, text: str) -> int:
        """Tells the lines that are whole; a carriage return ends one, as progress bars write it."""
        if is_fork():  # nobody reads what it tells
            return self._own.write(text)
        first, *others = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        self._begun.append(first)
        for other in others:
            self._tell(self._stream, "".join(self._begun))
            self._begun = [other]
        return len(text)

    def end(self) -> None:
        """Tells what no line feed has ended."""
        if any(self._begun):
            self._tell(self._stream, "".join(self._begun))
        self._begun = []
