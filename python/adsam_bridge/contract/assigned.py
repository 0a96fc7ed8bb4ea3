"""What methods assign to ``self``, read from their code."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from .records import hints_of


class _Assignment(NamedTuple):
    """``self.name = value`` or ``self.name: annotation = value``; of other forms neither."""

    name: str
    annotation: ast.expr | None
    value: ast.expr | None
    method: Callable[..., Any]


def assigned(members: Mapping[str, Any]) -> dict[str, Any]:
    """The attributes that ``__init__`` and the methods it calls give every instance.

    Returns:
        What an annotation says of each: its own, or that of the parameter which is all that is
        ever assigned to it; None where nothing does.
    """
    everywhere = [one for method in _functions(members) for one in _assignments(method)]
    made = [one for method in _run_by_init(members) for one in _assignments(method)]
    names = sorted({one.name for one in made if not one.name.startswith("_")})
    return {name: _said([one for one in everywhere if one.name == name]) for name in names}


def _functions(members: Mapping[str, Any]) -> list[Callable[..., Any]]:
    return [one for one in members.values() if inspect.isfunction(one)]


def _run_by_init(members: Mapping[str, Any]) -> list[Callable[..., Any]]:
    """It, and what it calls by ``self.method()``, and so on; each once."""
    begins = members.get("__init__")
    found = [begins] if inspect.isfunction(begins) else []
    for method in found:
        for node in ast.walk(_tree(method)):
            called = members.get(_of_self(node.func) or "") if isinstance(node, ast.Call) else None
            if inspect.isfunction(called) and called not in found:
                found.append(called)
    return found


def _assignments(method: Callable[..., Any]) -> Iterator[_Assignment]:
    tree = _tree(method)
    plain: dict[int, tuple[ast.expr | None, ast.expr | None]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.AnnAssign):
            plain[id(node.target)] = node.annotation, node.value
        elif isinstance(node, ast.Assign) and len(node.targets) == 1:
            plain[id(node.targets[0])] = None, node.value
    for node in ast.walk(tree):
        name = _of_self(node)
        if name is not None and isinstance(getattr(node, "ctx", None), ast.Store):
            yield _Assignment(name, *plain.get(id(node), (None, None)), method)


def _of_self(node: ast.AST) -> str | None:
    if not isinstance(node, ast.Attribute) or not isinstance(node.value, ast.Name):
        return None
    return node.attr if node.value.id == "self" else None


def _said(assignments: list[_Assignment]) -> Any:
    annotated = next((one for one in assignments if one.annotation is not None), None)
    if annotated is not None and annotated.annotation is not None:
        space = getattr(annotated.method, "__globals__", {})
        try:
            return eval(ast.unparse(annotated.annotation), dict(space))  # noqa: S307 - as get_type_hints does
        except Exception:  # noqa: BLE001
            return ast.unparse(annotated.annotation)
    [only, *others] = assignments
    if others or not isinstance(only.value, ast.Name):
        return None
    return _parameter(only.method, only.value.id)


def _parameter(method: Callable[..., Any], name: str) -> Any:
    """The annotation of a parameter that a method gives no other value."""
    again = (
        node
        for node in ast.walk(_tree(method))
        if isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Store)
    )
    if next(again, None) is not None:
        return None
    parameter = inspect.signature(method).parameters.get(name)
    plain = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    if parameter is None or parameter.kind in plain:
        return None
    hint = hints_of(method).get(name)
    if hint is None or parameter.default is not None:
        return hint
    return None if isinstance(hint, str) else hint | None


def _tree(function: Callable[..., Any]) -> ast.Module:
    try:
        return ast.parse(textwrap.dedent(inspect.getsource(function)))
    except (OSError, TypeError, SyntaxError):
        return ast.Module([], [])
