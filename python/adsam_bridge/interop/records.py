"""Records cross by their fields, and go back to the Python that gave them as they were."""

from __future__ import annotations

import copy
import dataclasses
import types
import weakref
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import is_dataclass
from typing import Any, cast

import numpy as np
from pydantic import BaseModel
from torch import Tensor

from adsam_bridge.contract.records import fields_of, is_record
from adversarial_sampling.errors import AdversarialSamplingError

from .aliases import asked_as

_WRITTEN_IN_PYTHON = 1 << 9
"""Of a class's flags: its instances are laid out as those of an ancestor that is not."""

_WHOLE = object()
"""Stands for a tensor or an array, which need not be remembered."""


def fields_in(record: object) -> dict[str, Any]:
    """What a record has by name, what pydantic's ``extra="allow"`` took included.

    A field that it lacks is None.
    """
    extra = record.model_extra if isinstance(record, BaseModel) else None
    fields = {name: getattr(record, name, None) for name in fields_of(type(record))}
    return {**fields, **(extra or {})}


def made(kind: type, fields: Mapping[str, Any]) -> Any:
    """A new record, as Python makes one: with defaults, and checked where the class checks."""
    if not is_record(kind):
        raise AdversarialSamplingError(
            f"expected a dataclass, named tuple, TypedDict or pydantic model, got "
            f"{kind.__module__}:{kind.__qualname__}",
            suggestion="call the class: what it makes stays in Python, and is a handle",
        )
    if not is_dataclass(kind):
        return kind(**asked_as(kind, fields))
    later = {one.name for one in dataclasses.fields(kind) if not one.init} & fields.keys()
    given = {name: one for name, one in fields.items() if name not in later}
    value = kind(**asked_as(kind, given))
    for name in later:
        object.__setattr__(value, name, fields[name])
    return value


class Source:
    """What a record was when it crossed, beside what its fields say over there.

    Private attributes, attributes beside the fields, which fields were set, and what the numbers
    and texts were of. It holds the parts and not the record, which lives and dies by itself; and no
    tensors or arrays, which cross whole.
    """

    def __init__(self, record: object, fields: Mapping[str, Any]) -> None:
        self.kind: Any = type(record)
        whole = {name for name, one in fields.items() if isinstance(one, (Tensor, np.ndarray))}
        self.fields = {**fields, **dict.fromkeys(whole, _WHOLE)}
        had = getattr(record, "__dict__", {})
        self._attributes = {name: one for name, one in had.items() if name not in whole}
        self._slots = [
            (slot, _apart(slot, one)) for slot, one in _held(record) if slot.__name__ not in whole
        ]

    def begin(self) -> Any:
        """A record of the class with nothing in it; None for a tuple, which has its items first.

        Nothing of its class runs, which could change it.
        """
        if issubclass(self.kind, tuple):
            return None
        solid = next(one for one in self.kind.__mro__ if not one.__flags__ & _WRITTEN_IN_PYTHON)
        return solid.__new__(self.kind)

    def finish(self, begun: Any, fields: Mapping[str, Any]) -> Any:
        """The record as it was, with these fields: what TypeScript has changed in them."""
        record = self._tuple(fields) if begun is None else begun
        if hasattr(record, "__dict__"):
            record.__dict__.update(self._attributes)
        for slot, value in self._slots:
            slot.__set__(record, _apart(slot, value))
        if begun is None:
            return record
        extra = record.model_extra if isinstance(record, BaseModel) else None
        for name in self.fields.keys() - fields.keys():
            _forget(record, extra, name)
        for name, value in fields.items():
            was = self.fields.get(name)
            if value is was:
                continue
            if extra is not None and name not in type(record).model_fields:
                extra[name] = value
            else:
                object.__setattr__(record, name, value)
            if isinstance(record, BaseModel) and not (was is _WHOLE or _alike(value, was)):
                record.model_fields_set.add(name)
        return record

    def _tuple(self, fields: Mapping[str, Any]) -> Any:
        names = self.kind._fields
        missing = next((name for name in names if name not in fields), None)
        if missing is not None:
            raise AdversarialSamplingError(f"expected the field {missing} of {self.kind.__name__}")
        return tuple.__new__(self.kind, [fields[name] for name in names])


def _held(record: object) -> Iterator[tuple[Any, Any]]:
    """What it has in ``__slots__``, and an exception's arguments, by their descriptors."""
    kind = type(record)
    slots = _slots.get(kind)
    if slots is None:
        slots = _slots[kind] = [slot for one in kind.__mro__ for slot in _slots_of(one)]
    for slot in slots:
        with suppress(AttributeError):  # nothing is in it
            yield slot, slot.__get__(record)


_slots: weakref.WeakKeyDictionary[type, list[Any]] = weakref.WeakKeyDictionary()


def _slots_of(ancestor: type) -> list[Any]:
    if ancestor.__flags__ & _WRITTEN_IN_PYTHON:
        written = vars(ancestor).values()
        return [one for one in written if isinstance(one, types.MemberDescriptorType)]
    return [BaseException.args] if ancestor is BaseException else []


def _apart(slot: Any, value: Any) -> Any:
    """Those of pydantic are each record's; what a user's slots hold is whatever it was."""
    return copy.copy(value) if slot.__name__.startswith("__pydantic_") else value


def _forget(record: object, extra: dict[str, Any] | None, name: str) -> None:
    if extra is not None and extra.pop(name, None) is not None:
        return
    with suppress(AttributeError):  # it has none
        object.__delattr__(record, name)


def _alike(value: Any, was: Any, within: tuple[int, ...] = ()) -> bool:
    """Whether a field is as it was; what stands in it for the same is then the same object."""
    if value is was or id(value) in within:
        return True
    if type(value) is not type(was):
        return False
    if is_record(type(value)):
        value, was, within = fields_in(value), fields_in(was), (*within, id(value))
    if isinstance(value, dict):
        other = cast("dict[Any, Any]", was)
        return value.keys() == other.keys() and all(
            _alike(one, other[key], within) for key, one in cast("dict[Any, Any]", value).items()
        )
    if isinstance(value, (list, tuple)):
        pairs = zip(cast("list[Any]", value), was, strict=False)
        return len(value) == len(was) and all(_alike(a, b, within) for a, b in pairs)
    return isinstance(value, (set, bytearray)) and value == was
