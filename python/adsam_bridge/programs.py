"""Folders of the user's code, each of which is a program of its own."""

from __future__ import annotations

import contextlib
import os
import sys
import threading
from collections.abc import Generator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path

import torch

from adversarial_sampling.errors import AdversarialSamplingError

from .modules import Folder
from .settings import Settings

_programs: dict[str, Program] = {}
_stays: list[ExitStack] = []
"""What the programs that run now have changed in the process, innermost last."""
_leaving = threading.Lock()


class Program:
    """The modules that come from a folder, and the settings that their code makes."""

    def __init__(self, path: str) -> None:
        self.modules = Folder(path)
        self._settings = Settings()

    @contextmanager
    def running(
        self, surroundings: AbstractContextManager[object] | None = None
    ) -> Generator[Folder]:
        """Its code runs inside, with gradients on; the process is left as it was.

        Args:
            surroundings: what else is changed in the process meanwhile.
        """
        stay = ExitStack()
        with stay:
            stay.callback(setattr, sys, "argv", sys.argv)
            sys.argv = [self.modules.path]
            stay.enter_context(self._settings.in_force())
            stay.enter_context(self.modules.entered())
            stay.enter_context(surroundings or contextlib.nullcontext())
            _stays.append(stay.pop_all())
            stay = _stays[-1]
        try:
            with torch.enable_grad():
                yield self.modules
        finally:
            _leave(stay)


def _leave(stay: ExitStack) -> None:
    with _leaving:
        if stay not in _stays:
            return  # it was left without its thread, see below
        _stays.remove(stay)
        stay.close()


def leave_programs() -> None:
    """Leaves the process as it was before the programs that run now, whose thread cannot do it."""
    while _stays:
        _leave(_stays[-1])


def program_in(folder: str) -> Program:
    """The program of a folder, the same one by whatever path it is named.

    Raises:
        AdversarialSamplingError: ``usage`` when there is no such folder.
    """
    if not Path(folder).is_dir():
        raise AdversarialSamplingError(
            f"folder: expected a folder, got {folder}",
            suggestion="name the folder that holds the Python module",
        )
    path = os.path.realpath(folder)
    return _programs.setdefault(path, Program(path))
