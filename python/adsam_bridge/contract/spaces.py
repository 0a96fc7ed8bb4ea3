"""Names that only type checkers see: those under ``if TYPE_CHECKING:``, and those of stubs."""

from __future__ import annotations
import __future__

import ast
import typing
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

_PLACE = ("__name__", "__package__", "__loader__", "__spec__", "__path__", "__file__")
"""What an import statement looks at to know whose it is."""

WRITTEN = __future__.annotations.compiler_flag
"""Annotations stay text, as one may name what comes later."""
Function = ast.FunctionDef | ast.AsyncFunctionDef


class Variables:
    """A module's variables, as what a cache can know them by."""

    def __init__(self, module: Mapping[str, Any]) -> None:
        self.of = module

    def __hash__(self) -> int:
        return id(self.of)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Variables) and other.of is self.of


def for_checkers(module: Mapping[str, Any]) -> dict[str, Any]:
    """What a module's annotations may name beside its own variables.

    Args:
        module: its variables.
    """
    return _for_checkers(str(module.get("__file__")), Variables(module))


@cache
def _for_checkers(file: str, module: Variables) -> dict[str, Any]:
    tree = parsed(Path(file))
    hidden = [
        one
        for statement in tree.body
        if isinstance(statement, ast.If) and "TYPE_CHECKING" in ast.unparse(statement.test)
        for one in statement.body
    ]
    return run(hidden, module.of) if hidden else {}


def parsed(file: Path) -> ast.Module:
    """The statements of a file; none where it is no Python."""
    try:
        return ast.parse(file.read_text("utf-8"))
    except (OSError, SyntaxError, ValueError):
        return ast.Module([], [])


def run(statements: Iterable[ast.stmt], module: Mapping[str, Any]) -> dict[str, Any]:
    """What statements for type checkers define, one by one: of what fails nothing is known.

    A class or function that the module has itself is that one.
    """
    place = {name: module[name] for name in _PLACE if name in module}
    space: dict[str, Any] = {**vars(typing), **module, **place}
    before = dict(space)
    for statement in _flat(statements):
        if isinstance(statement, Function):
            continue
        if isinstance(statement, ast.ClassDef) and statement.name in module:
            continue
        code = ast.Module([statement], [])
        try:
            exec(compile(code, "<for type checkers>", "exec", WRITTEN), space)  # noqa: S102
        except Exception:  # noqa: BLE001, S112 - a package that is not there, or worse
            continue
    return {name: value for name, value in space.items() if before.get(name, space) is not value}


def _flat(statements: Iterable[ast.stmt]) -> Iterator[ast.stmt]:
    for statement in statements:
        if isinstance(statement, ast.If):
            yield from _flat(statement.body)
            yield from _flat(statement.orelse)
        elif isinstance(statement, ast.Try):
            yield from _flat(statement.body)
        else:
            yield statement
