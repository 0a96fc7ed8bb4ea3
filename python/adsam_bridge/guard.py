"""Keeps the bridge's process from disturbing its parent, and from outliving it."""

from __future__ import annotations

import atexit
import faulthandler
import os
import shutil
import signal
import sys
import threading
import time
from pathlib import Path
from typing import NoReturn

PARENT_CHECK_SECONDS = 0.5

_folders: list[str] = []


def install() -> None:
    """Call once, first of all: before torch is imported and before anything is printed."""
    # Ctrl-C in a terminal reaches both processes; what it means is the parent's decision.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _detach_streams()
    # A child that inherited the channel would keep the parent from seeing the end of it.
    channel = os.environ.pop("NODE_CHANNEL_FD", None)
    if channel is not None:
        os.set_inheritable(int(channel), False)
    atexit.register(_leave, 0)
    threading.Thread(target=_watch_parent, args=(os.getppid(),), daemon=True).start()


def adopt(folder: str) -> None:
    """Takes the session's folder: a crash is logged there, and it is removed with this process."""
    _folders.append(folder)
    faulthandler.enable((Path(folder) / "crash.log").open("w"))


def _detach_streams() -> None:
    """Its stdin is not ours to read, nor its stdout ours to write on (C code prints too)."""
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.close(null)
    sys.stdout.flush()
    os.dup2(2, 1)


def _watch_parent(parent: int) -> None:
    # The main thread sees the end of the channel by itself, but not while it computes.
    while os.getppid() == parent:
        time.sleep(PARENT_CHECK_SECONDS)
    _leave(70)


def _leave(code: int) -> NoReturn:
    for folder in _folders:
        shutil.rmtree(folder, ignore_errors=True)
    # Not sys.exit: the interpreter's shutdown would pull the rug from under a thread inside torch.
    os._exit(code)
