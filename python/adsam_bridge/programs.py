"""Folders of the user's code, each of which is a program of its own."""

from __future__ import annotations

import contextlib
import os
import sys
import threading
from collections.abc import Generator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass

import torch

from adversarial_sampling import _protocol as protocol
from adversarial_sampling.errors import AdversarialSamplingError

from .forks import end_if_fork
from .modules import Folder
from .served_cuda import served_by
from .settings import Settings

_programs: dict[protocol.Program, Program] = {}
_stays: list[_Stay] = []
"""What the programs that run now have changed in the process, innermost last."""
_leaving = threading.Lock()


@dataclass(eq=False)
class _Stay:
    """A program's time in the process."""

    program: Program
    changes: ExitStack
    rests: bool = False
    """Nothing of it runs: it is there for what it may be asked next."""


class Program:
    """The modules that come from a folder, and the settings that their code makes."""

    def __init__(self, named: protocol.Program, device: torch.device) -> None:
        self.modules = Folder(named.folder)
        self.wire = named.model_dump(mode="json", by_alias=True)
        """What TypeScript names it by."""
        self._argv = named.argv
        self._cuda_by = device if named.cuda == "served" else None
        self._settings = Settings()

    @contextmanager
    def running(
        self, surroundings: AbstractContextManager[object] | None = None, *, rest: bool = False
    ) -> Generator[Folder]:
        """Its code runs inside, with gradients on; the process is left as it was.

        Args:
            surroundings: what else is changed in the process meanwhile.
            rest: leave only when something else is to run; see ``leave_resting``. Coming and going
                takes as long as a small call.
        """
        stay = _stays[-1] if _stays else None
        within = stay is not None and stay.program is self and not stay.rests
        if stay is None or stay.program is not self or surroundings is not None:
            stay, within = self._enter(surroundings), False
        stay.rests = False
        try:
            with torch.enable_grad():
                yield self.modules
            end_if_fork()
        except BaseException as error:
            end_if_fork(error)
            raise
        finally:
            if rest and surroundings is None and _stays[:1] == [stay]:
                stay.rests = not within
            elif not within:
                _leave(stay)

    def _enter(self, surroundings: AbstractContextManager[object] | None) -> _Stay:
        leave_resting()
        with ExitStack() as changes:
            changes.callback(setattr, sys, "argv", sys.argv)
            sys.argv = [self.modules.path, *self._argv]
            changes.enter_context(self._settings.in_force())
            if self._cuda_by is not None:
                changes.enter_context(served_by(self._cuda_by))
            changes.enter_context(self.modules.entered())
            changes.enter_context(surroundings or contextlib.nullcontext())
            _stays.append(_Stay(self, changes.pop_all()))
        return _stays[-1]


def leave_resting() -> None:
    """Leaves the process as it was before the program that rests there, if one does."""
    if _stays and _stays[-1].rests:
        _leave(_stays[-1])


def _leave(stay: _Stay) -> None:
    with _leaving:
        if stay not in _stays:
            return  # it was left without its thread, see below
        _stays.remove(stay)
        stay.changes.close()


def leave_programs() -> None:
    """Leaves the process as it was before the programs that run now, whose thread cannot do it."""
    while _stays:
        _leave(_stays[-1])


def running_program() -> Program:
    """The one whose code asks."""
    return _stays[-1].program


def program_in(named: protocol.Program, device: torch.device) -> Program:
    """The program of a folder with its arguments, the same one by whatever path it is named.

    Raises:
        AdversarialSamplingError: ``usage`` when there is no such folder.
    """
    folder = named.folder
    if not os.path.isdir(folder):  # noqa: PTH112 - of each call; a Path takes five times as long
        raise AdversarialSamplingError(
            f"folder: expected a folder, got {folder}",
            suggestion="name the folder that holds the Python module",
        )
    found = _programs.get(named)  # as handles name it
    if found is None:
        named = named.model_copy(update={"folder": os.path.realpath(folder)})
        found = _programs.setdefault(named, Program(named, device))
    return found
