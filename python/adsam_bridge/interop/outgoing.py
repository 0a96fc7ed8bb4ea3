"""Values on their way to TypeScript, as JSON in which "$" tells what JSON has no word for.

src/interop/incoming.ts reads it. Tensors and arrays travel beside it, by the names that it has for
them. What has no such form stays here, and a handle stands for it.
"""

from __future__ import annotations

import enum
import json
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import is_dataclass
from typing import Any

import numpy as np
import torch
from pydantic import BaseModel
from torch import Tensor

from adsam_bridge.bundle import CROSSING
from adsam_bridge.programs import Program

from . import leaves
from .leaves import Wire
from .objects import Objects
from .records import Source, fields_in

DEEPEST = 200
"""Lists in lists: JSON's own reader and writer go a few times as deep."""


class Outgoing:
    """Writes values; their tensors gather in ``tensors``, their objects in the session's."""

    def __init__(self, objects: Objects, program: Program) -> None:
        self.tensors: dict[str, Tensor] = {}
        self._objects = objects
        self._kept: list[int] = []
        self._program = program
        self._open: set[int] = set()
        self._records: list[object] = []
        self._known: Mapping[int, Wire] = {}

    @contextmanager
    def knowing(self, known: Mapping[int, Wire]) -> Generator[None]:
        """Meanwhile values that the other side has are written so, by their identities."""
        self._known = known
        try:
            yield
        finally:
            self._known = {}

    @contextmanager
    def withdrawing(self, unwanted: Callable[[], bool]) -> Generator[None]:
        """What was written meanwhile is forgotten where it fails, or nobody waits for it."""
        try:
            yield
        except BaseException:
            self._objects.release(self._kept)
            raise
        if unwanted():
            self._objects.release(self._kept)

    def wire(self, value: object) -> Wire:
        """A value as JSON."""
        if self._known and id(value) in self._known:
            return self._known[id(value)]
        for kinds, write in _WRITERS:
            if isinstance(value, kinds):
                return write(self, value)
        return self.handle(value)

    def handle(self, value: object, detail: str | None = None) -> Wire:
        """What stands for an object that stays here.

        Args:
            value: the object.
            detail: what keeps it here where others of its class cross.
        """
        told = {} if detail is None else {"detail": detail}
        return {
            **told,
            "$": "handle",
            "number": self._keep(value),
            "type": type_name(type(value)),
            "program": self._program.wire,
        }

    def _keep(self, value: object) -> int:
        number = self._objects.keep(value)
        self._kept.append(number)
        return number

    def tensor(self, kind: str, tensor: Tensor) -> Wire:
        """Its place among the tensors."""
        name = str(len(self.tensors))
        self.tensors[name] = tensor
        return {"$": kind, "tensor": name}

    def record(self, value: object, name: str) -> Wire:
        """Its fields, and what it goes back by as it was."""
        fields = fields_in(value)
        number = self._keep(Source(value, fields))
        self._records.append(value)
        written = {field: self.wire(one) for field, one in fields.items()}
        self._records.pop()
        return {"$": "record", "type": name, "fields": written, "source": number}

    def within(self, value: object) -> Wire | None:
        """Which of the records that hold this place it is, from inside out; None for none."""
        up = next((i for i, one in enumerate(reversed(self._records)) if one is value), None)
        return None if up is None else {"$": "within", "up": up}

    def items(self, values: Any) -> list[Wire]:
        """Each of them."""
        return [self.wire(value) for value in values]

    def begin(self, value: object) -> bool:
        """Goes into what holds other values; not into one that holds itself, or is too deep.

        That stays here. Writers go in by themselves: Python's recursion has no room for helpers.
        """
        if id(value) in self._open or len(self._open) >= DEEPEST:
            return False
        self._open.add(id(value))
        return True

    def end(self, value: object) -> None:
        """Comes out of it."""
        self._open.discard(id(value))


def text_of(wire: Wire) -> str:
    """A JSON value as text."""
    return json.dumps(wire, allow_nan=False, separators=(",", ":"))


def type_name(kind: type) -> str:
    """As Python writes it in messages, with its module unless that is builtins."""
    module = kind.__module__
    return kind.__qualname__ if module == "builtins" else f"{module}.{kind.__qualname__}"


def _write_enum(out: Outgoing, value: enum.Enum) -> Wire:
    kind = _importable(type(value))
    several = isinstance(value, enum.Flag)  # whose name is A|B, and for none of them is None
    if kind is None or not (several or value.name in type(value).__members__):
        return out.handle(value)
    return {"$": "enum", "type": kind, "name": value.name or "", "value": out.wire(value.value)}


def _write_scalar(out: Outgoing, value: np.generic) -> Wire:
    wire = leaves.write_scalar(value)
    return out.handle(value) if wire is None else wire


def _write_array(out: Outgoing, value: np.ndarray[Any, Any]) -> Wire:
    if type(value) not in (np.ndarray, np.memmap):
        return out.handle(value)
    if value.dtype.name not in leaves.ARRAYS:
        return out.handle(value, f"of dtype {value.dtype}")
    native = np.ascontiguousarray(value, value.dtype.newbyteorder("=")).reshape(value.shape)
    writable = native if native.flags.writeable else native.copy()
    return out.tensor("array", torch.from_numpy(writable))


def _write_tensor(out: Outgoing, value: Tensor) -> Wire:
    if value.is_meta:
        return out.handle(value, "on device meta, without numbers")
    if value.layout != torch.strided or value.is_nested:
        return out.handle(value, f"of layout {str(value.layout).removeprefix('torch.')}")
    if value.dtype not in CROSSING:
        return out.handle(value, f"of dtype {str(value.dtype).removeprefix('torch.')}")
    return out.tensor("tensor", value)


def _write_list(out: Outgoing, value: list[Any]) -> Wire:
    if not out.begin(value):
        return out.handle(value)
    try:
        return [out.wire(item) for item in value]
    finally:
        out.end(value)


def _write_tuple(out: Outgoing, value: tuple[Any, ...]) -> Wire:
    if hasattr(type(value), "_fields"):
        return _write_record(out, value)
    if not out.begin(value):
        return out.handle(value)
    try:
        return {"$": "tuple", "items": [out.wire(item) for item in value]}
    finally:
        out.end(value)


def _write_set(out: Outgoing, value: set[Any] | frozenset[Any]) -> Wire:
    kind = "frozenset" if isinstance(value, frozenset) else "set"
    return {"$": kind, "items": out.items(value)}


def _write_dict(out: Outgoing, value: dict[Any, Any]) -> Wire:
    if not out.begin(value):
        return out.handle(value)
    try:
        if all(type(key) is str for key in value) and "$" not in value:
            return {key: out.wire(item) for key, item in value.items()}
        return {"$": "dict", "items": [[out.wire(k), out.wire(v)] for k, v in value.items()]}
    finally:
        out.end(value)


def _write_slice(out: Outgoing, value: slice) -> Wire:
    return {"$": "slice", "items": out.items((value.start, value.stop, value.step))}


def _write_other(out: Outgoing, value: object) -> Wire:
    return _write_record(out, value) if is_dataclass(type(value)) else out.handle(value)


def _write_record(out: Outgoing, value: Any) -> Wire:
    name = _importable(type(value))
    if name is None or not out.begin(value):
        within = None if isinstance(value, tuple) else out.within(value)
        return within or out.handle(value)
    try:
        return out.record(value, name)
    finally:
        out.end(value)


def _importable(kind: type) -> str | None:
    """Where Python finds a class again; None for one that was made inside a function."""
    return None if "<locals>" in kind.__qualname__ else f"{kind.__module__}:{kind.__qualname__}"


def _leaf(write: Callable[[Any], Wire]) -> Callable[[Outgoing, Any], Wire]:
    return lambda _out, value: write(value)


_WRITERS: tuple[tuple[Any, Callable[[Outgoing, Any], Wire]], ...] = (
    (enum.Enum, _write_enum),
    (np.generic, _write_scalar),
    *((kinds, _leaf(write)) for kinds, write in leaves.WRITERS),
    (Tensor, _write_tensor),
    (np.ndarray, _write_array),
    (list, _write_list),
    (tuple, _write_tuple),
    (dict, _write_dict),
    ((set, frozenset), _write_set),
    (slice, _write_slice),
    (BaseModel, _write_record),
    (object, _write_other),
)
"""In this order: an enum may be a str, a numpy number a float."""
