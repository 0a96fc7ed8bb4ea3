"""Modules and classes as data."""

from __future__ import annotations

import ast
import enum
import functools
import inspect
import textwrap
import typing
from collections.abc import Callable
from types import ModuleType
from typing import Any

from pydantic import BaseModel

from adsam_bridge.functions import load_module
from adsam_bridge.modules import Folder

from .docstrings import READS, read_docstring
from .records import hints_of, is_record, required_keys
from .signatures import function_of
from .stubs import stub_attributes
from .types import Types, unknown

FORMAT = 3
"""Raised whenever the contract's form changes."""

_EVERYBODYS = frozenset(
    ("torch", "numpy", "pydantic", "builtins", "abc", "typing", "enum", "collections", "datetime")
)
"""Packages whose classes have a hundred methods, which are called by name."""


def contract_of(names: list[str], folder: Folder) -> dict[str, Any]:
    """What modules offer to a caller; call it while the folder is entered."""
    modules = {name: load_module(name, folder) for name in names}
    public = {name: offered(module) for name, module in modules.items()}
    types = Types(wrapped_classes(public))
    described = {name: _module(modules[name], values, types) for name, values in public.items()}
    return {"format": FORMAT, "docstrings": READS, "modules": described, "records": types.records}


def wrapped_classes(public: dict[str, dict[str, Any]]) -> dict[type, str]:
    """The classes of modules that a client has under their names; the others cross by value."""
    return {
        value: attribute
        for values in public.values()
        for attribute, value in values.items()
        if isinstance(value, type) and not issubclass(value, enum.Enum) and not is_record(value)
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
        if not name.startswith("_") and _defined_in(value, module.__name__, package)
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
            made = {"result": types.of_annotation(value)}
            functions[name] = {**_creation(value, types), "doc": read_docstring(value).text, **made}
        elif isinstance(value, type):
            classes[name] = _class(value, types)
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


def _class(kind: type, types: Types) -> dict[str, Any]:
    types.owner = kind
    methods: dict[str, Any] = {}
    for name, value in sorted(members_of(kind).items()):
        if name == "__call__" or not name.startswith("_"):
            method = _method(value, types)
            if method is not None:
                methods[name] = method
    described: dict[str, Any] = {
        "doc": read_docstring(kind).text,
        "creation": _creation(kind, types),
        "methods": methods,
        "attributes": _attributes(kind, types),
    }
    types.owner = None
    return described


def members_of(kind: type) -> dict[str, Any]:
    """Its own, and its ancestors' that are not everybody's: torch's modules have a hundred more."""
    found: dict[str, Any] = {}
    for ancestor in reversed(kind.__mro__):
        if ancestor.__module__.partition(".")[0] not in _EVERYBODYS:
            found.update(vars(ancestor))
    module_forward = (
        "forward" in found and "__call__" not in found and hasattr(kind, "register_forward_hook")
    )
    return {**found, "__call__": found["forward"]} if module_forward else found


def _method(value: Any, types: Types) -> dict[str, Any] | None:
    if isinstance(value, staticmethod):
        return {"of": "static", **function_of(value.__func__, types, bound=False)}
    if isinstance(value, classmethod):
        return {"of": "class", **function_of(value.__func__, types, bound=True)}
    if callable(value) and not isinstance(value, type):
        bound = hasattr(type(value), "__get__")
        return {"of": "instance", **function_of(value, types, bound=bound)}
    return None


def _creation(kind: type, types: Types) -> dict[str, Any]:
    if typing.is_typeddict(kind):
        return _fields_by_name(kind, types)
    if issubclass(kind, BaseModel) and kind.__init__ is BaseModel.__init__:
        return function_of(kind, types, bound=False)
    own = created_by(kind)
    if own is object.__new__:
        return {"doc": "", "parameters": [], "result": {"kind": "none"}}
    return function_of(own, types, bound=True, doc=kind)


def _fields_by_name(kind: Any, types: Types) -> dict[str, Any]:
    """How a TypedDict is made: only its fields say it."""
    needed = required_keys(kind)
    parameters = [
        {
            "name": name,
            "kind": "keyword",
            "required": name in needed,
            "type": types.of_annotation(hint),
        }
        for name, hint in hints_of(kind).items()
    ]
    return {"doc": read_docstring(kind).text, "parameters": parameters, "result": unknown("made")}


def created_by(kind: type) -> Callable[..., Any]:
    """What takes the arguments that an instance is made with."""
    return kind.__init__ if kind.__init__ is not object.__init__ else kind.__new__


def _attributes(kind: type, types: Types) -> dict[str, Any]:
    """Annotated ones, properties, and what `__init__` takes over from its parameters."""
    hints = {name: hint for name, hint in hints_of(kind).items() if not name.startswith("_")}
    found = {
        name: types.of_annotation(hint)
        for name, hint in hints.items()
        if name not in _inherited(kind)
    }
    for name, value in members_of(kind).items():
        if isinstance(value, property) and not name.startswith("_") and value.fget is not None:
            hint = hints_of(value.fget).get("return")
            found[name] = (
                unknown("a property without annotation")
                if hint is None
                else types.of_annotation(hint)
            )
    for name, annotation in stub_attributes(kind).items():
        if not name.startswith("_") and found.get(name, {"kind": "unknown"})["kind"] == "unknown":
            found[name] = types.of_annotation(annotation)
    for name in _assigned(kind):
        found.setdefault(name, unknown("assigned in __init__, without annotation"))
    return dict(sorted(found.items()))


def _inherited(kind: type) -> set[str]:
    return {
        name
        for ancestor in kind.__mro__
        if ancestor.__module__.startswith("torch.")
        for name in vars(ancestor).get("__annotations__", {})
    }


def _assigned(kind: type) -> list[str]:
    """Attributes that `__init__` gives every instance."""
    try:
        source = ast.parse(textwrap.dedent(inspect.getsource(kind.__init__)))
    except (OSError, TypeError, SyntaxError):
        return []
    stored = {
        node.attr
        for node in ast.walk(source)
        if isinstance(node, ast.Attribute)
        and isinstance(node.ctx, ast.Store)
        and isinstance(node.value, ast.Name)
        and node.value.id == "self"
    }
    return sorted(name for name in stored if not name.startswith("_"))
