"""Values that came from TypeScript, as JSON in which "$" tells what JSON has no word for.

src/interop/outgoing.ts writes it.
"""

from __future__ import annotations

import base64
import dataclasses
import enum
from collections.abc import Callable, Mapping
from dataclasses import is_dataclass
from pathlib import Path
from typing import Any, Protocol, cast

import numpy as np
import torch
from pydantic import BaseModel
from torch import Tensor

from adsam_bridge.contract.records import is_record
from adsam_bridge.functions import load_module, nearest
from adsam_bridge.programs import Program
from adversarial_sampling.errors import AdversarialSamplingError

from .leaves import Wire
from .objects import Objects


class Functions(Protocol):
    """Makes what calls TypeScript; see ``callbacks``."""

    def function(self, number: int, name: str, program: Program) -> object:
        """A function of TypeScript's."""
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
        self._tensors = tensors
        self.program = program

    def value(self, wire: Wire) -> Any:
        """The value that a JSON value stands for."""
        if not isinstance(wire, (list, dict)):
            return wire
        fields = cast("dict[str, Wire]", wire) if isinstance(wire, dict) else {}
        kind = fields.get("$")
        if kind is not None and kind not in _CONTAINERS:
            return _READERS[kind](self, fields)
        place = len(self.containers)
        self.containers.append(None)
        # Not by helpers: Python's recursion has no room for them.
        if isinstance(wire, list):
            self.containers[place] = [self.value(item) for item in cast("list[Wire]", wire)]
        elif kind is None:
            self.containers[place] = {key: self.value(item) for key, item in fields.items()}
        else:
            self.containers[place] = _CONTAINERS[kind](self, fields)
        return self.containers[place]

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

    def record(self, where: str, fields: dict[str, Any], *, as_it_was: bool) -> Any:
        """A record.

        Args:
            where: its class.
            fields: by name.
            as_it_was: whether it came from here: nothing of its class runs, which could change it.
                A new one is made as Python makes one.
        """
        kind = self.named(where)
        if issubclass(kind, BaseModel):
            return kind.model_validate(fields)
        if not is_record(kind):
            raise AdversarialSamplingError(
                f"expected a dataclass, named tuple, TypedDict or pydantic model, got {where}",
                suggestion="call the class: what it makes stays in Python, and is a handle",
            )
        if not is_dataclass(kind):
            return kind(**fields)
        later = {one.name for one in dataclasses.fields(kind) if as_it_was or not one.init}
        made = {name: field for name, field in fields.items() if name not in later}
        value = object.__new__(kind) if as_it_was else kind(**made)
        for name in later & fields.keys():
            object.__setattr__(value, name, fields[name])
        return value

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


def _items(incoming: Incoming, fields: dict[str, Wire]) -> list[Any]:
    return [incoming.value(item) for item in fields["items"]]


_READERS: dict[str, Callable[[Incoming, dict[str, Wire]], Any]] = {
    "handle": lambda incoming, fields: incoming.objects.get(fields["number"]),
    "callback": lambda incoming, fields: incoming.functions.function(
        fields["number"], fields["name"], incoming.program
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
    "tuple": lambda incoming, fields: tuple(_items(incoming, fields)),
    "frozenset": lambda incoming, fields: frozenset(_items(incoming, fields)),
    "slice": lambda incoming, fields: slice(*_items(incoming, fields)),
    "path": lambda _, fields: Path(fields["text"]),
    "ellipsis": lambda _, __: ...,
    "dtype": lambda _, fields: _dtype(fields["text"]),
    "device": lambda _, fields: _device(fields["text"]),
    "enum": lambda incoming, fields: incoming.member(
        fields["type"], fields["name"], incoming.value(fields["value"])
    ),
    "given": lambda incoming, fields: incoming.containers[fields["number"]],
}

_CONTAINERS: dict[str, Callable[[Incoming, dict[str, Wire]], Any]] = {
    "set": lambda incoming, fields: set(_items(incoming, fields)),
    "bytearray": lambda _, fields: bytearray(base64.b64decode(fields["base64"])),
    "dict": lambda incoming, fields: {
        incoming.value(key): incoming.value(item) for key, item in fields["items"]
    },
    "record": lambda incoming, fields: incoming.record(
        fields["type"],
        {key: incoming.value(item) for key, item in fields["fields"].items()},
        as_it_was=fields["asItWas"],
    ),
}


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
