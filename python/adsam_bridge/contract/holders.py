"""Types of what holds others."""

from __future__ import annotations

import collections.abc
import types
from typing import Any

_LISTS = (
    list,
    collections.abc.Sequence,
    collections.abc.MutableSequence,
    collections.abc.Collection,
)
_SETS = (set, frozenset, collections.abc.Set, collections.abc.MutableSet)
_DICTS = (dict, collections.abc.Mapping, collections.abc.MutableMapping)
_STREAMS = (
    collections.abc.Iterable,
    collections.abc.Iterator,
    collections.abc.Generator,
    collections.abc.AsyncIterable,
    collections.abc.AsyncIterator,
    collections.abc.AsyncGenerator,
)


def holder_of(kind: Any, of: list[dict[str, Any]]) -> dict[str, Any] | None:
    """The type of what holds others; None for what is none of the known ones."""
    if kind in _DICTS:
        return {"kind": "dict", "key": of[0], "value": of[1]}
    if kind is tuple:
        return {"kind": "tupleOf", "of": of[0]}
    if kind in (collections.abc.Callable, types.FunctionType):
        return {"kind": "callable"}
    if kind is type:
        return {"kind": "object", "name": "type"}
    groups = (("list", _LISTS), ("set", _SETS), ("stream", _STREAMS))
    name = next((name for name, kinds in groups if kind in kinds), None)
    return None if name is None else {"kind": name, "of": of[0]}
