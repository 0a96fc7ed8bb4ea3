"""Types that stand in a stub: ``module.pyi`` beside the module, or in ``package-stubs``."""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from .spaces import WRITTEN, Function, Variables, parsed, run


def stubs_of(function: Callable[..., Any]) -> list[Callable[..., Any]]:
    """What a stub says of a function, as functions of their own: several where it is overloaded."""
    plain = inspect.unwrap(function)
    variables = getattr(plain, "__globals__", None)
    if variables is None:
        return []
    stub = _stub_of(Variables(variables))
    owner, _, name = plain.__qualname__.rpartition(".")
    found = [one for one in _body(stub.tree, owner) if isinstance(one, Function)]
    return [
        made
        for one in found
        if one.name == name and (made := _function(one, stub.space)) is not None
    ]


def stub_attributes(kind: type) -> dict[str, Any]:
    """What a stub says of the attributes that instances of a class have, as annotations."""
    module = sys.modules.get(kind.__module__)
    if module is None:
        return {}
    stub = _stub_of(Variables(vars(module)))
    return {
        one.target.id: _value(one.annotation, stub.space)
        for one in _body(stub.tree, kind.__qualname__)
        if isinstance(one, ast.AnnAssign) and isinstance(one.target, ast.Name)
    }


class _Stub:
    def __init__(self, tree: ast.Module, space: dict[str, Any]) -> None:
        self.tree = tree
        self.space = space


@cache
def _stub_of(module: Variables) -> _Stub:
    file = _file_of(module.of)
    if file is None:
        return _Stub(ast.Module([], []), {})
    tree = parsed(file)
    return _Stub(tree, {**module.of, **run(tree.body, module.of)})


def _file_of(module: Any) -> Path | None:
    source = module.get("__file__")
    if not isinstance(source, str):
        return None
    top, *inner = str(module["__name__"]).split(".")
    last = (
        [*inner, "__init__.pyi"]
        if "__path__" in module
        else [*inner[:-1], f"{module['__name__'].rpartition('.')[2]}.pyi"]
    )
    apart = [Path(place, f"{top}-stubs", *last) for place in sys.path]
    return next(
        (file for file in (Path(source).with_suffix(".pyi"), *apart) if file.is_file()), None
    )


def _body(tree: ast.Module, owner: str) -> list[ast.stmt]:
    body = tree.body
    for name in owner.split(".") if owner else []:
        body = [
            inner
            for one in body
            if isinstance(one, ast.ClassDef) and one.name == name
            for inner in one.body
        ]
    return body


def _function(written: Function, space: dict[str, Any]) -> Callable[..., Any] | None:
    text = ast.unparse(written)
    bare = ast.parse(text.split("\n", len(written.decorator_list))[-1])
    made: dict[str, Any] = {}
    try:
        exec(compile(bare, "<stub>", "exec", WRITTEN), space, made)  # noqa: S102
    except Exception:  # noqa: BLE001 - a default that is not there at run time
        return None
    return made[written.name]


def _value(written: ast.expr, space: dict[str, Any]) -> Any:
    try:
        return eval(ast.unparse(written), space)  # noqa: S307 - what get_type_hints does
    except Exception:  # noqa: BLE001
        return ast.unparse(written)
