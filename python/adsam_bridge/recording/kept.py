"""Calls that are kept, to be made again: what a function was given, as it was before it ran.

src/conformance/prove/recorded-calls.ts reads them.
"""

from __future__ import annotations

import json
import math
import os
import sys
from collections.abc import Mapping
from typing import Any

from .order import Keeping

_PLAIN = (type(None), bool, str)
_DEEPEST = 20


class Kept:
    """A folder of calls: ``module.function/1.json``, and the tensors beside it."""

    def __init__(self, keeping: Keeping) -> None:
        self._keeping = keeping
        self._process = os.getpid()
        self._counts: dict[str, int] = {}
        self._left = keeping.bytes
        self.left_out: dict[str, int] = {}
        """How many calls of a function were not kept."""

    def keep(self, module: str, function: str, given: Mapping[str, Any]) -> None:
        """Writes a call, unless there are as many already; processes that were forked keep none."""
        name = f"{module}.{function}"
        count = self._counts.get(name, 0)
        if os.getpid() != self._process or count >= self._keeping.each or self._left <= 0:
            self.leave_out(module, function)
            return
        tensors: dict[str, Any] = {}
        arguments = {key: _written(value, key, tensors, 0) for key, value in given.items()}
        said = {"module": module, "function": function, "arguments": arguments}
        text = json.dumps(said, indent=1).encode()
        packed = _packed(tensors)
        if len(text) + len(packed) > self._left:
            self.leave_out(module, function)
            return
        self._left -= len(text) + len(packed)
        self._counts[name] = count + 1
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


def _written(value: Any, place: str, tensors: dict[str, Any], depth: int) -> Any:
    kind = type(value)
    if kind in _PLAIN or (kind is int and abs(value) < 2**53):
        return value
    if kind is float:
        return {"$float": value if math.isfinite(value) else _named(value)}
    if depth < _DEEPEST and kind in (list, tuple):
        items = [_written(one, f"{place}.{i}", tensors, depth + 1) for i, one in enumerate(value)]
        return items if kind is list else {"$tuple": items}
    if depth < _DEEPEST and kind is dict and all(_is_name(key) for key in value):
        return {
            key: _written(one, f"{place}.{key}", tensors, depth + 1) for key, one in value.items()
        }
    if not _is_tensor(value):
        return {"$unkept": f"{kind.__module__}.{kind.__qualname__}"}
    # A copy of its own, of the numbers alone: the function may change them in place.
    tensors[place] = value.detach().cpu().contiguous().clone()
    return {"$tensor": place}


def _is_tensor(value: Any) -> bool:
    torch: Any = sys.modules.get("torch")
    return (
        torch is not None
        and type(value) in (torch.Tensor, torch.nn.Parameter)
        and value.layout == torch.strided
        and value.device.type != "meta"
    )


def _is_name(key: Any) -> bool:
    return type(key) is str and not key.startswith("$")


def _named(value: float) -> str:
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


def _packed(tensors: dict[str, Any]) -> bytes:
    if not tensors:
        return b""
    from safetensors.torch import save  # noqa: PLC0415 - the program has imported torch by now

    return save(tensors)


def _write(path: str, content: bytes) -> None:
    with open(path, "wb") as file:  # noqa: PTH123
        file.write(content)
