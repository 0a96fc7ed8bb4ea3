"""What docstrings say of parameters and results, in the styles of Google, numpy and Sphinx."""

from __future__ import annotations

import collections.abc
import functools
import inspect
import logging
import re
import typing
from typing import Any, Literal, NamedTuple

import numpy as np
import torch

from .types import Type, Types, unknown

try:
    import griffe
except ImportError:  # a Python of the user's own may lack it; the contract says so
    griffe = None

logging.getLogger("griffe").setLevel(logging.CRITICAL)

READS = griffe is not None
"""Whether docstrings can be read."""

_SPACE: dict[str, Any] = {
    **{
        name: getattr(typing, name)
        for name in ("Any", "Callable", "Iterable", "Literal", "Optional", "Sequence", "Union")
    },
    **{name: getattr(typing, name) for name in ("Dict", "List", "Set", "Tuple")},
    **{
        kind.__name__: kind
        for kind in (bool, int, float, complex, str, bytes, list, tuple, dict, set)
    },
    "torch": torch,
    "nn": torch.nn,
    "np": np,
    "numpy": np,
    "Tensor": torch.Tensor,
    "tensor": torch.Tensor,
    "ndarray": np.ndarray,
    "array": np.ndarray,
    "array_like": np.ndarray | collections.abc.Sequence[Any] | float,
    "callable": typing.Callable,
    "string": str,
    "boolean": bool,
    "integer": int,
    "Float": float,
    "None": None,
}
_HOLDERS = {"list": "list", "List": "list", "tuple": "tupleOf", "Tuple": "tupleOf", "set": "set"}
"""The kinds of what a docstring says to be "of" something."""
_Style = Literal["google", "numpy", "sphinx"]
_STYLES: dict[_Style, str] = {
    "google": r"^\s*(Args|Arguments|Parameters|Returns|Yields):\s*$",
    "numpy": r"^\s*(Parameters|Returns|Yields)\s*\n\s*-{3,}\s*$",
    "sphinx": r"^\s*:(param|type|return|returns|rtype)\b",
}


class Documented(NamedTuple):
    """What a docstring says.

    Attributes:
        text: what stands before the sections.
        parameters: type and description by name; an empty type where none is given.
        result: its type and description; None where nothing is said.
    """

    text: str
    parameters: dict[str, tuple[str, str]]
    result: tuple[str, str] | None


def read_docstring(owner: object) -> Documented:
    """The docstring of a function or class, taken apart."""
    text = _own_text(owner)
    style: _Style | None = next(
        (name for name, form in _STYLES.items() if re.search(form, text, re.MULTILINE)), None
    )
    if griffe is None or style is None:
        return Documented(text, {}, None)
    parameters: dict[str, tuple[str, str]] = {}
    result: tuple[str, str] | None = None
    prose: list[str] = []
    for section in _sections(text, style):
        if section.kind is griffe.DocstringSectionKind.text:
            prose.append(section.value)
        elif section.kind is griffe.DocstringSectionKind.parameters:
            parameters = {
                one.name: (_text(one.annotation), one.description) for one in section.value
            }
        elif section.kind is griffe.DocstringSectionKind.returns and len(section.value) == 1:
            result = _text(section.value[0].annotation), section.value[0].description
    if style == "sphinx" and result is None:  # griffe leaves out a type without a description
        alone = re.search(r"^\s*:rtype:[ \t]*(\S.*)$", text, re.MULTILINE)
        result = (alone[1], "") if alone else None
    return Documented("\n\n".join(prose).strip(), parameters, result)


def _sections(text: str, style: _Style) -> list[Any]:
    assert griffe is not None
    if style == "google":  # "type: what it is", and not a name for it
        apart = re.sub(_STYLES["google"], r"\n\g<0>", text, flags=re.MULTILINE)
        return griffe.Docstring(apart).parse("google", returns_named_value=False)
    return griffe.Docstring(text).parse(style)


def _own_text(owner: object) -> str:
    """What its author wrote, and not what Python says of every object or dataclass."""
    if isinstance(owner, functools.partial):
        return _own_text(owner.func)
    text = inspect.cleandoc(str(getattr(owner, "__doc__", None) or ""))
    name = getattr(owner, "__name__", "")
    everybodys = (object.__init__, object.__new__, type.__call__)
    if text in [inspect.cleandoc(one.__doc__ or "") for one in everybodys]:
        return ""
    inherited = [base.__doc__ for base in getattr(owner, "__mro__", ())[1:]]
    if text.startswith(f"{name}(") or getattr(owner, "__doc__", None) in inherited:
        return ""
    return text


def type_said(text: str, types: Types) -> Type | None:
    """The type that a docstring's words stand for; None for no words at all."""
    named = text.strip().replace("array-like", "array_like").replace("torch.tensor", "torch.Tensor")
    plain = re.sub(r",?\s*\b(of\s+)?shape\b.*$", "", named)
    words = re.sub(r",?\s*\b(optional|default\b.*)$", "", plain.strip("()`")).strip(" ,")
    if not words:
        return None
    if words.startswith("{"):  # values, as numpy's style lists them; a set would lose their order
        words = f"{words.strip('{}')},"
    holder, of, held = words.partition(" of ")
    if of and holder in _HOLDERS:
        item = type_said(held, types) or unknown("of what is not said")
        if item["kind"] == "unknown":
            item = type_said(held.removesuffix("s"), types) or item
        return {"kind": _HOLDERS[holder], "of": item}
    try:
        meant = eval(words.replace(" or ", " | "), {"__builtins__": {}}, dict(_SPACE))  # noqa: S307
    except Exception:  # noqa: BLE001 - prose
        meant = NotImplemented
    if isinstance(meant, tuple):
        values = any(isinstance(one, (str, int, float)) for one in meant)
        meant = Literal[meant] if values else typing.Union[meant]  # noqa: UP007
    if meant is NotImplemented or inspect.isroutine(meant):
        return unknown(f'its docstring says "{words}"')
    return types.of_annotation(meant)


def _text(annotation: Any) -> str:
    return "" if annotation is None else str(annotation)
