"""Values on their way between the languages, as JSON in which "$" tells what JSON has no word for.

src/interop/values.ts is the other side. Tensors and arrays travel beside it, by the names that it
has for them. What has no such form stays where it is, and a handle stands for it.
"""

from __future__ import annotations

import base64
import dataclasses
import enum
import json
import math
from collections.abc import Callable, Mapping
from pathlib import Path, PurePath
from typing import Any, Protocol, cast

import numpy as np
import torch
from pydantic import BaseModel
from torch import Tensor

from adsam_bridge.bundle import CROSSING
from adsam_bridge.modules import Folder
from adversarial_sampling.errors import AdversarialSamplingError

from .objects import Objects

DEEPEST = 200
"""Lists in lists: JSON's own reader and writer go a few times as deep."""

Wire = Any
"""A JSON value."""

EXACT = 2**53
"""Up to here JavaScript's numbers tell whole ones apart."""

_ARRAYS = frozenset(
    ["bool", "uint8", "int8", "uint16", "int16", "uint32", "int32", "uint64", "int64", "float16", "float32", "float64", "complex64", "complex128"]
)
"""numpy's dtypes that TypeScript has arrays for."""


class Outgoing:
    """Writes values; their tensors gather in ``tensors``, their objects in the session's."""

    def __init__(self, objects: Objects, folder: Folder) -> None:
        self.tensors: dict[str, Tensor] = {}
        self._objects = objects
        self._folder = folder.path
        self._open: set[int] = set()

    def wire(self, value: object) -> Wire:
        """A value as JSON."""
        for kinds, write in _WRITERS:
            if isinstance(value, kinds):
                return write(self, value)
        return self.handle(value)

    def handle(self, value: object) -> Wire:
        """What stands for an object that stays here."""
        return {
            "$": "handle",
            "number": self._objects.keep(value),
            "type": type_name(type(value)),
            "folder": self._folder,
        }

    def tensor(self, kind: str, tensor: Tensor) -> Wire:
        """Its place among the tensors."""
        name = str(len(self.tensors))
        self.tensors[name] = tensor
        return {"$": kind, "tensor": name}

    def items(self, values: Any) -> list[Wire]:
        """Each of them; a value that holds itself has no end, and stays here."""
        return [self.wire(value) for value in values]

    def within(self, value: object, write: Callable[[], Wire]) -> Wire:
        """What holds other values; one that holds itself, or too many in each other, stays here."""
        if id(value) in self._open or len(self._open) >= DEEPEST:
            return self.handle(value)
        self._open.add(id(value))
        try:
            return write()
        finally:
            self._open.discard(id(value))


def text_of(wire: Wire) -> str:
    """A JSON value as text."""
    return json.dumps(wire, allow_nan=False, separators=(",", ":"))


def type_name(kind: type) -> str:
    """As Python writes it in messages, with its module unless that is builtins."""
    module = kind.__module__
    return kind.__qualname__ if module == "builtins" else f"{module}.{kind.__qualname__}"


def _write_plain(_out: Outgoing, value: Any) -> Wire:
    return value


def _write_str(_out: Outgoing, value: str) -> Wire:
    try:
        value.encode()
    except UnicodeEncodeError:
        codes = value.encode("utf-16-le", "surrogatepass")
        return {"$": "text", "utf16": base64.b64encode(codes).decode()}
    return str.__str__(value)


def _write_int(_out: Outgoing, value: int) -> Wire:
    return int(value) if -EXACT < value < EXACT else {"$": "int", "text": str(int(value))}


def _write_float(_out: Outgoing, value: float) -> Wire:
    return float(value) if math.isfinite(value) else {"$": "float", "text": repr(float(value))}


def _write_complex(out: Outgoing, value: complex) -> Wire:
    return {"$": "complex", "real": out.wire(value.real), "imag": out.wire(value.imag)}


def _write_bytes(_out: Outgoing, value: bytes | bytearray) -> Wire:
    return {"$": type(value).__name__, "base64": base64.b64encode(value).decode()}


def _write_enum(out: Outgoing, value: enum.Enum) -> Wire:
    name = _importable(type(value))
    if name is None or value.name is None:
        return out.handle(value)
    return {"$": "enum", "type": name, "name": value.name, "value": out.wire(value.value)}


def _write_scalar(out: Outgoing, value: np.generic) -> Wire:
    if value.dtype.name not in _ARRAYS:
        return out.handle(value)
    return out.wire(value.item())


def _write_array(out: Outgoing, value: np.ndarray[Any, Any]) -> Wire:
    if type(value) is not np.ndarray or value.dtype.name not in _ARRAYS:
        return out.handle(value)
    native = np.ascontiguousarray(value, value.dtype.newbyteorder("=")).reshape(value.shape)
    writable = native if native.flags.writeable else native.copy()
    return out.tensor("array", torch.from_numpy(writable))


def _write_tensor(out: Outgoing, value: Tensor) -> Wire:
    dense = value.layout == torch.strided and not value.is_nested and not value.is_meta
    if not dense or value.dtype not in CROSSING:
        return out.handle(value)
    return out.tensor("tensor", value)


def _write_list(out: Outgoing, value: list[Any]) -> Wire:
    return out.within(value, lambda: out.items(value))


def _write_tuple(out: Outgoing, value: tuple[Any, ...]) -> Wire:
    fields = getattr(type(value), "_fields", None)
    name = _importable(type(value)) if fields is not None else None
    if fields is None or name is None:
        return out.within(value, lambda: {"$": "tuple", "items": out.items(value)})
    return _record(out, value, name, dict(zip(fields, value, strict=True)))


def _write_set(out: Outgoing, value: set[Any] | frozenset[Any]) -> Wire:
    kind = "frozenset" if isinstance(value, frozenset) else "set"
    return out.within(value, lambda: {"$": kind, "items": out.items(value)})


def _write_dict(out: Outgoing, value: dict[Any, Any]) -> Wire:
    def write() -> Wire:
        if all(type(key) is str for key in value) and "$" not in value:
            return {key: out.wire(item) for key, item in value.items()}
        return {"$": "dict", "items": [[out.wire(k), out.wire(v)] for k, v in value.items()]}

    return out.within(value, write)


def _write_slice(out: Outgoing, value: slice) -> Wire:
    return {"$": "slice", "items": out.items((value.start, value.stop, value.step))}


def _write_path(_out: Outgoing, value: PurePath) -> Wire:
    return {"$": "path", "text": str(value)}


def _write_model(out: Outgoing, value: BaseModel) -> Wire:
    name = _importable(type(value))
    if name is None:
        return out.handle(value)
    return _record(
        out, value, name, {field: getattr(value, field) for field in type(value).model_fields}
    )


def _write_ellipsis(_out: Outgoing, _value: object) -> Wire:
    return {"$": "ellipsis"}


def _write_dtype(_out: Outgoing, value: torch.dtype) -> Wire:
    return {"$": "dtype", "text": str(value).removeprefix("torch.")}


def _write_device(_out: Outgoing, value: torch.device) -> Wire:
    return {"$": "device", "text": str(value)}


def _write_other(out: Outgoing, value: object) -> Wire:
    name = _importable(type(value)) if dataclasses.is_dataclass(type(value)) else None
    if name is None:
        return out.handle(value)
    fields = [field.name for field in dataclasses.fields(cast("Any", value))]
    return _record(out, value, name, {field: getattr(value, field, None) for field in fields})


def _record(out: Outgoing, value: object, name: str, fields: Mapping[str, object]) -> Wire:
    def write() -> Wire:
        return {"$": "record", "type": name, "fields": {k: out.wire(v) for k, v in fields.items()}}

    return out.within(value, write)


def _importable(kind: type) -> str | None:
    """Where Python finds a class again; None for one that was made inside a function."""
    return None if "<locals>" in kind.__qualname__ else f"{kind.__module__}:{kind.__qualname__}"


_WRITERS: tuple[tuple[Any, Callable[[Outgoing, Any], Wire]], ...] = (
    ((type(None), bool), _write_plain),
    (enum.Enum, _write_enum),
    (np.generic, _write_scalar),
    (str, _write_str),
    (int, _write_int),
    (float, _write_float),
    (complex, _write_complex),
    ((bytes, bytearray), _write_bytes),
    (Tensor, _write_tensor),
    (np.ndarray, _write_array),
    (list, _write_list),
    (tuple, _write_tuple),
    (dict, _write_dict),
    ((set, frozenset), _write_set),
    (slice, _write_slice),
    (PurePath, _write_path),
    (BaseModel, _write_model),
    (type(...), _write_ellipsis),
    (torch.dtype, _write_dtype),
    (torch.device, _write_device),
    (object, _write_other),
)
"""In this order: a bool is an int too, an enum may be a str, a numpy number a float."""


class Functions(Protocol):
    """Makes what calls TypeScript; see ``callbacks``."""

    def function(self, number: int, name: str, folder: Folder) -> object:
        """A function of TypeScript's."""
        ...

    def iterable(self, number: int, folder: Folder) -> object:
        """An iterable of TypeScript's."""
        ...


class Incoming:
    """Reads values, of tensors that came beside them and objects that were kept."""

    def __init__(
        self,
        tensors: Mapping[str, Tensor],
        objects: Objects,
        folder: Folder,
        functions: Functions,
    ) -> None:
        self.objects = objects
        self.functions = functions
        self.given: dict[str, Tensor | np.ndarray[Any, Any]] = {}
        """Tensors and arrays that were read, by their names."""
        self._tensors = tensors
        self.folder = folder

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
        found: Any = self.folder.load(module)
        for name in path.split("."):
            found = getattr(found, name)
        return found

    def record(self, where: str, fields: dict[str, Any]) -> Any:
        """A record with these fields, exactly as they are: nothing of its class runs that could change them."""
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
        fields["number"], fields["name"], incoming.folder
    ),
    "iterable": lambda incoming, fields: incoming.functions.iterable(
        fields["number"], incoming.folder
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
