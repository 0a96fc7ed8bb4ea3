"""Where the code of what modules offer is: a program's own run knows functions by that alone."""

from __future__ import annotations

import inspect
import os
import sys
from collections.abc import Iterator
from types import CodeType, FunctionType
from typing import Any

from adsam_bridge.functions import load_module
from adsam_bridge.modules import Folder

from .classes import created_by, members_of
from .modules import offered, wrapped_classes
from .records import is_record


def code_of(names: list[str], folder: Folder) -> dict[str, Any]:
    """The code of modules, as ``recording/order.py`` reads it; call it while the folder is entered.

    Returns:
        ``sites``: file, first line, name, the contract's places, and whether an instance comes
        first; ``files``: modules by file; ``classes``: file, qualified name and the contract's
        name of each.
    """
    modules = {name: load_module(name, folder) for name in names}
    public = {name: offered(module) for name, module in modules.items()}
    sites: dict[tuple[str, int, str], tuple[list[list[str]], bool]] = {}
    for module, values in public.items():
        for name, value in values.items():
            for place, function, bound in _functions(name, value):
                code = _code(function)
                if code is None or code.co_filename.startswith("<"):  # made at run time
                    continue
                key = os.path.realpath(code.co_filename), code.co_firstlineno, code.co_name
                places, _ = sites.setdefault(key, ([], bound))
                places.append([module, *place])
    return {
        "sites": [[*key, places, bound] for key, (places, bound) in sites.items()],
        "files": {_file(module.__name__): name for name, module in modules.items()},
        "classes": [
            [_file(kind.__module__), kind.__qualname__, name]
            for kind, name in wrapped_classes(public).items()
        ],
    }


def _functions(name: str, value: Any) -> Iterator[tuple[list[str], Any, bool]]:
    """Places below the module, what is called there, and whether it gets an instance first."""
    if not isinstance(value, type):
        yield ["functions", name], value, False
        return
    if is_record(value):
        return
    within = ["classes", name]
    yield [*within, "creation"], created_by(value), True
    for member, held in members_of(value).items():
        if member.startswith("_") and member != "__call__":
            continue
        if isinstance(held, property):
            yield [*within, "attributes", member], held.fget, True
        elif isinstance(held, (staticmethod, classmethod)):
            yield [*within, "methods", member], held.__func__, False
        elif isinstance(held, FunctionType):
            yield [*within, "methods", member], held, True


def _code(function: Any) -> CodeType | None:
    code = getattr(inspect.unwrap(function) if callable(function) else None, "__code__", None)
    return code if isinstance(code, CodeType) else None


def _file(module: str) -> str:
    file = getattr(sys.modules.get(module), "__file__", None)
    return os.path.realpath(file) if file else ""
