"""A program of the user's, run as ``python main.py`` would."""

from __future__ import annotations

import ctypes
import os
import runpy
import signal
import sys
from collections.abc import Callable
from importlib.machinery import SourceFileLoader
from types import ModuleType, TracebackType

_PR_SET_PDEATHSIG = 1


def end_with(parent: int) -> None:
    """The system ends this process when the one that started it is gone, where it can: on Linux."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:
            sys.exit(1)


def run_program(words: list[str], begin: Callable[[], None]) -> None:
    """Runs a script, or ``-m`` and a module, with what comes after it as its arguments.

    Args:
        words: as they stand behind ``python``.
        begin: called right before the program's own code runs.
    """
    try:
        if words[0] == "-m":
            sys.argv = words[1:]
            sys.path[0] = os.getcwd()  # noqa: PTH109 - pathlib is the program's to import
            begin()
            runpy.run_module(words[1], run_name="__main__", alter_sys=True)
        else:
            _run_script(words, begin)
    except SystemExit:
        raise
    except BaseException as error:  # noqa: BLE001 - as Python itself does at the end of a program
        theirs = _program_frames(error.__traceback__)
        sys.excepthook(type(error), error.with_traceback(theirs), theirs)
        sys.exit(130 if isinstance(error, KeyboardInterrupt) else 1)


def _run_script(words: list[str], begin: Callable[[], None]) -> None:
    """Not by ``runpy.run_path``, which takes ``__main__`` away when threads of its still run."""
    script = os.path.abspath(words[0])  # noqa: PTH100
    sys.argv = words
    sys.path[0] = os.path.dirname(os.path.realpath(script))  # noqa: PTH120
    loader = SourceFileLoader("__main__", script)
    code = loader.source_to_code(loader.get_data(script), script)
    main = ModuleType("__main__")
    vars(main).update(
        __file__=script, __loader__=loader, __builtins__=__builtins__, __package__=None
    )
    sys.modules["__main__"] = main
    begin()
    exec(code, vars(main))  # noqa: S102 - the program


def _program_frames(traceback: TracebackType | None) -> TracebackType | None:
    """Without those of this package, and of runpy, which come first."""
    here = os.path.dirname(__file__)  # noqa: PTH120
    while traceback is not None and traceback.tb_frame.f_code.co_filename.startswith(
        (here, "<frozen runpy>", runpy.__file__)
    ):
        traceback = traceback.tb_next
    return traceback
