"""The attributes that instances of a class have."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .assigned import assigned
from .records import hints_of
from .stubs import stub_attributes
from .types import Types, unknown


def attributes_of(kind: type, members: Mapping[str, Any], types: Types) -> dict[str, Any]:
    """Annotated ones, properties, and what `__init__` takes over from its parameters."""
    hints = {name: hint for name, hint in hints_of(kind).items() if not name.startswith("_")}
    found = {
        name: types.of_annotation(hint)
        for name, hint in hints.items()
        if name not in _inherited(kind)
    }
    for name, value in members.items():
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
    for name, annotation in assigned(kind, members).items():
        if name not in found:
            found[name] = (
                unknown("assigned in __init__, without annotation")
                if annotation is None
                else types.of_annotation(annotation)
            )
    return dict(sorted(found.items()))


def _inherited(kind: type) -> set[str]:
    return {
        name
        for ancestor in kind.__mro__
        if ancestor.__module__.startswith("torch.")
        for name in vars(ancestor).get("__annotations__", {})
    }
