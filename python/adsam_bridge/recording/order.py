"""What is to be watched, as adsam asks for it."""

from __future__ import annotations

import json
from typing import NamedTuple


class Site(NamedTuple):
    """A function's code, by the number that adsam knows it by."""

    number: int
    bound: bool
    """Whether its first parameter is the instance that it is a method of."""
    callable_as: tuple[str, str] | None
    """Module and function, or ``Class.method``; None for what is not called by name."""
    literals: tuple[str, ...]
    """The parameters that take one of some values: flags, as those that are true, false or None."""


class Keeping(NamedTuple):
    """How many calls of each function are kept, in how many bytes of all, and where."""

    folder: str
    each: int
    bytes: int


class Order(NamedTuple):
    """The order.

    Attributes:
        notes: the file that what is seen is written to.
        parent: the process that asks, without which nobody waits for the program.
        sites: by file, first line and name of the code.
        files: the wrapped modules, by the paths of their files.
        classes: the contract's names of classes, by file and qualified name.
        keeping: how calls are kept, where they are.
    """

    notes: str
    parent: int
    sites: dict[tuple[str, int, str], Site]
    files: dict[str, str]
    classes: dict[tuple[str, str], str]
    keeping: Keeping | None


def read_order(path: str) -> Order:
    """The order that a file has."""
    with open(path, encoding="utf-8") as file:  # noqa: PTH123 - pathlib is the program's to import
        said = json.load(file)
    code = said["code"]
    sites = {
        (file, line, name): Site(number, bound, _callable_as(places), tuple(literals))
        for number, (file, line, name, places, bound, literals) in enumerate(code["sites"])
    }
    classes = {(file, qualname): name for file, qualname, name in code["classes"]}
    keeping = Keeping(**said["keeping"]) if said["keeping"] else None
    return Order(said["notes"], said["parent"], sites, code["files"], classes, keeping)


def _callable_as(places: list[list[str]]) -> tuple[str, str] | None:
    for module, group, *path in places:
        if group == "functions":
            return module, path[0]
        if path[1] == "methods" and path[2] != "__call__":
            return module, f"{path[0]}.{path[2]}"
    return None
