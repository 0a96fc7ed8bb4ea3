"""Where the user's code is."""

from __future__ import annotations

import sys
from pathlib import Path

import torch

_LIBRARIES = (str(Path(str(torch.__file__)).parent), str(Path(__file__).parent))


def source_line() -> tuple[str, int]:
    """File and line of the innermost frame that is not torch's nor ours."""
    frame = sys._getframe(1)  # noqa: SLF001
    while frame is not None:
        file = frame.f_code.co_filename
        if not file.startswith((*_LIBRARIES, "<")):
            return file, frame.f_lineno
        frame = frame.f_back
    return "", 0
