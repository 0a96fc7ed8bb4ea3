"""Modules and classes as data."""

from __future__ import annotations

import enum
import functools
from collections import Counter
from types import ModuleType
from typing import Any

from adsam_bridge.functions import load_module
from adsam_bridge.modules import Folder

from .classes import class_of, made_by
from .docstrings import READS, read_docstring
from .record_members import members_of_record
from .records import is_record
from .signatures import function_of
from .types import Types

FORMAT = 4
"""Raised whenever the contract's form changes."""


def contract_of(names: list[str], folder: Folder) -> dict[str, Any]:
    """What modules offer to a caller; call it while the folder is entered."""
    modules = {name: load_module(name, folder) for name in names}
    public = {name: offered(module) for name, module in modules.items()}
    types = Types(wrapped_classes(public))
    described = {name: _module(modules[name], values, types) for name, values in public.items()}
    return {"format": FORMAT, "docstrings": READS, "modules": described, "records": types.records}


def wrapped_classes(public: dict[str, dict[str, Any]]) -> dict[type, str]:
    """The classes of modules that a client has, by the names that its types know them by.

    Each has one, however many modules offer it; the others cross by value.
    """
    names: dict[type, str] = {}
    for values in public.values():
        for attribute, value in values.items():
            if not isinstance(value, type) or issubclass(value, enum.Enum) or is_record(value):
                continue
            if value not in names or attribute == value.__name__:
                names[value] = attribute
    several = {name for name, count in Counter(names.values()).items() if count > 1}
    return {
        kind: f"{kind.__module__}.{kind.__qualname__}" if name in several else name
        for kind, name in names.items()
    }


def offered(module: ModuleType) -> dict[str, Any]:
    """What it offers: what `__all__` names, otherwise what it defines and does not hide."""
    names = getattr(module, "__all__", None)
    if names is not None:
        return {name: getattr(module, name) for name in sorted(names) if hasattr(module, name)}
    package = module.__name__ if hasattr(module, "__path__") else None
    return {
        name: value
        for name, value in sorted(vars(module).items())
        if name.isidentifier()  # pydantic leaves its Page[int] here
        and not name.startswith("_")
        and _defined_in(value, module.__name__, package)
    }


def _defined_in(value: Any, module: str, package: str | None) -> bool:
    if isinstance(value, ModuleType) or not (callable(value) or isinstance(value, type)):
        return False
    if isinstance(value, functools.partial):
        return True  # it says where partial is from, and stands here all the same
    home = getattr(value, "__module__", None)
    if not isinstance(home, str):
        return False
    return home == module or (package is not None and home.startswith(f"{package}."))


def _module(module: ModuleType, public: dict[str, Any], types: Types) -> dict[str, Any]:
    functions: dict[str, Any] = {}
    classes: dict[str, Any] = {}
    enums: dict[str, Any] = {}
    for name, value in public.items():
        if isinstance(value, type) and issubclass(value, enum.Enum):
            enums[name] = _enum(value)
        elif isinstance(value, type) and is_record(value):  # whose instances cross by value
            functions[name] = {
                **made_by(value, types),
                "doc": read_docstring(value).text,
                "result": types.itself(value),
                **members_of_record(value, types),
            }
        elif isinstance(value, type):
            classes[name] = class_of(value, types)
        elif callable(value):
            functions[name] = function_of(value, types, bound=False)
    return {
        "doc": read_docstring(module).text,
        "functions": functions,
        "classes": classes,
        "enums": enums,
    }


def _enum(kind: type[enum.Enum]) -> dict[str, Any]:
    """Its members, with what they stand for where JSON has a word for that."""
    plain = (str, int, float, bool)
    members = {
        name: member.value if type(member.value) in plain else None
        for name, member in kind.__members__.items()
    }
    where = f"{kind.__module__}:{kind.__qualname__}"
    return {"doc": read_docstring(kind).text, "type": where, "members": members}
