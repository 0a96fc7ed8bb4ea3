"""Values that came from TypeScript, as JSON in which "$" tells what JSON has no word for.

src/interop/outgoing.ts writes it.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol, cast

import numpy as np
import torch
from pydantic import BaseModel
from torch import Tensor

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

    def iterable(self, number: int, program: Program) -> object:
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
        self._tensors = tensors
        self.program = program

    def value(self, wire: Wire) -> Any:
        """The value that a JSON value stands for."""
        if isinstance(wire, list):
            return [self.value(item) for item in cast("list[Wire]", wire)]
        if not isinstance(wire, dict):
            return wire
        fields = cast("dict[str, Wire]", wire)
        if "$" not in fields:
            return {key: self.value(item) for key, item in fields.items()}
        return _READERS[fields["$"]](self, fields)

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

    def named(self, where: str) -> Any:
        """What a class's name stands for."""
        module, _, path = where.partition(":")
        found: Any = self.program.modules.load(module)
        for name in path.split("."):
            found = getattr(found, name)
        return found

    def record(self, where: str, fields: dict[str, Any]) -> Any:
        """A record with exactly these fields: nothing of its class runs that could change them."""
        kind = self.named(where)
        if issubclass(kind, tuple):
            return kind(**fields)
        if issubclass(kind, BaseModel):
            return kind.model_validate(fields)
        value = object.__new__(kind)
        for name, field in fields.items():
            object.__setattr__(value, name, field)
        return value


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
        fields["number"], incoming.program
    ),
    "tensor": lambda incoming, fields: incoming.tensor(fields["tensor"]),
    "array": lambda incoming, fields: incoming.array(fields["tensor"]),
    "text": lambda _, fields: base64.b64decode(fields["utf16"]).decode(
        "utf-16-le", "surrogatepass"
    ),
    "int": lambda _, fields: int(fields["text"]),
    "float": lambda _, fields: float(fields["text"]),
    "complex": lambda incoming, fields: complex(
        incoming.value(fields["real"]), incoming.value(fields["imag"])
    ),
    "bytes": lambda _, fields: base64.b64decode(fields["base64"]),
    "bytearray": lambda _, fields: bytearray(base64.b64decode(fields["base64"])),
    "tuple": lambda incoming, fields: tuple(_items(incoming, fields)),
    "set": lambda incoming, fields: set(_items(incoming, fields)),
    "frozenset": lambda incoming, fields: frozenset(_items(incoming, fields)),
    "dict": lambda incoming, fields: {
        incoming.value(key): incoming.value(item) for key, item in fields["items"]
    },
    "slice": lambda incoming, fields: slice(*_items(incoming, fields)),
    "path": lambda _, fields: Path(fields["text"]),
    "ellipsis": lambda _, __: ...,
    "dtype": lambda _, fields: _dtype(fields["text"]),
    "device": lambda _, fields: torch.device(fields["text"]),
    "enum": lambda incoming, fields: incoming.named(fields["type"])[fields["name"]],
    "record": lambda incoming, fields: incoming.record(
        fields["type"], {key: incoming.value(item) for key, item in fields["fields"].items()}
    ),
}


def _dtype(name: str) -> torch.dtype:
    found = getattr(torch, name, None)
    if isinstance(found, torch.dtype):
        return found
    raise AdversarialSamplingError(f"expected a dtype of torch such as float32, got {name}")
