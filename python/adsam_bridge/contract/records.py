"""Classes whose instances cross by value, and what annotations say at run time."""

from __future__ import annotations

import dataclasses
import sys
import typing
from collections.abc import Callable
from typing import Any

from pydantic import BaseModel
from typing_extensions import NotRequired, Required

from .derived import base_of
from .spaces import for_checkers


def is_record(kind: type) -> bool:
    """Whether its instances cross by their fields.

    So do those of a dataclass, named tuple, TypedDict and pydantic model.
    """
    return (
        (dataclasses.is_dataclass(kind) and base_of(kind) is None)
        or typing.is_typeddict(kind)
        or issubclass(kind, BaseModel)
        or (issubclass(kind, tuple) and hasattr(kind, "_fields"))
    )


def fields_of(kind: Any) -> list[str]:
    """The names of a record's fields."""
    if dataclasses.is_dataclass(kind):
        return [field.name for field in dataclasses.fields(kind)]
    if typing.is_typeddict(kind):
        return list(kind.__annotations__)
    return list(kind.model_fields if issubclass(kind, BaseModel) else kind._fields)


def required_keys(kind: Any) -> set[str]:
    """The keys that a TypedDict never lacks.

    Where annotations are text its own ``__required_keys__`` does not know of ``NotRequired``.
    """
    keys = set(kind.__required_keys__)
    try:
        hints = typing.get_type_hints(kind, include_extras=True)
    except Exception:  # noqa: BLE001 - a name that only type checkers know, or worse
        return keys
    for name, hint in hints.items():
        if typing.get_origin(hint) is NotRequired:
            keys.discard(name)
        elif typing.get_origin(hint) is Required:
            keys.add(name)
    return keys


def hints_of(owner: Callable[..., Any] | type) -> dict[str, Any]:
    """Its annotations, those that can be told at run time; the others as they are written."""
    hidden = {**for_checkers(_variables(owner)), **_type_parameters(owner)}
    try:
        return typing.get_type_hints(owner, localns=hidden or None)
    except Exception:  # noqa: BLE001 - a name that only type checkers know, or worse
        written = getattr(owner, "__annotations__", {})
        space = {**vars(typing), **_variables(owner), **hidden}
        return {name: _evaluated(text, space) for name, text in written.items()}


def _type_parameters(owner: Callable[..., Any] | type) -> dict[str, Any]:
    """Its own and those of the classes around it, where they are declared in brackets."""
    found: dict[str, Any] = {}
    around: Any = _variables(owner)
    for name in getattr(owner, "__qualname__", "").split("."):
        inner = around.get(name)
        around = vars(inner) if isinstance(inner, type) else {}
        found.update(_named(getattr(inner, "__type_params__", ())))
    return {**found, **_named(getattr(owner, "__type_params__", ()))}


def _named(variables: tuple[Any, ...]) -> dict[str, Any]:
    return {one.__name__: one for one in variables}


def _variables(owner: Callable[..., Any] | type) -> dict[str, Any]:
    """Of the module that it was written in."""
    written: dict[str, Any] | None = getattr(owner, "__globals__", None)
    if written is not None:
        return written
    module = getattr(owner, "__module__", None)  # what is written in C often has none
    return vars(sys.modules.get(module, typing) if isinstance(module, str) else typing)


def _evaluated(text: Any, space: dict[str, Any]) -> Any:
    if not isinstance(text, str):
        return text
    try:
        return eval(text, space)  # noqa: S307 - what Python's own get_type_hints does
    except Exception:  # noqa: BLE001
        return text
