"""Types of values that are named one by one, and of one type or another."""

from __future__ import annotations

import enum
from typing import Any

Type = dict[str, Any]
"""{"kind": …} and what that kind has besides."""


def literal_of(args: tuple[Any, ...]) -> Type:
    """One of the values of a Literal."""
    plain = [value for value in args if _is_plain(value)]
    members: dict[type[enum.Enum], list[str]] = {}
    for value in args:
        if isinstance(value, enum.Enum):
            members.setdefault(type(value), []).append(value.name)
    found: list[Type] = [{"kind": "literal", "values": plain}] if plain else []
    found += [enum_of(kind, names) for kind, names in members.items()]
    if any(isinstance(value, float) for value in args):  # as a docstring may list
        found.append({"kind": "float"})
    if any(isinstance(value, bytes) for value in args):
        found.append({"kind": "bytes"})
    return union_of(found)


def enum_of(kind: type[enum.Enum], members: list[str]) -> Type:
    """One of the named members of an enumeration."""
    name = f"{kind.__module__}:{kind.__qualname__}"
    several = {"flag": True} if issubclass(kind, enum.Flag) else {}
    return {"kind": "enum", "name": name, "members": members, **several}


def _is_plain(value: object) -> bool:
    return isinstance(value, (str, int, type(None))) and not isinstance(value, enum.Enum)


def union_of(members: list[Type]) -> Type:
    """Of one type or another, each told once."""
    flat = [
        one
        for member in members
        for one in (member["of"] if member["kind"] == "union" else [member])
    ]
    different = [one for i, one in enumerate(flat) if one not in flat[:i]]
    return different[0] if len(different) == 1 else {"kind": "union", "of": different}
