"""What values look like: types as data, from values, without running anything of theirs.

``contract/types.py`` has the types that annotations say, in the same form but for looks being
tuples, which can be told apart quickly; ``types_seen.py`` makes the one from the other.
"""

from __future__ import annotations

import enum
import itertools
import os
import pathlib
import sys
import types
from collections.abc import Iterable
from functools import partial
from typing import Any, cast

from .order import Order

Look = tuple[Any, ...]

DEEPEST = 6
LONGEST = 32
"""How far containers are looked into."""

_PLAIN: dict[type, Look] = {
    kind: (name,)
    for kind, name in (
        (type(None), "none"),
        (bool, "bool"),
        (int, "int"),
        (float, "float"),
        (complex, "complex"),
        (str, "str"),
        (bytes, "bytes"),
        (bytearray, "bytes"),
        (slice, "slice"),
        (type(...), "ellipsis"),
    )
}
_CALLABLE = (
    types.FunctionType,
    types.MethodType,
    types.BuiltinFunctionType,
    partial,
    types.MethodWrapperType,
)
_STREAMS = (types.GeneratorType, types.AsyncGeneratorType, map, zip, filter, enumerate)


class Looks:
    """Looks at values, with the contract's classes in mind."""

    def __init__(self, order: Order) -> None:
        self._order = order
        self._paths: dict[str, str] = {}
        self._classes: dict[int, tuple[type, Look]] = {}
        """What instances of a class are, where they are the same all; the class keeps its id."""

    def of(self, value: Any, depth: int = 0) -> Look:
        """What a value looks like."""
        kind = type(value)
        plain = _PLAIN.get(kind)
        if plain is not None:
            return plain
        known = self._classes.get(id(kind))
        if known is not None:
            return known[1]
        if depth > DEEPEST:
            return ("unknown", "it lies deeper than recorded values are looked into")
        return self._of_other(value, kind, depth)

    def _of_other(self, value: Any, kind: type, depth: int) -> Look:
        numbers = _of_numbers(value, kind)
        if numbers is not None:
            return numbers
        if issubclass(kind, enum.Enum):
            return self._same(kind, ("enum", self.name(kind), tuple(kind.__members__)))
        fields = _fields(value, kind)
        if fields is not None:
            if self._local(kind):
                return self._same(kind, ("object", _dotted(kind)))
            looks = tuple((name, self.of(one, depth + 1)) for name, one in fields.items())
            return ("record", self.name(kind), looks)
        if issubclass(kind, (list, tuple, set, frozenset, dict)):
            return self._of_container(value, kind, depth)
        return self._same(kind, self._of_instance(kind))

    def _of_container(self, value: Any, kind: type, depth: int) -> Look:
        if issubclass(kind, dict):
            return (
                "dict",
                self._several(dict.keys(value), depth),
                self._several(dict.values(value), depth),
            )
        if issubclass(kind, tuple):
            items = tuple.__iter__(value)
            if tuple.__len__(value) <= LONGEST // 4:
                return ("tuple", tuple(self.of(one, depth + 1) for one in items))
            return ("tupleOf", self._several(items, depth))
        if issubclass(kind, list):
            return ("list", self._several(list.__iter__(value), depth))
        return ("set", self._several(frozenset(value), depth))

    def _several(self, items: Iterable[Any], depth: int) -> Look:
        """The different ones, of the first items."""
        first = [self.of(one, depth + 1) for one in itertools.islice(items, LONGEST)]
        return tuple(sorted(set(first), key=repr))

    def _of_instance(self, kind: type) -> Look:
        if issubclass(kind, type):
            return ("object", "type")
        for base, name in _bases():
            if issubclass(kind, base):
                return (name,)
        for ancestor in kind.__mro__:
            name = self._order.classes.get((self._file(ancestor), ancestor.__qualname__))
            if name is not None:
                return ("class", name)
        return ("object", _dotted(kind))

    def _same(self, kind: type, look: Look) -> Look:
        self._classes[id(kind)] = kind, look
        return look

    def _file(self, kind: type) -> str:
        """The path of the module that a class is of."""
        module = kind.__module__
        found = self._paths.get(module)
        if found is None:
            file = getattr(sys.modules.get(module), "__file__", None) or ""
            found = self._paths[module] = os.path.realpath(file) if file else ""
        return found

    def name(self, kind: type) -> str:
        """Where a class is found again, as ``module:Qualname``."""
        module = self._order.files.get(self._file(kind), kind.__module__)
        return f"{module}:{kind.__qualname__}"

    def _local(self, kind: type) -> bool:
        return "<locals>" in kind.__qualname__ or self.name(kind).startswith("__main__:")


def _bases() -> list[tuple[Any, str]]:
    torch = sys.modules.get("torch")
    ofs = [(getattr(torch, name), name) for name in ("dtype", "device") if hasattr(torch, name)]
    return [
        (pathlib.PurePath, "path"),
        (_STREAMS, "stream"),
        (_CALLABLE, "callable"),
        *ofs,
        (str, "str"),
        (int, "int"),
        (float, "float"),
    ]


def _of_numbers(value: Any, kind: type) -> Look | None:
    """Tensors and numpy's, where the program has imported torch and numpy."""
    torch: Any = sys.modules.get("torch")
    numpy: Any = sys.modules.get("numpy")
    if hasattr(torch, "Tensor") and issubclass(kind, torch.Tensor):
        with torch._C.DisableTorchFunction():  # noqa: SLF001 - what the user's modes would notice
            if value.layout == torch.strided:
                return ("tensor", str(value.dtype).removeprefix("torch."))
            return ("object", "torch.Tensor")
    if hasattr(numpy, "ndarray"):
        if kind is numpy.ndarray:
            return ("array", value.dtype.name)
        if issubclass(kind, numpy.generic) and not issubclass(kind, (str, bytes)):
            if issubclass(kind, numpy.bool_):
                return ("bool",)
            return ("complex",) if issubclass(kind, numpy.complexfloating) else ("float",)
    return None


def _fields(value: Any, kind: type) -> dict[str, Any] | None:
    """Of a named tuple, a dataclass or a pydantic model, which cross by value."""
    if issubclass(kind, tuple):
        names = getattr(kind, "_fields", None)
        return None if names is None else dict(zip(names, tuple.__iter__(value), strict=False))
    if issubclass(kind, (str, int, float, list, set, frozenset, dict)):
        return None  # also a dataclass, which crosses as what it derives from
    names = [
        name
        for ancestor in reversed(kind.__mro__)
        for name in (
            *vars(ancestor).get("__dataclass_fields__", ()),
            *(vars(ancestor).get("__pydantic_fields__") or ()),
        )
    ]
    if not names:
        return None
    had = inside(value)
    return {name: had.get(name) for name in dict.fromkeys(names)}


def inside(value: object) -> dict[str, Any]:
    """What an object has, as it is stored: no property and no ``__getattr__`` runs."""
    try:
        return cast("dict[str, Any]", object.__getattribute__(value, "__dict__"))
    except AttributeError:
        return {}


def _dotted(kind: type) -> str:
    return f"{kind.__module__}.{kind.__qualname__}"
