"""Classes as data."""

from __future__ import annotations

import typing
from collections.abc import Callable
from typing import Any

from pydantic import BaseModel

from .ancestors import own_ancestors
from .attributes import attributes_of
from .docstrings import read_docstring
from .records import hints_of, required_keys
from .signatures import function_of
from .types import Types, unknown
from .variables import home_of, scope_of


def class_of(kind: type, types: Types) -> dict[str, Any]:
    """A class whose instances stay here."""
    types.owner = kind
    described: dict[str, Any] = {
        "name": types.classes[kind],
        "type": f"{kind.__module__}.{kind.__qualname__}",
        **types.variables(kind),
        "doc": read_docstring(kind).text,
        "creation": made_by(kind, types),
        "methods": _methods(kind, types),
        "attributes": attributes_of(kind, members_of(kind), types),
    }
    types.owner = None
    return described


def _methods(kind: type, types: Types) -> dict[str, Any]:
    found: dict[str, dict[str, Any] | None] = {}
    for name, value in sorted(members_of(kind).items()):
        if name == "__call__" or not name.startswith("_"):
            with types.where(scope_of(kind, home_of(kind, name)), alone=True):
                found[name] = method_of(value, types, bound=True)
    return {name: method for name, method in found.items() if method is not None}


def members_of(kind: type) -> dict[str, Any]:
    """Its own, and its ancestors' that are not everybody's: torch's modules have a hundred more."""
    found: dict[str, Any] = {}
    for ancestor in reversed(own_ancestors(kind)):
        found.update(vars(ancestor))
    module_forward = (
        "forward" in found and "__call__" not in found and hasattr(kind, "register_forward_hook")
    )
    return {**found, "__call__": found["forward"]} if module_forward else found


def method_of(value: Any, types: Types, *, bound: bool) -> dict[str, Any] | None:
    """A method; None for what is none. ``bound``: whoever owns it gives the first parameter."""
    if isinstance(value, staticmethod):
        return {"of": "static", **function_of(value.__func__, types, bound=False)}
    if isinstance(value, classmethod):
        return {"of": "class", **function_of(value.__func__, types, bound=True)}
    if callable(value) and not isinstance(value, type):
        given = bound and hasattr(type(value), "__get__")
        return {"of": "instance", **function_of(value, types, bound=given)}
    return None


def made_by(kind: type, types: Types) -> dict[str, Any]:
    """How an instance is made."""
    with types.where(scope_of(kind, home_of(kind, created_by(kind).__name__)), alone=True):
        return _made_by(kind, types)


def _made_by(kind: type, types: Types) -> dict[str, Any]:
    if typing.is_typeddict(kind):
        return _fields_by_name(kind, types)
    if issubclass(kind, BaseModel) and kind.__init__ is BaseModel.__init__:
        return function_of(kind, types, bound=False)
    own = created_by(kind)
    if own is object.__new__ or getattr(kind, "_is_protocol", False):
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
