"""Which ancestors of a class are its own."""

from __future__ import annotations

_EVERYBODYS = frozenset(
    ("torch", "numpy", "pydantic", "builtins", "abc", "typing", "enum", "collections", "datetime")
)
"""Packages whose classes have a hundred methods, which are called by name."""


def own_ancestors(kind: type) -> list[type]:
    """A class and its ancestors that are not everybody's, in the order in which names are found."""
    return [one for one in kind.__mro__ if one.__module__.partition(".")[0] not in _EVERYBODYS]
