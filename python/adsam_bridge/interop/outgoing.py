"""Values on their way to TypeScript, as JSON in which "$" tells what JSON has no word for.

src/interop/incoming.ts reads it. Tensors and arrays travel beside it, by the names that it has for
them. What has no such form stays here, and a handle stands for it.
"""

from __future__ import annotations

import base64
import dataclasses
import enum
import json
import math
from collections.abc import Callable, Mapping
from pathlib import PurePath
from typing import Any, cast

import numpy as np
import torch
from pydantic import BaseModel
from torch import Tensor

from adsam_bridge.bundle import CROSSING
from adsam_bridge.modules import Folder

from .objects import Objects

DEEPEST = 200
"""Lists in lists: JSON's own reader and writer go a few times as deep."""

Wire = Any
"""A JSON value."""

EXACT = 2**53
"""Up to here JavaScript's numbers tell whole ones apart."""

_ARRAYS = {str(dtype).removeprefix("torch.") for dtype in CROSSING} - {"bfloat16"}
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
    if name is None or value.name not in type(value).__members__:
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
