"""Keeps the bridge's process from disturbing its parent, and from outliving it."""

from __future__ import annotations

import atexit
import faulthandler
import os
import shutil
import signal
import sys
import threading
import traceback
from collections.abc import Callable
from contextlib import suppress
from os import O_APPEND, O_WRONLY, _exit, getppid, write  # nobody has put others in their place
from os import open as open_file
from pathlib import Path
from time import sleep
from types import FrameType, TracebackType
from typing import NoReturn

from .forks import note_forks
from .recursion import bound_recursion

PARENT_CHECK_SECONDS = 0.5
CLOSE_CHECK_SECONDS = 0.01
FAILED = 70
"""The exit code of a bridge that cannot go on."""

LEFT_TO_THE_PARENT = (
    signal.SIGINT,
    signal.SIGTERM,
    signal.SIGHUP,
    signal.SIGQUIT,
    signal.SIGUSR1,
    signal.SIGUSR2,
)
"""A terminal or a scheduler sends them to both processes; what they mean is the parent's decision,
which may want a checkpoint first."""

folders: list[str] = []
"""The session's, which the parent names as arguments: the first is for sockets and a crash log,
each for the tensors that it has room for. They go with this process."""

_parting = threading.Event()


def install() -> None:
    """Call once, first of all: before torch is imported and before anything is printed."""
    folders.extend(sys.argv[1:])
    del sys.argv[1:]  # modules of the user's may have a look at them
    faulthandler.enable(Path(_crash_log()).open("w"))  # noqa: SIM115 - for as long as there is this
    # Not SIG_IGN: a program started from here would inherit that, and could not be ended.
    handlers = {number: signal.signal(number, _ignore) for number in LEFT_TO_THE_PARENT}
    atexit.register(_leave, 0)

    def be_ordinary() -> None:
        atexit.unregister(_leave)
        for number, handler in handlers.items():
            signal.signal(number, handler)

    os.register_at_fork(after_in_child=be_ordinary)
    note_forks()
    # A child that inherited the channel would keep the parent from seeing the end of it.
    channel = os.environ.pop("NODE_CHANNEL_FD", None)
    if channel is not None:
        os.set_inheritable(int(channel), False)
    _hide_pythonia()
    bound_recursion()
    sys.excepthook = _excepthook
    start(_watch_parent, getppid())


def start(work: Callable[..., None], *arguments: object) -> None:
    """Has a thread of the bridge's own work; where it fails, the process does.

    Nobody would answer any more, and whoever asks would wait for ever.
    """

    def run() -> None:
        try:
            work(*arguments)
        except BaseException as error:  # noqa: BLE001 - of whatever kind
            _fail(error)

    threading.Thread(target=run, daemon=True).start()


def expect_end() -> None:
    """The parent has closed a socket, as its end does: it is looked for closely from now on.

    What trains here writes into a run's folder, where another run may begin in a moment.
    """
    _parting.set()


def _ignore(_number: int, _frame: FrameType | None) -> None:
    pass


def _hide_pythonia() -> None:
    """The user's modules named like its files (``proxy``) are to be found instead of them.

    ``__main__`` has no file: a process that ``multiprocessing`` spawns would run it again.
    """
    vars(sys.modules["__main__"]).pop("__file__", None)
    folder = sys.path.pop(0)
    for name, module in list(sys.modules.items()):
        if name != "__main__" and (getattr(module, "__file__", None) or "").startswith(folder):
            del sys.modules[name]


def _excepthook(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    # The parent left with something unread in the channel: that is its way, and no news.
    if not issubclass(kind, ConnectionError):
        _fail(error.with_traceback(trace))


def _crash_log() -> str:
    """The file of what the parent tells when this process has ended by itself."""
    return f"{folders[0]}/crash.log"


def _fail(error: BaseException) -> NoReturn:
    with suppress(BaseException):
        write(open_file(_crash_log(), O_WRONLY | O_APPEND), _report(error).encode())
    _exit(FAILED)


def _report(error: BaseException) -> str:
    try:
        return "".join(traceback.format_exception(error))
    except BaseException:  # noqa: BLE001 - what broke the bridge may break this too
        return f"{error!r}"


def _watch_parent(parent: int) -> None:
    # The main thread sees the end of the channel by itself, but not while it computes.
    while getppid() == parent:
        if _parting.wait(PARENT_CHECK_SECONDS):
            sleep(CLOSE_CHECK_SECONDS)
    _leave(FAILED)


def _leave(code: int) -> NoReturn:
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)
    # Not sys.exit: the interpreter's shutdown would pull the rug from under a thread inside torch.
    _exit(code)
