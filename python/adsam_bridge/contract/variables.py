"""Type variables: what they stand for in a class, and which of them a function chooses between."""

from __future__ import annotations

import itertools
import sys
import typing
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeVar, get_args, get_origin

from typing_extensions import Unpack

Meaning = Mapping[Any, Any]
"""The annotations that type variables stand for."""

_FORMS = 8
"""More combinations of constraints than these are told as unions."""


def parts_of(kind: Any) -> tuple[Any, tuple[Any, ...]]:
    """A class and what its variables are given: of ``Pair[int]``, and of pydantic's classes."""
    made = vars(kind).get("__pydantic_generic_metadata__") if isinstance(kind, type) else None
    if made:  # Page[T] is Page itself where T is its own variable
        return made["origin"] or kind, made["args"] or made["parameters"]
    return get_origin(kind) or kind, get_args(kind)


def own_variables(kind: Any) -> tuple[Any, ...]:
    """The variables of a class, in their order; none where one stands for several types."""
    made = vars(kind).get("__pydantic_generic_metadata__") if isinstance(kind, type) else None
    own = made["parameters"] if made else getattr(kind, "__parameters__", ())
    plain = isinstance(own, tuple) and all(isinstance(one, (TypeVar, _LISTS)) for one in own)
    return own if plain else ()


_LISTS = (typing.ParamSpec,)
"""A variable for the parameters of a function; what it is given stands in one place too."""


def scope_of(kind: type, home: type) -> Meaning:
    """What variables stand for in what a class has, where an ancestor, or itself, defines it.

    Args:
        kind: the class, in whose own variables the answer is.
        home: the class that what is looked at was written in.
    """
    found: dict[type, dict[Any, Any]] = {kind: {}}
    _bind(kind, {}, found)
    everywhere = {name: one for meaning in found.values() for name, one in meaning.items()}
    for name in own_variables(kind):
        everywhere.pop(name, None)
    return {**everywhere, **found.get(home, {})}


def _bind(kind: type, own: Meaning, found: dict[type, dict[Any, Any]]) -> None:
    for base in vars(kind).get("__orig_bases__", kind.__bases__):
        ancestor, args = parts_of(base)
        if not isinstance(ancestor, type) or ancestor in found:
            continue
        names = own_variables(ancestor)
        given = [_substituted(one, own) for one in args] if args else [Any] * len(names)
        found[ancestor] = dict(zip(names, given, strict=False))
        _bind(ancestor, found[ancestor], found)


def _substituted(annotation: Any, meaning: Meaning) -> Any:
    if isinstance(annotation, TypeVar):
        return meaning.get(annotation, annotation)
    inner = _variables_in(annotation)
    return annotation[tuple(meaning.get(one, one) for one in inner)] if inner else annotation


def home_of(kind: type, name: str) -> type:
    """The class that defines a member of a class, or annotates it."""
    return next(
        (
            one
            for one in kind.__mro__
            if name in vars(one) or name in vars(one).get("__annotations__", {})
        ),
        kind,
    )


def choices(hints: Iterable[Any], known: Iterable[Any]) -> Iterator[dict[Any, Any]]:
    """What the constrained variables of a function may stand for, together.

    Args:
        hints: its annotations.
        known: the variables that are its class's.
    """
    found = dict.fromkeys(one for hint in hints for one in _variables_in(hint))
    free = [one for one in found if getattr(one, "__constraints__", ()) and one not in set(known)]
    several = [[(one, choice) for choice in one.__constraints__] for one in free]
    combined = list(itertools.product(*several)) if several else []
    yield from (dict(one) for one in combined if len(combined) <= _FORMS)


def bound_of(variable: Any) -> Any:
    """What a variable stands for a kind of; None where any type will do."""
    bound = variable.__bound__
    if isinstance(bound, typing.ForwardRef):
        space = vars(sys.modules.get(variable.__module__, typing))
        try:
            bound = eval(bound.__forward_arg__, dict(space))  # noqa: S307 - as get_type_hints does
        except Exception:  # noqa: BLE001 - a name that only type checkers know
            return None
    return None if is_structural(bound) else bound


def is_structural(bound: Any) -> bool:
    """Whether it asks for methods alone, which values without a class of their own have too."""
    plain = get_origin(bound) is None
    everybodys = ("collections.abc", "typing", "numbers")
    return getattr(get_origin(bound) or bound, "_is_protocol", False) or (
        plain and getattr(bound, "__module__", "") in everybodys
    )


def is_unpacked(annotation: Any) -> bool:
    """Whether it stands for any number of types: ``*Ts``."""
    return get_origin(annotation) is Unpack or hasattr(annotation, "__typing_unpacked_tuple_args__")


def _variables_in(hint: Any) -> tuple[Any, ...]:
    if isinstance(hint, TypeVar):
        return (hint,)
    return () if get_origin(hint) is None else getattr(hint, "__parameters__", ())
