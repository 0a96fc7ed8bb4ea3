"""Types as data: what an annotation, a default or a docstring says of a value.

src/interop/contract/types.ts has the same tree in TypeScript.
"""

from __future__ import annotations

import collections.abc
import dataclasses
import enum
import types
import typing
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from typing import Any, Literal, Union, get_args, get_origin

import numpy as np
from typing_extensions import Self

from .derived import as_base, base_of
from .holders import holder_of
from .literals import Type, enum_of, literal_of, union_of
from .plain import AWAITED, BARE, BASES, PLAIN, TRANSPARENT
from .records import fields_of, hints_of, is_record, required_keys
from .variables import (
    Meaning,
    bound_of,
    home_of,
    is_structural,
    is_unpacked,
    own_variables,
    parts_of,
    scope_of,
)


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
        self._meaning: Meaning = {}
        self._bounding: set[Any] = set()
        """The variables whose bounds are being looked at, which these may name again."""

    @contextmanager
    def where(self, meaning: Meaning, *, alone: bool = False) -> Generator[None]:
        """Type variables stand for these annotations within; ``alone``: and no others do."""
        before = self._meaning
        self._meaning = meaning if alone else {**before, **meaning}
        try:
            yield
        finally:
            self._meaning = before

    def itself(self, kind: Any) -> Type:
        """The type of a class's instances, within the class: of its own variables."""
        with self.where({}, alone=True):
            return self._of_class(kind, args=own_variables(kind))

    def variables(self, kind: Any) -> dict[str, list[Type]]:
        """The variables that a class's type has, where it has any."""
        with self.where({}, alone=True):
            own = [self.of_annotation(one) for one in own_variables(kind)]
        found = [one for one in own if one["kind"] == "variable"]
        return {"variables": found} if found else {}

    def of_annotation(self, annotation: Any) -> Type:
        """The type that an annotation says."""
        if annotation in (Any, object):
            return unknown(f"annotated as {getattr(annotation, '__name__', annotation)}")
        if annotation is Self and self.owner is not None:
            return self.itself(self.owner)
        if isinstance(annotation, (str, typing.ForwardRef)):
            return unknown(f"annotated as {annotation}, which is not there at run time")
        if isinstance(annotation, typing.TypeVar):
            return self._of_variable(annotation)
        if isinstance(annotation, (typing.ParamSpecArgs, typing.ParamSpecKwargs)):
            return unknown(f"annotated as {annotation!r}, what another function takes")
        return self._of_other(annotation)

    def _of_other(self, annotation: Any) -> Type:
        if isinstance(annotation, dataclasses.InitVar):
            return self.of_annotation(annotation.type)
        origin, args = get_origin(annotation), get_args(annotation)
        alias = origin or annotation
        if hasattr(alias, "__value__") and hasattr(alias, "__type_params__"):  # type Alias[T] = …
            return self.of_annotation(alias.__value__[args] if args else alias.__value__)
        if isinstance(annotation, dataclasses.InitVar):
            return self.of_annotation(annotation.type)
        if origin is None:
            return self._of_class(annotation)
        return self._of_generic(origin, args, annotation)

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
        if variable in self._meaning:
            meant = self._meaning[variable]
            with self.where({}, alone=True):
                return self.of_annotation(meant)
        if variable.__constraints__:
            return union_of([self.of_annotation(one) for one in variable.__constraints__])
        plain = {"kind": "variable", "name": self._name_of(variable)}
        bound = None if variable in self._bounding else bound_of(variable)
        if bound is None:
            return plain
        self._bounding.add(variable)
        known = self.of_annotation(bound)
        self._bounding.discard(variable)
        if known["kind"] == "unknown":
            return plain
        members = known["of"] if known["kind"] == "union" else [known]
        if any(one["kind"] not in ("class", "record", "object") for one in members):
            return known  # TypeScript has no kinds of it: of a number but the numbers one by one
        return {**plain, "bound": known}

    def _name_of(self, variable: Any) -> str:
        """A function's own has another name than its class's."""
        own = own_variables(self.owner)
        taken = variable not in own and variable.__name__ in [one.__name__ for one in own]
        return f"{variable.__name__}_" if taken else variable.__name__

    def _of_generic(self, origin: Any, args: tuple[Any, ...], annotation: Any) -> Type:
        if origin in TRANSPARENT:
            return self.of_annotation(args[0])
        special = {
            Union: self._of_union,
            types.UnionType: self._of_union,
            Literal: literal_of,
            tuple: self._of_tuple,
            collections.abc.Callable: self._of_callable,
            type: self._of_type,
            **dict.fromkeys(AWAITED, self._of_last),
        }.get(origin)
        if special is not None:
            return special(args)
        of = [self.of_annotation(one) for one in args]
        return holder_of(origin, of) or self._of_class(origin, str(annotation), args)

    def _of_union(self, args: tuple[Any, ...]) -> Type:
        return union_of([self.of_annotation(one) for one in args])

    def _of_type(self, args: tuple[Any, ...]) -> Type:
        return {"kind": "type", "of": self.of_annotation(args[0])}

    def _of_last(self, args: tuple[Any, ...]) -> Type:
        return self.of_annotation(args[-1])

    def _of_tuple(self, args: tuple[Any, ...]) -> Type:
        if any(is_unpacked(one) for one in args):
            return {"kind": "tupleOf", "of": unknown("of what a TypeVarTuple stands for")}
        if len(args) == len(("of", ...)) and args[1] is ...:
            return {"kind": "tupleOf", "of": self.of_annotation(args[0])}
        return {"kind": "tuple", "of": [self.of_annotation(one) for one in args if one != ()]}

    def _of_callable(self, args: tuple[Any, ...]) -> Type:
        if not args:
            return {"kind": "callable"}
        given, result = args[0], self.of_annotation(args[-1])
        about: Type = {"kind": "callable", "result": result}
        if get_origin(args[-1]) in AWAITED:
            about["awaited"] = True
        if not isinstance(given, list):
            return about
        return {**about, "parameters": [self.of_annotation(one) for one in given]}

    def _of_class(self, kind: Any, written: str | None = None, args: tuple[Any, ...] = ()) -> Type:
        if isinstance(kind, collections.abc.Hashable) and kind in PLAIN:
            return {"kind": PLAIN[kind]}
        anything = unknown("of what is not said")
        bare = holder_of(BARE.get(kind, kind), [anything, anything])
        if bare is not None:
            return bare
        if isinstance(kind, type):
            return self._of_real_class(kind, args)
        return unknown(f"annotated as {written or kind}")

    def _of_real_class(self, kind: type, args: tuple[Any, ...]) -> Type:
        if hasattr(kind, "array_type") and hasattr(kind, "dim_str"):  # jaxtyping's
            held = "array" if issubclass(kind.array_type, np.ndarray) else "tensor"
            return {"kind": held, "shape": str(kind.dim_str)}
        plain = next((name for base, name in BASES.items() if issubclass(kind, base)), None)
        if plain is not None:
            return {"kind": plain}
        base = base_of(kind)
        if base is not None:
            of = self.of_annotation(as_base(kind, base, args))
            return {"kind": "derived", "kept": self._of_kept(kind, ()), "of": of}
        if is_record(kind):
            return self._of_record(*(parts_of(kind) if not args else (kind, args)))
        if issubclass(kind, enum.Enum):
            return enum_of(kind, list(kind.__members__))
        return self._of_kept(kind, args)

    def _of_kept(self, kind: type, args: tuple[Any, ...]) -> Type:
        if kind in self.classes:
            return {"kind": "class", "name": self.classes[kind], **self._given(kind, args)}
        if is_structural(kind):
            return unknown(f"annotated as {kind.__name__}, whatever has its methods")
        return {"kind": "object", "name": f"{kind.__module__}.{kind.__qualname__}"}

    def _given(self, kind: type, args: tuple[Any, ...]) -> dict[str, Any]:
        """What the variables of a class's type are given."""
        with self.where({}, alone=True):
            own = [self.of_annotation(one)["kind"] == "variable" for one in own_variables(kind)]
        given = [
            self.of_annotation(one)
            for one, counts in zip(args, own, strict=False)
            if counts and len(args) == len(own)
        ]
        return {"args": given} if given else {}

    def _of_record(self, kind: type, args: tuple[Any, ...]) -> Type:
        name = f"{kind.__module__}:{kind.__qualname__}"
        if kind not in self._met:
            self._met.add(kind)
            hints = hints_of(kind)
            fields: dict[str, Type] = {}
            for field in fields_of(kind):
                with self.where(scope_of(kind, home_of(kind, field)), alone=True):
                    said = self.of_annotation(hints[field]) if field in hints else None
                fields[field] = said or unknown("not annotated")
            plain = typing.is_typeddict(kind)
            required = sorted(required_keys(kind)) if plain else list(fields)
            described = {"fields": fields, "required": required, "dict": plain}
            self.records[name] = {**self.variables(kind), **described}
        return {"kind": "record", "name": name, **self._given(kind, args)}
