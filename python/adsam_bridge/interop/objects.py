"""Objects that stay in Python while TypeScript has a handle for them."""

from __future__ import annotations

import itertools
from collections.abc import Iterable

from adversarial_sampling.errors import AdversarialSamplingError


class Objects:
    """A session's objects by number. Every handle has one of its own, also of the same object."""

    def __init__(self) -> None:
        self._objects: dict[int, object] = {}
        self._numbers = itertools.count(1)

    def __len__(self) -> int:
        return len(self._objects)

    def keep(self, value: object) -> int:
        """The number under which an object stays, until it is released."""
        number = next(self._numbers)
        self._objects[number] = value
        return number

    def get(self, number: int) -> object:
        """The object of a handle.

        Raises:
            AdversarialSamplingError: ``usage`` when it was released.
        """
        try:
            return self._objects[number]
        except KeyError:
            raise AdversarialSamplingError(
                f"the Python object {number} was disposed of",
                suggestion="dispose of a handle after its last use",
            ) from None

    def replace(self, number: int, value: object) -> None:
        """Has another object stay under a number, unless that was released meanwhile."""
        if number in self._objects:
            self._objects[number] = value

    def release(self, numbers: Iterable[int]) -> None:
        """Forgets objects; a second time does nothing."""
        for number in numbers:
            self._objects.pop(number, None)
