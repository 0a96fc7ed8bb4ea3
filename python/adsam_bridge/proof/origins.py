"""The files of the user's that a module's behaviour hangs on."""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path
from types import ModuleType

from adsam_bridge.functions import load_module
from adsam_bridge.programs import running_program


def origins(name: str) -> dict[str, str]:
    """SHA-256 by path of a module's file, and of those that it imports, within the folder.

    Paths are relative to the folder of the program that runs; imports are those that left a name.
    """
    modules = running_program().modules
    folder = Path(modules.path).resolve()
    waiting = [load_module(name, modules)]
    found: dict[str, str] = {}
    while waiting:
        module = waiting.pop()
        file = _file_in(module, folder)
        if file is None or file.as_posix() in found:
            continue
        found[file.as_posix()] = hashlib.sha256((folder / file).read_bytes()).hexdigest()
        waiting.extend(_imported(module))
    return dict(sorted(found.items()))


def _file_in(module: ModuleType, folder: Path) -> Path | None:
    file = getattr(module, "__file__", None)
    if not isinstance(file, str):
        return None
    path = Path(file).resolve()
    inside = path.is_relative_to(folder) and path.is_file()
    return path.relative_to(folder) if inside else None


def _imported(module: ModuleType) -> list[ModuleType]:
    found: list[ModuleType] = []
    for value in list(vars(module).values()):
        home = getattr(value, "__module__", None)
        named = sys.modules.get(home) if isinstance(home, str) else None
        if isinstance(value, ModuleType):
            found.append(value)
        elif named is not None:
            found.append(named)
    return found
