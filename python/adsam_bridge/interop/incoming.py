"""Values that came from TypeScript, as JSON in which "$" tells what JSON has no word for.

src/interop/outgoing.ts writes it.
"""

from __future__ import annotations

import base64
import enum
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol, cast

import numpy as np
import torch
from torch import Tensor

from adsam_bridge.functions import load_module, nearest
from adsam_bridge.programs import Program
from adversarial_sampling.errors import AdversarialSamplingError

from . import restored
from .leaves import Wire
from .objects import Objects
from .records import Source, made


class Functions(Protocol):
    """Makes what calls TypeScript; see ``callbacks``."""

    def function(self, number: int, name: str, program: Program, *, awaited: bool) -> object:
        """A function of TypeScript's; an awaited one is a coroutine function."""
        ...

    def operation(self, forward: int, pullback: int, name: str, program: Program) -> object:
        """A function of TypeScript's that torch can differentiate."""
        ...

    def iterable(self, number: int, length: int | None, program: Program) -> object:
        """An iterable of TypeScript's."""
        ...


class Incoming:
    """Reads values, of tensors that came beside them and objects that were kept."""

    def __init__(
        self,
        tensors: Mapping[str, Tensor],
        objects: Objects,
        program: Program,
        functions: Functions,
    ) -> None:
        self.objects = objects
        self.functions = functions
        self.given: dict[str, Tensor | np.ndarray[Any, Any]] = {}
        """Tensors and arrays that were read, by their names."""
        self.containers: list[Any] = []
        """Lists, dicts, sets, bytearrays and records that were read; one before what it holds."""
        self.sources: dict[int, Any] = {}
        """Records that were read and had come from here, by the numbers of their sources."""
        self._tensors = tensors
        self.program = program

    def value(self, wire: Wire, was: Any = None) -> Any:
        """The value that a JSON value stands for.

        Args:
            wire: the JSON value.
            was: what stood there when a record came from here; as it was, where it is the same.
        """
        if not isinstance(wire, (list, dict)):
            return restored.leaf(wire, was)
        fields = cast("dict[str, Wire]", wire) if isinstance(wire, dict) else {}
        kind = fields.get("$")
        if kind in _READERS:
            return restored.leaf(_READERS[kind](self, fields), was)
        if kind in _HOLDERS:
            return _HOLDERS[kind](self, fields, was)
        place = len(self.containers)
        self.containers.append(None)
        # Not by helpers: Python's recursion has no room for them.
        if isinstance(wire, list):
            before = restored.items(was, list)
            read = [self.value(item, next(before)) for item in cast("list[Wire]", wire)]
        elif kind is None:
            known = cast("dict[Any, Any]", was) if isinstance(was, dict) else {}
            read = {key: self.value(item, dict.get(known, key)) for key, item in fields.items()}
        elif kind == "record":
            read = self._record(place, fields)
        else:
            read: Any = _CONTAINERS[kind](self, fields, was)
        self.containers[place] = restored.container(read, was)
        return self.containers[place]

    def _record(self, place: int, fields: dict[str, Wire]) -> Any:
        number, given = fields["source"], fields["fields"]
        if number is None:
            kind = self.named(fields["type"])
            return made(kind, {name: self.value(one) for name, one in given.items()})
        source = cast("Source", self.objects.get(number))
        begun = self.containers[place] = source.begin()
        now = {name: self.value(one, source.fields.get(name)) for name, one in given.items()}
        self.sources[number] = record = source.finish(begun, now)
        return record

    def again(self, number: int) -> Any:
        """What was read before, or is being read."""
        found = self.containers[number]
        if found is None:
            raise AdversarialSamplingError(
                "expected a value with an end, got a named tuple that holds itself"
            )
        return found

    def tensor(self, name: str) -> Tensor:
        """A tensor by its name; the same one whenever it is named."""
        tensor = self.given.setdefault(name, self._tensors[name])
        assert isinstance(tensor, Tensor)
        return tensor

    def array(self, name: str) -> np.ndarray[Any, Any]:
        """An array by its name; bfloat16 is none of numpy's."""
        array = self.given.setdefault(name, self._tensors[name].numpy())
        assert isinstance(array, np.ndarray)
        return array

    def named(self, where: str) -> type:
        """The class of that name, ``module:Qualname``.

        Raises:
            AdversarialSamplingError: ``usage`` where there is none, with the nearest.
        """
        module, _, path = where.partition(":")
        found: Any = load_module(module, self.program.modules)
        for name in path.split("."):
            near = nearest(name, dir(found))
            found = getattr(found, name, None)
            if found is None:
                raise AdversarialSamplingError(f"there is no class {where}", suggestion=near)
        if not isinstance(found, type):
            raise AdversarialSamplingError(
                f"expected a class, got {where}, a {type(found).__name__}"
            )
        return found

    def member(self, where: str, name: str, value: Any) -> enum.Enum:
        """A member of an enumeration; of a flag also several at once, by what they stand for."""
        kind = self.named(where)
        if not issubclass(kind, enum.Enum):
            raise AdversarialSamplingError(f"expected an Enum, got {where}")
        if name in kind.__members__:
            return kind[name]
        if issubclass(kind, enum.Flag) and isinstance(value, int):
            return kind(value)
        raise AdversarialSamplingError(
            f"there is no {name} in {where}",
            suggestion=nearest(name, kind.__members__) or f"one of {', '.join(kind.__members__)}",
        )


def _items(incoming: Incoming, fields: dict[str, Wire], was: Any = None) -> list[Any]:
    before = restored.items(was, tuple)
    return [incoming.value(item, next(before)) for item in fields["items"]]


def _members(incoming: Incoming, fields: dict[str, Wire], was: Any) -> list[Any]:
    known = restored.known(was)
    return [restored.leaf(one, known.get(one)) for one in _items(incoming, fields)]


def _pairs(incoming: Incoming, fields: dict[str, Wire], was: Any) -> dict[Any, Any]:
    known = restored.known(was)
    made: dict[Any, Any] = {}
    for key, item in fields["items"]:
        name = incoming.value(key)
        name = restored.leaf(name, known.get(name))
        made[name] = incoming.value(item, was[name] if name in known else None)
    return made


_READERS: dict[str, Callable[[Incoming, dict[str, Wire]], Any]] = {
    "handle": lambda incoming, fields: incoming.objects.get(fields["number"]),
    "callback": lambda incoming, fields: incoming.functions.function(
        fields["number"], fields["name"], incoming.program, awaited=fields["awaited"]
    ),
    "operation": lambda incoming, fields: incoming.functions.operation(
        fields["number"], fields["pullback"], fields["name"], incoming.program
    ),
    "iterable": lambda incoming, fields: incoming.functions.iterable(
        fields["number"], fields["length"], incoming.program
    ),
    "member": lambda incoming, fields: getattr(
        incoming.objects.get(fields["number"]), fields["name"]
    ),
    "tensor": lambda incoming, fields: incoming.tensor(fields["tensor"]),
    "array": lambda incoming, fields: incoming.array(fields["tensor"]),
    "text": lambda _, fields: base64.b64decode(fields["utf16"]).decode(
        "utf-16-le", "surrogatepass"
    ),
    "int": lambda _, fields: int(fields["text"], 16),
    "float": lambda _, fields: float(fields["text"]),
    "complex": lambda incoming, fields: complex(
        incoming.value(fields["real"]), incoming.value(fields["imag"])
    ),
    "bytes": lambda _, fields: base64.b64decode(fields["base64"]),
    "slice": lambda incoming, fields: slice(*_items(incoming, fields)),
    "path": lambda _, fields: Path(fields["text"]),
    "ellipsis": lambda _, __: ...,
    "dtype": lambda _, fields: _dtype(fields["text"]),
    "device": lambda _, fields: _device(fields["text"]),
    "enum": lambda incoming, fields: incoming.member(
        fields["type"], fields["name"], incoming.value(fields["value"])
    ),
    "given": lambda incoming, fields: incoming.again(fields["number"]),
}

_HOLDERS: dict[str, Callable[[Incoming, dict[str, Wire], Any], Any]] = {
    "tuple": lambda incoming, fields, was: restored.tuple_of(_items(incoming, fields, was), was),
    "frozenset": lambda incoming, fields, was: frozenset(_members(incoming, fields, was)),
}
_CONTAINERS: dict[str, Callable[[Incoming, dict[str, Wire], Any], Any]] = {
    "set": lambda incoming, fields, was: set(_members(incoming, fields, was)),
    "bytearray": lambda _, fields, __: bytearray(base64.b64decode(fields["base64"])),
    "dict": _pairs,
}
"""Those that can change."""


def _dtype(name: str) -> torch.dtype:
    found = getattr(torch, name, None)
    if isinstance(found, torch.dtype):
        return found
    raise AdversarialSamplingError(f"expected a dtype of torch such as float32, got {name}")


def _device(name: str) -> torch.device:
    try:
        return torch.device(name)
    except RuntimeError as error:
        raise AdversarialSamplingError(
            f"expected a device of torch such as cpu or cuda:0, got {name}"
        ) from error
