"""Which of its arguments a function writes to, and what a port makes of those."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable, Generator, Mapping
from typing import Any

import torch
from torch import Tensor

from adversarial_sampling.errors import AdversarialSamplingError

from .structure import Parts

_NO_NUMBERS = frozenset(("requires_grad_", "retain_grad_", "share_memory_"))


def written_parameters(function: Callable[..., Any]) -> dict[str, int]:
    """Parameters that every call writes to by their own name, such as ``x.add_(1)``: name and line.

    What hangs on a condition, and what is written to by another name, is not among them.
    """
    try:
        lines, first = inspect.getsourcelines(function)
        tree = ast.parse(textwrap.dedent("".join(lines)))
    except (OSError, TypeError, SyntaxError):
        return {}
    body = next((one.body for one in ast.walk(tree) if isinstance(one, ast.FunctionDef)), [])
    nodes = [one for statement in body for one in ast.walk(statement)]
    augmented = [one.target for one in nodes if isinstance(one, ast.AugAssign)]
    rebound = {
        one.id
        for one in nodes
        if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store) and one not in augmented
    }
    found = [(name, line) for name, line in _written(body) if name not in rebound]
    parameters = inspect.signature(function).parameters
    return {name: first + line - 1 for name, line in reversed(found) if name in parameters}


def _unconditional(body: list[ast.stmt]) -> Generator[ast.stmt]:
    for statement in body:
        if isinstance(statement, ast.With):
            yield from _unconditional(statement.body)
        else:
            yield statement
        if isinstance(statement, (ast.Return, ast.Raise, ast.If, ast.Try, ast.Match)):
            return  # what follows may not be reached


def _written(body: list[ast.stmt]) -> Generator[tuple[str, int]]:
    for one in _unconditional(body):
        if isinstance(one, ast.AugAssign) and isinstance(one.target, ast.Name):
            yield one.target.id, one.lineno
        targets = one.targets if isinstance(one, ast.Assign) else []
        targets = [one.target] if isinstance(one, ast.AugAssign) else targets
        for target in targets:
            if isinstance(target, ast.Subscript) and isinstance(target.value, ast.Name):
                yield target.value.id, one.lineno
        called = one.value if isinstance(one, (ast.Expr, ast.Assign, ast.Return)) else None
        while isinstance(called, ast.Call) and isinstance(called.func, ast.Attribute):
            method = called.func.attr
            changes = method.strip("_") + "_" == method and method not in _NO_NUMBERS
            held = called.func.value
            if changes and isinstance(held, ast.Name):
                yield held.id, one.lineno
            called = held


def write_back(
    target: str, given: Parts, state: Mapping[str, Tensor], expected: Mapping[str, int]
) -> None:
    """Writes what a port says that arguments are now into those of the caller's.

    Args:
        target: of the function, for messages.
        given: the arguments, apart.
        state: what they are now, by name.
        expected: those that Python's function writes to, and the line.

    Raises:
        AdversarialSamplingError: one of them is not handed over.
    """
    named = dict(zip(given.names, given.tensors, strict=True))
    forgotten = next((name for name in expected if name in named and name not in state), None)
    if forgotten is not None:
        raise AdversarialSamplingError(
            f"{target}: Python changes {forgotten} in place (line {expected[forgotten]}), "
            "the native function does not say what it is afterwards",
            suggestion=f"hand it over: return outcome({{ output, state: {{ {forgotten} }} }})",
        )
    with torch.no_grad():
        for name, tensor in state.items():
            named[name].copy_(tensor)
