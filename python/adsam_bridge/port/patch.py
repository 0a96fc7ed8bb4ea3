"""A TypeScript function in the place of a Python one, until it is taken out again."""

from __future__ import annotations

import functools
import inspect
import os
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any, Literal

from adsam_bridge.modules import Folder
from adversarial_sampling.errors import AdversarialSamplingError

from .again import Again
from .in_place import write_back, written_parameters
from .native import Native
from .places import Place, holders_of, place_of, places_of, put
from .shadow import Shadow
from .structure import taken_apart, told

Mode = Literal["python", "native", "both", "shadow"]

_standing_in = threading.local()


@contextmanager
def python_alone() -> Generator[None]:
    """Patched functions are Python's own inside: what is computed again is no call of theirs."""
    outer = getattr(_standing_in, "python", False)
    _standing_in.python = True
    try:
        yield
    finally:
        _standing_in.python = outer


class Patch:
    """What stands in the place of a function of a folder's."""

    def __init__(
        self, folder: Folder, target: str, mode: Mode, native: Native, other: dict[str, Any]
    ) -> None:
        """Puts it there.

        Args:
            folder: whose program is patched; it is entered.
            target: ``module:function`` or ``module:Class.method``.
            mode: whose answer counts.
            native: the function of TypeScript's.
            other: what the mode needs besides: ``compare``, or what ``Shadow`` takes.
        """
        self._folder = folder
        self._place = place_of(target, folder)
        raw: Any = vars(self._place.owner)[self._place.name]
        self._raw = raw
        self._function = _plain_function(raw, target)
        self._signature = inspect.signature(self._function)
        self._mode = mode
        self._native = native
        self._written = written_parameters(self._function)
        self._compare: Callable[..., object] | None = other.get("compare")
        self._shadow = Shadow(**other["shadow"]) if mode == "shadow" else None
        self._process = os.getpid()
        self._calls = 0
        self._put()

    @property
    def places(self) -> list[str]:
        """Where it was put."""
        return [str(place) for place in self._places]

    def held(self) -> list[str]:
        """What still holds the function itself, and calls that."""
        return holders_of(self._function, [self, self._wrapper, self._raw], self._folder)

    def report(self) -> dict[str, int]:
        """How often it was called, and what the shadow did."""
        return {"calls": self._calls, **(self._shadow.counts if self._shadow else {})}

    def undo(self) -> None:
        """Puts Python's function back, wherever this stands now; a second time does nothing."""
        for place in places_of(self._standing, self._folder):
            put(place, self._raw)

    def _put(self) -> None:
        @functools.wraps(self._function)
        def patched(*values: Any, **named: Any) -> Any:
            return self._run(values, named)

        patched.__adsam_patch__ = self._place.name  # type: ignore[attr-defined]
        self._wrapper = patched
        raw = self._raw
        wrapped = isinstance(raw, (staticmethod, classmethod))
        self._standing: object = type(raw)(patched) if wrapped else patched
        self._places: list[Place] = places_of(raw, self._folder)
        for place in self._places:
            put(place, self._standing)

    def _run(self, values: tuple[Any, ...], named: dict[str, Any]) -> Any:
        self._calls += 1
        elsewhere = os.getpid() != self._process
        if self._mode == "python" or getattr(_standing_in, "python", False):
            return self._function(*values, **named)
        if self._shadow is not None:
            if elsewhere or not self._shadow.is_sampled():
                return self._function(*values, **named)
            return self._shadow.run(
                lambda: self._again(values, named), lambda: self._function(*values, **named)
            )
        if elsewhere:
            raise AdversarialSamplingError(
                f"{self._place} is TypeScript's, which a process that Python has forked cannot ask",
                suggestion="load data in the process itself (num_workers=0), or patch as shadow",
            )
        if self._mode == "native":
            arguments = self._arguments(values, named)
            given = taken_apart({k: told(v) for k, v in arguments.items()})
            result, state = self._native(given)
            write_back(str(self._place), given, state, self._written)
            return result
        return self._both(values, named)

    def _both(self, values: tuple[Any, ...], named: dict[str, Any]) -> Any:
        again = self._again(values, named)
        result = self._function(*values, **named)
        if self._compare is not None:
            tree, paths, tensors = again.parts
            with python_alone():
                self._compare(tree, paths, tensors, again.wanted, again.changed(), again)
        return result

    def _again(self, values: tuple[Any, ...], named: dict[str, Any]) -> Again:
        return Again(self._called_with, self._arguments(values, named))

    def _called_with(self, arguments: dict[str, Any]) -> Any:
        bound = inspect.BoundArguments(self._signature, arguments)  # type: ignore[arg-type]
        with python_alone():
            return self._function(*bound.args, **bound.kwargs)

    def _arguments(self, values: tuple[Any, ...], named: dict[str, Any]) -> dict[str, Any]:
        """By the names of the parameters, defaults included."""
        bound = self._signature.bind(*values, **named)
        bound.apply_defaults()
        return dict(bound.arguments)


def _plain_function(raw: Any, target: str) -> Callable[..., Any]:
    function: Any = raw.__func__ if isinstance(raw, (staticmethod, classmethod)) else raw
    if hasattr(function, "__adsam_patch__"):
        raise AdversarialSamplingError(
            f"{target} is patched already", suggestion="dispose of that patch first"
        )
    kinds = {
        "class": inspect.isclass,
        "coroutine function": inspect.iscoroutinefunction,
        "generator": inspect.isgeneratorfunction,
        "asynchronous generator": inspect.isasyncgenfunction,
    }
    strange = next((name for name, is_one in kinds.items() if is_one(function)), None)
    if strange is None and not inspect.isfunction(function):
        strange = type(function).__name__
    if strange is not None:
        raise AdversarialSamplingError(
            f"expected {target} to be a function or method that returns, got a {strange}",
            suggestion="name a method of it, as module:Class.method"
            if strange == "class"
            else None,
        )
    return function


def patch(
    folder: Folder,
    target: str,
    mode: Mode,
    forward: Callable[..., Any],
    pullback: Callable[..., Any],
    **other: Any,
) -> Patch:
    """The operation of that name; see ``Patch``."""
    return Patch(folder, target, mode, Native(forward, pullback), other)
