"""What classes have whose instances cross by value: members that are given such a value first."""

from __future__ import annotations

import functools
import inspect
from typing import Any

from pydantic import BaseModel

from .classes import members_of, method_of
from .docstrings import read_docstring
from .records import fields_of, hints_of
from .types import Type, Types, unknown
from .variables import home_of, scope_of

_MAKING = (
    "__init__",
    "__new__",
    "__getnewargs__",
    "__post_init__",
    "__repr__",
    "__str__",
    "__eq__",
    "__hash__",
    "__init_subclass__",
    "__class_getitem__",
    "__setattr__",
    "__getattr__",
    "__getattribute__",
    "__delattr__",
    "__del__",
    "__getnewargs__",
    "__getstate__",
    "__setstate__",
    "__reduce__",
    "__copy__",
    "__deepcopy__",
)
"""What Python calls when a value is made, shown, compared, looked at and copied, here as there."""


def members_of_record(kind: Any, types: Types) -> dict[str, Any]:
    """Methods, properties and ``__call__`` of a dataclass or its like, as methods.

    Returns:
        ``methods`` by name, each given the record first; ``left``: why others are not there.
    """
    types.owner = kind
    methods: dict[str, Any] = {}
    left: dict[str, str] = {}
    for name, value in sorted(members_of(kind).items()):
        if name in fields_of(kind):
            continue
        reason = _hindrance(kind, name, value)
        if reason is not None:
            left[name] = reason
        elif name == "__call__" or not name.startswith("_"):
            with types.where(scope_of(kind, home_of(kind, name)), alone=True):
                method = _member(kind, value, types)
            if method is not None:
                methods[name] = method
        if isinstance(value, property) and value.fset is not None and not name.startswith("_"):
            left[f"{name} (written)"] = "a property is read here: set what it writes"
    types.owner = None
    return {**({"methods": methods} if methods else {}), **({"left": left} if left else {})}


def _hindrance(kind: type, name: str, value: object) -> str | None:
    """Why a member that is called or read is not offered; None where it is."""
    if issubclass(kind, BaseModel) and name in dir(BaseModel):
        written = inspect.isfunction(value) and not name.startswith("_")
        own = written and value.__module__ == kind.__module__
        return "it is pydantic's own: ask a handle, which keep: true gives" if own else None
    if name.startswith("__") and inspect.isfunction(value) and name not in (*_MAKING, "__call__"):
        written = not value.__code__.co_filename.startswith(
            "<"
        )  # a dataclass has made it otherwise
        return "an operator: ask a handle, which keep: true gives" if written else None
    given = inspect.isfunction(value) and not name.startswith("_")
    if given and not _takes_first(value):
        return "it takes no value first by place"
    return None


def _takes_first(function: Any) -> bool:
    first = next(iter(inspect.signature(function).parameters.values()), None)
    return first is not None and first.kind in (first.POSITIONAL_ONLY, first.POSITIONAL_OR_KEYWORD)


def _member(kind: Any, value: object, types: Types) -> dict[str, Any] | None:
    itself: Type = types.itself(kind)
    getter: Any = value.fget if isinstance(value, property) else getattr(value, "func", None)
    if isinstance(value, (property, functools.cached_property)) and getter is not None:
        hint = hints_of(getter).get("return")
        missing = unknown("a property without annotation")
        first = {"name": "self", "kind": "positional", "required": True, "type": itself}
        return {
            "of": "property",
            "doc": read_docstring(getter).text,
            "parameters": [first],
            "result": missing if hint is None else types.of_annotation(hint),
        }
    method = method_of(value, types, bound=False)
    if method is not None and method["of"] == "instance":
        method["parameters"][0].update({"kind": "positional", "type": itself})
    return method
