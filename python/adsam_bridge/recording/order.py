"""What is to be watched, as adsam asks for it."""

from __future__ import annotations

import json
from typing import NamedTuple

Place = str
"""Of a function in the contract: ``modules/attacks/classes/PGD/creation``."""


class Site(NamedTuple):
    """A function's code, and the places of the contract that it is the code of."""

    number: int
    attributes_of: tuple[str, ...]
    """Classes of the contract whose instances it gets as its first parameter."""


class Order(NamedTuple):
    """The order.

    Attributes:
        notes: the file that what is seen is written to.
        sites: by file, first line and name of the code.
        files: the wrapped modules, by the paths of their files.
        classes: the contract's names of classes, by file and qualified name.
    """

    notes: str
    sites: dict[tuple[str, int, str], Site]
    files: dict[str, str]
    classes: dict[tuple[str, str], str]


def read_order(path: str) -> Order:
    """The order that a file has."""
    with open(path, encoding="utf-8") as file:  # noqa: PTH123 - pathlib is the program's to import
        said = json.load(file)
    code = said["code"]
    sites = {
        (file, line, name): Site(number, tuple(owners))
        for number, (file, line, name, _, owners) in enumerate(code["sites"])
    }
    classes = {(file, qualname): name for file, qualname, name in code["classes"]}
    return Order(said["notes"], sites, code["files"], classes)
