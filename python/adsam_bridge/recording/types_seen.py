"""Types as the contract has them, of what values look like; see ``contract/types.py``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .looks import Look


def type_of(look: Look) -> dict[str, Any]:
    """The type as the contract has it; of several, as a union."""
    kind, *of = look
    write = _TYPES.get(kind)
    return {"kind": kind} if write is None else {"kind": kind, **write(*of)}


def _any_of(looks: Look) -> dict[str, Any]:
    if len(looks) == 1:
        return type_of(looks[0])
    return {"kind": "union", "of": [type_of(one) for one in looks]}


def _holder(items: Look) -> dict[str, Any]:
    return {"of": _any_of(items)}


def _tuple(items: Look) -> dict[str, Any]:
    return {"of": [type_of(one) for one in items]}


def _dict(keys: Look, values: Look) -> dict[str, Any]:
    return {"key": _any_of(keys), "value": _any_of(values)}


def _record(name: str, fields: Look) -> dict[str, Any]:
    return {"name": name, "fields": {field: type_of(one) for field, one in fields}}


def _enum(name: str, members: tuple[str, ...]) -> dict[str, Any]:
    return {"name": name, "members": list(members)}


def _numbers(dtype: str) -> dict[str, Any]:
    return {"dtypes": [dtype]}


def _named(name: str) -> dict[str, Any]:
    return {"name": name}


def _stream() -> dict[str, Any]:
    return {"of": {"kind": "unknown", "reason": "what it holds was not recorded"}}


def _unknown(reason: str) -> dict[str, Any]:
    return {"reason": reason}


_TYPES: dict[str, Callable[..., dict[str, Any]]] = {
    "list": _holder,
    "tupleOf": _holder,
    "set": _holder,
    "tuple": _tuple,
    "dict": _dict,
    "record": _record,
    "enum": _enum,
    "tensor": _numbers,
    "array": _numbers,
    "class": _named,
    "object": _named,
    "stream": _stream,
    "unknown": _unknown,
}
"""What a type has beside its kind, of what its look has."""
