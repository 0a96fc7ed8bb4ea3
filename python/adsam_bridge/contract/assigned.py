"""What methods assign to ``self``, read from their code."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

import torch

from .ancestors import own_ancestors
from .records import hints_of

_REGISTERED = ("register_buffer", "register_parameter")
"""What gives a module a tensor by name, or None: torch takes nothing else there ever after."""


class _Assignment(NamedTuple):
    """``self.name = value`` or ``self.name: annotation = value``; of other forms neither."""

    name: str
    annotation: ast.expr | None
    value: ast.expr | None
    method: Callable[..., Any]
    registered: bool = False


def assigned(kind: type, members: Mapping[str, Any]) -> dict[str, Any]:
    """The attributes that ``__init__`` and the methods it calls give every instance.

    Returns:
        What is said of each: by its own annotation, by that of the parameter which is all that is
        ever assigned to it, by torch of its parameters and buffers; None where nothing does.
    """
    run = _run_by_init(kind, members)
    methods = [one for one in members.values() if inspect.isfunction(one) and one not in run]
    made = [one for method in run for one in _assignments(method)]
    everywhere = [*made, *(one for method in methods for one in _assignments(method))]
    names = sorted({one.name for one in made if not one.name.startswith("_")})
    return {name: _said([one for one in everywhere if one.name == name]) for name in names}


def _run_by_init(kind: type, members: Mapping[str, Any]) -> list[Callable[..., Any]]:
    """It, and what it calls of the object's and of ancestors', and so on; each once."""
    begins = members.get("__init__")
    found = [begins] if inspect.isfunction(begins) else []
    for method in found:
        for node in ast.walk(_tree(method)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                called = _called(node.func, method, kind, members)
                if inspect.isfunction(called) and called not in found:
                    found.append(called)
    return found


def _called(
    function: ast.Attribute, method: Callable[..., Any], kind: type, members: Mapping[str, Any]
) -> object:
    """What ``self.name``, ``super().name`` or ``Ancestor.name`` is in a method."""
    owner, name = function.value, function.attr
    own = own_ancestors(kind)
    if isinstance(owner, ast.Call) and ast.unparse(owner.func) == "super":
        homes = [i for i, one in enumerate(own) if vars(one).get(method.__name__) is method]
        after = own[homes[0] + 1 :] if homes else []
        return next((vars(one)[name] for one in after if name in vars(one)), None)
    if not isinstance(owner, ast.Name):
        return None
    if owner.id == "self":
        return members.get(name)
    ancestor = _meant(owner, method)
    return vars(ancestor).get(name) if isinstance(ancestor, type) and ancestor in own else None


def _assignments(method: Callable[..., Any]) -> Iterator[_Assignment]:
    tree = _tree(method)
    plain: dict[int, tuple[ast.expr | None, ast.expr | None]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.AnnAssign):
            plain[id(node.target)] = node.annotation, node.value
        elif isinstance(node, ast.Assign):
            for target in node.targets:
                plain.update({id(one): (None, value) for one, value in _given(target, node.value)})
    for node in ast.walk(tree):
        name = _of_self(node)
        if name is not None and isinstance(getattr(node, "ctx", None), ast.Store):
            yield _Assignment(name, *plain.get(id(node), (None, None)), method)
        if isinstance(node, ast.Call) and _of_self(node.func) in _REGISTERED:
            [first, *_] = node.args or [None]
            if isinstance(first, ast.Constant) and isinstance(first.value, str):
                yield _Assignment(first.value, None, None, method, registered=True)


def _given(target: ast.expr, value: ast.expr) -> Iterator[tuple[ast.expr, ast.expr]]:
    """What is given which value: ``a, b = x, y`` gives x to a, and y to b."""
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
        starred = any(isinstance(one, ast.Starred) for one in (*target.elts, *value.elts))
        pairs = [] if starred else zip(target.elts, value.elts, strict=False)
        for inner, part in pairs:
            yield from _given(inner, part)
    else:
        yield target, value


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
    if any(one.registered for one in assignments):
        return torch.Tensor | None
    if all(_is_parameter(one) for one in assignments):
        return torch.Tensor
    [only, *others] = assignments
    if others or not isinstance(only.value, ast.Name):
        return None
    return _parameter(only.method, only.value.id)


def _is_parameter(assignment: _Assignment) -> bool:
    """Whether it is ``self.name = Parameter(…)``, under whatever name torch's class has there."""
    value = assignment.value
    if not isinstance(value, ast.Call):
        return False
    return _meant(value.func, assignment.method) is torch.nn.Parameter


def _meant(node: ast.expr, method: Callable[..., Any]) -> object:
    """What a name such as ``nn.Parameter`` stands for in a method; None for anything else."""
    if isinstance(node, ast.Name):
        return getattr(method, "__globals__", {}).get(node.id)
    if isinstance(node, ast.Attribute):
        return getattr(_meant(node.value, method), node.attr, None)
    return None


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
