"""Functions and methods as data."""

from __future__ import annotations

import functools
import inspect
import json
import typing
from collections.abc import Callable
from typing import Any

from .docstrings import Documented, read_docstring, type_said
from .records import hints_of
from .stubs import stubs_of
from .types import Type, Types, unknown
from .variables import choices, own_variables

_KINDS = {
    inspect.Parameter.POSITIONAL_ONLY: "positional",
    inspect.Parameter.POSITIONAL_OR_KEYWORD: "either",
    inspect.Parameter.VAR_POSITIONAL: "rest",
    inspect.Parameter.KEYWORD_ONLY: "keyword",
    inspect.Parameter.VAR_KEYWORD: "keywords",
}

_TAKING = {
    "none": ("none",),
    "bool": ("bool", "literal"),
    "number": ("int", "float", "number", "complex", "literal"),
    "str": ("str", "literal", "enum", "path", "device", "derived"),
}
"""The kinds of types that take a default of a kind."""

_FIRST = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
"""What ``self`` may be; of ``*args`` it is one, and others may follow."""


def function_of(
    function: Callable[..., Any], types: Types, *, bound: bool, doc: object = None
) -> dict[str, Any]:
    """As ``signature_of``, with the overloads that it says of itself."""
    answer = signature_of(function, types, bound=bound, doc=doc)
    stubs = stubs_of(function)
    overloads = _overloads(function, stubs, types, bound=bound) or _chosen(
        function, types, bound=bound, doc=doc
    )
    _name_flags(overloads, answer["parameters"])
    if len(stubs) == 1:
        _add_stub(answer, stubs[0], types)
    return {**answer, "overloads": overloads} if overloads else answer


def _add_stub(answer: dict[str, Any], stub: Callable[..., Any], types: Types) -> None:
    """Takes from a stub what nothing else says."""
    hints = hints_of(stub)
    for one in answer["parameters"]:
        if one["type"]["kind"] == "unknown" and one["name"] in hints:
            one["type"] = types.of_annotation(hints[one["name"]])
    if answer["result"]["kind"] == "unknown" and "return" in hints:
        answer["result"] = types.of_annotation(hints["return"])


def signature_of(
    function: Callable[..., Any], types: Types, *, bound: bool, doc: object = None
) -> dict[str, Any]:
    """Parameters, result and text of a function.

    Args:
        function: that is called.
        types: translates what its annotations say.
        bound: the first parameter is given by whoever owns it, as ``self`` is.
        doc: whose docstring counts beside its own, as a class's does for ``__init__``.
    """
    said = read_docstring(function)
    around = read_docstring(doc) if doc is not None else said
    try:
        signature = inspect.signature(function)
    except (ValueError, TypeError):
        reason = "written in C, it does not tell its parameters"
        anything = {"name": "values", "kind": "rest", "required": False, "type": unknown(reason)}
        return {"doc": said.text, "parameters": [anything], "result": unknown(reason)}
    hints = _hints(function, doc)
    given = list(signature.parameters.values())
    if bound and given and given[0].kind in _FIRST:
        given = given[1:]
    parameters = [_parameter(one, hints, (said, around), types) for one in given]
    return {
        "doc": said.text,
        "parameters": parameters,
        "result": _result(function, hints, said, types),
    }


def _hints(function: Callable[..., Any], owner: object) -> dict[str, Any]:
    """Its annotations; of a constructor that Python has made of fields, those of its class too.

    Fields of a named tuple, or of a dataclass's ancestor, are annotated in another module's words.
    """
    written = _written(function)
    code = getattr(written, "__code__", None)
    made = code is not None and code.co_filename.startswith("<")
    return {**hints_of(written), **(hints_of(owner) if made and isinstance(owner, type) else {})}


def _written(function: Callable[..., Any]) -> Callable[..., Any]:
    """What has the annotations of a function."""
    plain = inspect.unwrap(function)
    return _written(plain.func) if isinstance(plain, functools.partial) else plain


def _parameter(
    parameter: inspect.Parameter, hints: dict[str, Any], docs: tuple[Documented, ...], types: Types
) -> dict[str, Any]:
    described = next(
        (doc.parameters[parameter.name] for doc in docs if parameter.name in doc.parameters),
        ("", ""),
    )
    required = parameter.default is parameter.empty and _KINDS[parameter.kind] not in (
        "rest",
        "keywords",
    )
    answer = {
        "name": parameter.name,
        "kind": _KINDS[parameter.kind],
        "required": required,
        "type": _type(parameter, hints, described[0], types),
    }
    if (
        parameter.default is not parameter.empty and parameter.default is not ...
    ):  # as stubs have it
        answer["default"] = _shown(parameter.default)
    if described[1]:
        answer["doc"] = described[1]
    return answer


def _type(parameter: inspect.Parameter, hints: dict[str, Any], words: str, types: Types) -> Type:
    hint = hints.get(parameter.name, parameter.annotation)  # by its alias, as pydantic's are
    if hint is not parameter.empty:
        known = types.of_annotation(hint)
        if parameter.default is None and known["kind"] not in ("unknown", "none", "union"):
            return {"kind": "union", "of": [known, {"kind": "none"}]}
        return known
    said = type_said(words, types)
    if said is not None and said["kind"] != "unknown":
        return _with_default(said, parameter, types)
    if parameter.default is not parameter.empty and parameter.default is not None:
        return types.of_default(parameter.default)
    return said or unknown("no annotation, default or docstring says it")


def _with_default(said: Type, parameter: inspect.Parameter, types: Types) -> Type:
    """What a docstring says, and what the default shows: words may be copied from elsewhere."""
    if parameter.default is parameter.empty:
        return said
    shown = (
        types.of_annotation(None)
        if parameter.default is None
        else types.of_default(parameter.default)
    )
    known = said["of"] if said["kind"] == "union" else [said]
    taking = _TAKING.get(shown["kind"])
    if taking is None or any(one["kind"] in taking for one in known):
        return said
    return {"kind": "union", "of": [*known, shown]}


def _result(
    function: Callable[..., Any], hints: dict[str, Any], said: Documented, types: Types
) -> Type:
    plain = inspect.unwrap(function)
    if plain is not function and _module_of(function) == "contextlib":
        return {"kind": "object", "name": "contextlib.AbstractContextManager"}
    if "return" in hints:
        return types.of_annotation(hints["return"])
    if inspect.isgeneratorfunction(plain) or inspect.isasyncgenfunction(plain):
        return {"kind": "stream", "of": unknown("no annotation says what it yields")}
    words = said.result[0] if said.result is not None else ""
    return type_said(words, types) or unknown("no annotation or docstring says it")


def _module_of(function: Callable[..., Any]) -> object:
    """Where the code that is called was written, whatever it says of itself."""
    return getattr(function, "__globals__", {}).get("__name__")


def _overloads(
    function: Callable[..., Any], stubs: list[Callable[..., Any]], types: Types, *, bound: bool
) -> list[dict[str, Any]]:
    get_overloads = getattr(typing, "get_overloads", None)  # from Python 3.11 on
    try:
        said = [] if get_overloads is None else get_overloads(function)
    except AttributeError:  # of what is no plain function
        said = []
    found = said or (stubs if len(stubs) > 1 else [])
    return [
        {"parameters": one["parameters"], "result": one["result"]}
        for one in (signature_of(overload, types, bound=bound) for overload in found)
    ]


def _chosen(
    function: Callable[..., Any], types: Types, *, bound: bool, doc: object
) -> list[dict[str, Any]]:
    """The forms of a function whose type variables stand for one of some types: one for each."""
    forms = []
    for meaning in choices(_hints(function, doc).values(), own_variables(types.owner)):
        with types.where(meaning):
            form = signature_of(function, types, bound=bound, doc=doc)
        forms.append({"parameters": form["parameters"], "result": form["result"]})
    return forms


def _name_flags(overloads: list[dict[str, Any]], own: list[dict[str, Any]]) -> None:
    """What has a default is given by name in every form: a flag that one of them requires too."""
    flags = {one["name"] for one in own if one["kind"] == "either" and not one["required"]}
    for parameter in (one for overload in overloads for one in overload["parameters"]):
        if parameter["kind"] == "either" and parameter["name"] in flags:
            parameter["kind"] = "keyword"


def _shown(value: object) -> str:
    """A default as one writes it; addresses, which differ from run to run, are left out."""
    try:
        return json.dumps(value)
    except (TypeError, ValueError):
        pass
    if callable(value):
        return getattr(value, "__qualname__", type(value).__qualname__)
    return repr(value).split(" at 0x")[0]
