"""Forks of this process: each runs code of the user's, and ends with it.

It has one thread, a copy of the session, and the parent's sockets, on which it must say nothing.
"""

from __future__ import annotations

import os
import sys
import traceback
from contextlib import suppress

_forked = False


def note_forks() -> None:
    """Call once; from then on a fork knows that it is one."""

    def note() -> None:
        global _forked  # noqa: PLW0603 - a process is a fork or none
        _forked = True

    os.register_at_fork(after_in_child=note)


def is_fork() -> bool:
    """Whether this process was forked from the bridge's."""
    return _forked


def end_if_fork(error: BaseException | None = None) -> None:
    """Ends a fork that goes on behind the user's code, as a program ends that has come so far.

    It would answer in its parent's place, and then wait for ever for what it is asked next.

    Args:
        error: what the code raised.
    """
    if not _forked:
        return
    code = _code_of(error)
    for stream in (sys.stdout, sys.stderr):
        with suppress(Exception):
            stream.flush()
    os._exit(code)


def _code_of(error: BaseException | None) -> int:
    if error is None:
        return 0
    if not isinstance(error, SystemExit):
        traceback.print_exception(error)
        return 1
    if error.code is None or isinstance(error.code, int):
        return error.code or 0
    print(error.code, file=sys.stderr)  # noqa: T201 - as Python does
    return 1
