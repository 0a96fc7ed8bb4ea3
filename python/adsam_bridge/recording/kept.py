"""Calls that are kept, to be made again: what a function was given, as it was before it ran.

src/conformance/prove/recorded-calls.ts reads them.
"""

from __future__ import annotations

import base64
import json
import math
import os
import re
import sys
from collections.abc import Mapping
from typing import Any

from .order import Keeping

_PLAIN = (type(None), bool, str)
_DEEPEST = 20
_LONGEST = 8192
"""Bits of an int: Python writes no longer ones."""
_HOLDERS = {list: "", tuple: "$tuple", set: "$set", frozenset: "$frozenset"}
_BYTES = {bytes: "$bytes", bytearray: "$bytearray"}


class Kept:
    """A folder of calls: ``module.function/1.json``, and tensors and arrays beside it."""

    def __init__(self, keeping: Keeping) -> None:
        self._keeping = keeping
        self._process = os.getpid()
        self._counts: dict[str, int] = {}
        self._left = keeping.bytes
        self.left_out: dict[str, int] = {}
        """How many calls of a function were not kept."""
        self.unkept: dict[str, int] = {}
        """What kept calls lack: in how many."""

    def keep(self, module: str, function: str, given: Mapping[str, Any]) -> None:
        """Writes a call, unless there are as many already; processes that were forked keep none."""
        name = f"{module}.{function}"
        count = self._counts.get(name, 0)
        if os.getpid() != self._process or count >= self._keeping.each or self._left <= 0:
            self.leave_out(module, function)
            return
        call = _Call()
        arguments = {key: call.written(value, key, 0) for key, value in given.items()}
        said = {"module": module, "function": function, "arguments": arguments}
        text = json.dumps(said, indent=1).encode()
        packed = call.packed()
        if len(text) + len(packed) > self._left:
            self.leave_out(module, function)
            return
        self._left -= len(text) + len(packed)
        self._counts[name] = count + 1
        for place, kind in call.unkept.items():
            what = f"{name}({place}), {kind}"
            self.unkept[what] = self.unkept.get(what, 0) + 1
        place = os.path.join(self._keeping.folder, name)  # noqa: PTH118
        os.makedirs(place, exist_ok=True)  # noqa: PTH103
        path = os.path.join(place, str(count + 1))  # noqa: PTH118
        if packed:
            _write(f"{path}.safetensors", packed)
        _write(f"{path}.json", text)  # last: a call that has its JSON is whole

    def leave_out(self, module: str, function: str) -> None:
        """Counts a call that is not kept."""
        name = f"{module}.{function}"
        self.left_out[name] = self.left_out.get(name, 0) + 1


class _Call:
    """What a call was given, as JSON, with the numbers beside it."""

    def __init__(self) -> None:
        self.unkept: dict[str, str] = {}
        """What JSON and tensors cannot hold, by its place."""
        self._numbers: dict[str, Any] = {}

    def written(self, value: Any, place: str, depth: int) -> Any:
        """A value as JSON, with copies: the function may change what it was given in place."""
        kind = type(value)
        if kind in _PLAIN or (kind is int and abs(value) < 2**53):
            return value
        said = _said(value, kind)
        if said is not None:
            return said
        if depth < _DEEPEST and kind in _HOLDERS:
            items = [self.written(one, f"{place}.{i}", depth + 1) for i, one in enumerate(value)]
            return items if kind is list else {_HOLDERS[kind]: items}
        if depth < _DEEPEST and kind is dict and all(_is_name(key) for key in value):
            return {
                key: self.written(one, f"{place}.{key}", depth + 1) for key, one in value.items()
            }
        numbers = _numbers(value, kind)
        if numbers is None:
            self.unkept[place] = _what(value, kind)
            return {"$unkept": self.unkept[place]}
        written, self._numbers[place] = numbers
        return {written: place}

    def packed(self) -> bytes:
        """The numbers: by torch, which the program may not have imported for arrays alone."""
        if not self._numbers:
            return b""
        torch: Any = sys.modules.get("torch")
        if torch is None:
            from safetensors.numpy import save as save_arrays  # noqa: PLC0415

            return save_arrays(self._numbers)
        from safetensors.torch import save  # noqa: PLC0415

        tensors = {
            place: one if isinstance(one, torch.Tensor) else torch.from_numpy(one)
            for place, one in self._numbers.items()
        }
        return save(tensors)


_DTYPE = re.compile(r"bool|u?int(8|16|32|64)|b?float(16|32|64)|complex64")
"""What both the format and TypeScript hold."""


def _numbers(value: Any, kind: type) -> tuple[str, Any] | None:
    """A tensor or an array as numbers of its own; None for what is neither, or has none."""
    torch: Any = sys.modules.get("torch")
    numpy: Any = sys.modules.get("numpy")
    if torch is not None and kind in (torch.Tensor, torch.nn.Parameter):
        dense = value.layout == torch.strided and value.device.type != "meta"
        if dense and _DTYPE.fullmatch(str(value.dtype).removeprefix("torch.")):
            return "$tensor", value.detach().cpu().contiguous().clone()
    elif numpy is not None and kind.__module__ == "numpy" and _is_numeric(value, kind, numpy):
        held = numpy.asarray(value)  # a number of numpy's has no dimensions then
        native = held.astype(held.dtype.newbyteorder("="), order="C", copy=True)
        return "$array", native
    return None


def _is_numeric(value: Any, kind: type, numpy: Any) -> bool:
    numbers = kind is numpy.ndarray or issubclass(kind, numpy.generic)
    return numbers and _DTYPE.fullmatch(value.dtype.name) is not None


def _what(value: Any, kind: type) -> str:
    """Its class; of numbers that cannot be kept also their dtype."""
    name = f"{kind.__module__}.{kind.__qualname__}"
    dtyped = name in ("torch.Tensor", "torch.nn.parameter.Parameter", "numpy.ndarray")
    return f"{name} of {value.dtype}" if dtyped else name


def _is_name(key: Any) -> bool:
    """Whether an object of JavaScript's may have it, and none of the forms of this file has."""
    return type(key) is str and not key.startswith("$") and key != "__proto__"


def _said(value: Any, kind: type) -> dict[str, Any] | None:
    """What JSON has no form for, in one of its forms; None for what has no such form."""
    if kind is float:
        return {"$float": _named(value)}
    if kind is int and value.bit_length() < _LONGEST:
        return {"$int": str(value)}
    if kind is complex:
        return {"$complex": [_named(value.real), _named(value.imag)]}
    if kind in _BYTES:
        return {_BYTES[kind]: base64.b64encode(value).decode()}
    pathlib: Any = sys.modules.get("pathlib")
    if (
        pathlib is not None
        and kind.__module__.startswith("pathlib")
        and issubclass(kind, pathlib.PurePath)
    ):
        return {"$path": str(value)}
    return None


def _named(value: float) -> float | str:
    if math.isfinite(value):
        return value
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


def _write(path: str, content: bytes) -> None:
    with open(path, "wb") as file:  # noqa: PTH123
        file.write(content)
