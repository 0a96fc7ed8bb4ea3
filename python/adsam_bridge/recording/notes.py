"""What was seen, written down line by line: it is there however the program ends."""

from __future__ import annotations

import json
import os


class Notes:
    """Lines of a file, which processes that were forked write too."""

    def __init__(self, path: str) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

    def write(self, *line: object) -> None:
        """A line; what a signal handler writes comes before or after it, and never inside."""
        os.write(self._file, f"{json.dumps(line)}\n".encode())
