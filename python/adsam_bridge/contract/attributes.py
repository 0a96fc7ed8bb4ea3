"""The attributes that instances of a class have."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .assigned import assigned
from .records import hints_of
from .stubs import stub_attributes
from .types import Type, Types, unknown
from .variables import home_of, scope_of


def attributes_of(kind: type, members: Mapping[str, Any], types: Types) -> dict[str, Any]:
    """Annotated ones, properties, and what `__init__` takes over from its parameters."""
    hints = {name: hint for name, hint in hints_of(kind).items() if not name.startswith("_")}

    def said(missing: str, annotation: Any, home: str) -> Type:
        with types.where(scope_of(kind, home_of(kind, home)), alone=True):
            return unknown(missing) if annotation is None else types.of_annotation(annotation)

    found = {
        name: said("", hint, name) for name, hint in hints.items() if name not in _inherited(kind)
    }
    for name, value in members.items():
        if isinstance(value, property) and not name.startswith("_") and value.fget is not None:
            hint = hints_of(value.fget).get("return")
            found[name] = said("a property without annotation", hint, name)
    for name, annotation in stub_attributes(kind).items():
        if not name.startswith("_") and found.get(name, {"kind": "unknown"})["kind"] == "unknown":
            found[name] = said("", annotation, name)
    for name, annotation in assigned(kind, members).items():
        if name not in found:
            without = "assigned in __init__, without annotation"
            found[name] = said(without, annotation, "__init__")
    return dict(sorted(found.items()))


def _inherited(kind: type) -> set[str]:
    return {
        name
        for ancestor in kind.__mro__
        if ancestor.__module__.startswith("torch.")
        for name in vars(ancestor).get("__annotations__", {})
    }
