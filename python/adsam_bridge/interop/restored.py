"""What stands in a record's fields as it was, where TypeScript has changed nothing in it.

A float that is whole, a numpy number, a text of a class of its own or a Counter come there as a
number, a text, an object: only here it is known what they were.
"""

from __future__ import annotations

import copy
import operator
from collections.abc import Iterator
from itertools import chain, repeat
from typing import Any, cast

import numpy as np

from .leaves import written


def leaf(now: Any, was: Any) -> Any:
    """What was there if it is written the same; a float stays one."""
    if was is None or now is None:
        return now
    if isinstance(was, (float, np.floating)) and type(now) is int:
        now = float(now)
    one, other = written(now), written(was)
    return was if type(one) is type(other) and one is not None and one == other else now


def items(was: Any, kind: type) -> Iterator[Any]:
    """What was there item by item, and None after its end; None alone where it was no such kind."""
    return chain(was if isinstance(was, kind) else (), repeat(None))


def known(was: Any) -> dict[Any, Any]:
    """The keys of a dict or items of a set, by themselves: 1 may have been 1.0."""
    return {one: one for one in was} if isinstance(was, (dict, set, frozenset)) else {}


def tuple_of(now: list[Any], was: Any) -> tuple[Any, ...]:
    """A tuple, such as the ``torch.Size`` that was there."""
    before = cast("tuple[Any, ...]", was) if isinstance(was, tuple) else ()
    unchanged = len(now) == len(before) and all(map(operator.is_, now, before))
    return before if unchanged else tuple(now)


def container(now: Any, was: Any) -> Any:
    """A list, dict or set, of the class of what was there."""
    derived = type(now) in (list, dict, set) and type(was) is not type(now)
    if not derived or not isinstance(was, type(now)):
        return now
    other: Any = copy.copy(was)
    other.clear()
    if isinstance(now, list):
        other.extend(now)
    elif isinstance(now, set):
        other.update(now)
    else:
        for key, value in now.items():
            other[key] = value
    return other
