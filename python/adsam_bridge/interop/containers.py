"""Arguments that hold others, of which the caller has a copy: what a call has changed in them.

src/interop/containers.ts has the other side. Both number them in the order in which they are
written, one before what it holds.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from torch import Tensor

from .leaves import Wire, write_bytes
from .outgoing import Outgoing
from .records import fields_in


class Containers:
    """The lists, dicts, sets, bytearrays and records that were given."""

    def __init__(self, given: list[Any]) -> None:
        self._given = given
        self._before = [_content(one) for one in given]

    def changed(
        self, outgoing: Outgoing, tensors: Mapping[str, Tensor | np.ndarray[Any, Any]]
    ) -> dict[str, Wire]:
        """What those hold now that hold something else than they did, by number.

        What was given itself stands there as that, and is not copied again.
        """
        pairs = zip(self._given, self._before, strict=True)
        different = [i for i, (one, before) in enumerate(pairs) if not _same(_content(one), before)]
        if not different:
            return {}
        known = {id(one): {"$": "given", "number": i} for i, one in enumerate(self._given)}
        known |= {id(one): {"$": "givenTensor", "tensor": n} for n, one in tensors.items()}
        with outgoing.knowing(known):
            return {str(i): _wire(outgoing, self._given[i]) for i in different}


def _content(container: Any) -> list[Any] | bytes:
    """What it holds now, in order."""
    if isinstance(container, bytearray):
        return bytes(container)
    if isinstance(container, dict):
        return [part for pair in container.items() for part in pair]
    if isinstance(container, (list, set)):
        return list(container)
    return [part for pair in fields_in(container).items() for part in pair]


def _same(now: list[Any] | bytes, before: list[Any] | bytes) -> bool:
    if isinstance(now, bytes) or isinstance(before, bytes):
        return now == before
    return len(now) == len(before) and all(a is b for a, b in zip(now, before, strict=True))


def _wire(outgoing: Outgoing, container: Any) -> Wire:
    if isinstance(container, bytearray):
        return write_bytes(container)
    if isinstance(container, dict):
        return [[outgoing.wire(key), outgoing.wire(value)] for key, value in container.items()]
    if isinstance(container, (list, set)):
        return [outgoing.wire(item) for item in container]
    return [[name, outgoing.wire(value)] for name, value in fields_in(container).items()]
