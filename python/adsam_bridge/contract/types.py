"""Types as data: what an annotation, a default or a docstring says of a value.

src/interop/contract/types.ts has the same tree in TypeScript.
"""

from __future__ import annotations

import collections.abc
import enum
import pathlib
import types
import typing
from collections.abc import Mapping
from typing import Any, Literal, Union, get_args, get_origin

import numpy as np
import torch
from typing_extensions import Self

from .derived import as_base, base_of
from .holders import holder_of
from .records import fields_of, hints_of, is_record, required_keys

Type = dict[str, Any]
"""{"kind": …} and what that kind has besides."""

_PLAIN: dict[Any, str] = {
    type(None): "none",
    None: "none",
    bool: "bool",
    int: "int",
    float: "float",
    complex: "complex",
    str: "str",
    bytes: "bytes",
    bytearray: "bytearray",
    slice: "slice",
    types.EllipsisType: "ellipsis",
    torch.dtype: "dtype",
    torch.device: "device",
}
_AWAITED = (collections.abc.Awaitable, collections.abc.Coroutine)
_BASES: dict[type, str] = {
    torch.Tensor: "tensor",
    np.ndarray: "array",
    np.generic: "number",
    pathlib.PurePath: "path",
}
_BARE: dict[Any, Any] = {
    list: list,
    typing.Sequence: list,
    tuple: tuple,
    dict: dict,
    typing.Callable: collections.abc.Callable,
}
"""What typing's own names stand for without brackets."""
_TRANSPARENT = [typing.Annotated, typing.Final, typing.ClassVar] + [
    getattr(typing, name) for name in ("Required", "NotRequired") if hasattr(typing, name)
]


def unknown(reason: str) -> Type:
    """What nobody knows, and why."""
    return {"kind": "unknown", "reason": reason}


class Types:
    """Translates annotations, seen from modules whose classes it may name."""

    def __init__(self, classes: Mapping[type, str]) -> None:
        self.classes = classes
        """The names of classes that a client has."""
        self.records: dict[str, dict[str, Any]] = {}
        """The dataclasses and their like that were met, by name."""
        self._met: set[type] = set()
        self.owner: type | None = None
        """The class that is being described, which ``Self`` stands for."""

    def of_annotation(self, annotation: Any) -> Type:
        """The type that an annotation says."""
        if annotation in (Any, object):
            return unknown(f"annotated as {getattr(annotation, '__name__', annotation)}")
        if annotation is Self and self.owner is not None:
            return self._of_class(self.owner)
        if isinstance(annotation, (str, typing.ForwardRef)):
            return unknown(f"annotated as {annotation}, which is not there at run time")
        if isinstance(annotation, typing.TypeVar):
            return self._of_variable(annotation)
        origin = get_origin(annotation)
        if origin is None:
            return self._of_class(annotation)
        return self._of_generic(origin, get_args(annotation), annotation)

    def of_default(self, value: object) -> Type:
        """The type that a default suggests."""
        if value is None:
            return unknown("not annotated, and its default is None")
        if isinstance(value, bool):
            return {"kind": "bool"}
        if isinstance(value, (int, float)):
            return {"kind": "number"}
        if isinstance(value, tuple) and value:
            items = [self.of_default(item) for item in value]
            alike = all(item == items[0] for item in items)
            return {"kind": "list", "of": items[0] if alike else unknown("items of several types")}
        if callable(value) and not isinstance(value, type):
            return {"kind": "callable"}
        return self._of_class(type(value))

    def _of_variable(self, variable: Any) -> Type:
        if variable.__bound__ is not None:
            return self.of_annotation(variable.__bound__)
        if variable.__constraints__:
            return _union([self.of_annotation(one) for one in variable.__constraints__])
        return unknown(f"annotated as the type variable {variable.__name__}")

    def _of_generic(self, origin: Any, args: tuple[Any, ...], annotation: Any) -> Type:
        if origin in _TRANSPARENT:
            return self.of_annotation(args[0])
        special = {
            Union: self._of_union,
            types.UnionType: self._of_union,
            Literal: _of_literal,
            tuple: self._of_tuple,
            collections.abc.Callable: self._of_callable,
            **dict.fromkeys(_AWAITED, self._of_last),
        }.get(origin)
        if special is not None:
            return special(args)
        of = [self.of_annotation(one) for one in args]
        return holder_of(origin, of) or self._of_class(origin, str(annotation), args)

    def _of_union(self, args: tuple[Any, ...]) -> Type:
        return _union([self.of_annotation(one) for one in args])

    def _of_last(self, args: tuple[Any, ...]) -> Type:
        return self.of_annotation(args[-1])

    def _of_tuple(self, args: tuple[Any, ...]) -> Type:
        if len(args) == len(("of", ...)) and args[1] is ...:
            return {"kind": "tupleOf", "of": self.of_annotation(args[0])}
        return {"kind": "tuple", "of": [self.of_annotation(one) for one in args if one != ()]}

    def _of_callable(self, args: tuple[Any, ...]) -> Type:
        if not args:
            return {"kind": "callable"}
        given, result = args[0], self.of_annotation(args[-1])
        about: Type = {"kind": "callable", "result": result}
        if get_origin(args[-1]) in _AWAITED:
            about["awaited"] = True
        if not isinstance(given, list):
            return about
        return {**about, "parameters": [self.of_annotation(one) for one in given]}

    def _of_class(self, kind: Any, written: str | None = None, args: tuple[Any, ...] = ()) -> Type:
        if isinstance(kind, collections.abc.Hashable) and kind in _PLAIN:
            return {"kind": _PLAIN[kind]}
        anything = unknown("of what is not said")
        bare = holder_of(_BARE.get(kind, kind), [anything, anything])
        if bare is not None:
            return bare
        if isinstance(kind, type):
            return self._of_real_class(kind, args)
        return unknown(f"annotated as {written or kind}")

    def _of_real_class(self, kind: type, args: tuple[Any, ...]) -> Type:
        if hasattr(kind, "array_type") and hasattr(kind, "dim_str"):  # jaxtyping's
            held = "array" if issubclass(kind.array_type, np.ndarray) else "tensor"
            return {"kind": held, "shape": str(kind.dim_str)}
        plain = next((name for base, name in _BASES.items() if issubclass(kind, base)), None)
        if plain is not None:
            return {"kind": plain}
        base = base_of(kind)
        if base is not None:
            of = self.of_annotation(as_base(kind, base, args))
            return {"kind": "derived", "kept": self._of_kept(kind), "of": of}
        if is_record(kind):
            return self._of_record(kind)
        if issubclass(kind, enum.Enum):
            return _enum(kind, list(kind.__members__))
        return self._of_kept(kind)

    def _of_kept(self, kind: type) -> Type:
        if kind in self.classes:
            return {"kind": "class", "name": self.classes[kind]}
        return {"kind": "object", "name": f"{kind.__module__}.{kind.__qualname__}"}

    def _of_record(self, kind: type) -> Type:
        name = f"{kind.__module__}:{kind.__qualname__}"
        if kind not in self._met:
            self._met.add(kind)
            hints = hints_of(kind)
            fields = {
                field: self.of_annotation(hints[field])
                if field in hints
                else unknown("not annotated")
                for field in fields_of(kind)
            }
            plain = typing.is_typeddict(kind)
            required = sorted(required_keys(kind)) if plain else list(fields)
            self.records[name] = {"fields": fields, "required": required, "dict": plain}
        return {"kind": "record", "name": name}


def _of_literal(args: tuple[Any, ...]) -> Type:
    plain = [value for value in args if _is_plain(value)]
    members: dict[type[enum.Enum], list[str]] = {}
    for value in args:
        if isinstance(value, enum.Enum):
            members.setdefault(type(value), []).append(value.name)
    found: list[Type] = [{"kind": "literal", "values": plain}] if plain else []
    found += [_enum(kind, names) for kind, names in members.items()]
    if any(isinstance(value, float) for value in args):  # as a docstring may list
        found.append({"kind": "float"})
    if any(isinstance(value, bytes) for value in args):
        found.append({"kind": "bytes"})
    return _union(found)


def _enum(kind: type[enum.Enum], members: list[str]) -> Type:
    name = f"{kind.__module__}:{kind.__qualname__}"
    several = {"flag": True} if issubclass(kind, enum.Flag) else {}
    return {"kind": "enum", "name": name, "members": members, **several}


def _is_plain(value: object) -> bool:
    return isinstance(value, (str, int, type(None))) and not isinstance(value, enum.Enum)


def _union(members: list[Type]) -> Type:
    flat = [
        one
        for member in members
        for one in (member["of"] if member["kind"] == "union" else [member])
    ]
    different = [one for i, one in enumerate(flat) if one not in flat[:i]]
    return different[0] if len(different) == 1 else {"kind": "union", "of": different}
