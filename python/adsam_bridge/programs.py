"""Folders of the user's code, each of which is a program of its own."""

from __future__ import annotations

import os
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import torch

from adversarial_sampling.errors import AdversarialSamplingError

from .modules import Folder
from .settings import Settings

_programs: dict[str, Program] = {}


class Program:
    """The modules that come from a folder, and the settings that their code makes."""

    def __init__(self, path: str) -> None:
        self.modules = Folder(path)
        self._settings = Settings()

    @contextmanager
    def running(self) -> Generator[Folder]:
        """Its code runs inside, with gradients on; the process is left as it was."""
        arguments = sys.argv
        sys.argv = [self.modules.path]
        try:
            with self._settings.in_force(), self.modules.entered(), torch.enable_grad():
                yield self.modules
        finally:
            sys.argv = arguments


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
