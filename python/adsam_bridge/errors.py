"""Exceptions as data, so that the other side can rebuild them."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from typing import get_args

from pydantic import ValidationError

from adversarial_sampling._protocol import PythonErrorData, Thrown
from adversarial_sampling.errors import AdversarialSamplingError, ErrorCode

LONGEST_TEXT = 100_000
MOST_FRAMES = 1000
"""Of a traceback, the innermost: recursion that is allowed to go deeper has a million."""


class ModuleFailed(Exception):  # noqa: N818 - its cause is the error
    """A module of the user's raised while it was imported; what it raised is the cause."""


class TypeScriptError(Exception):
    """What a function of TypeScript's threw; where nobody catches it, TypeScript has it back."""

    def __init__(self, thrown: Thrown) -> None:
        super().__init__(f"{thrown.name}: {thrown.message}")
        self.number = thrown.number


def stays_here() -> AdversarialSamplingError:
    """What a function of TypeScript's says in another process, or on its way there."""
    return AdversarialSamplingError(
        "a function of TypeScript's can be called in the process of its session alone",
        suggestion="call it there, without other processes: num_workers=0 for a DataLoader",
    )


def describe(error: BaseException, raised: int | None = None) -> PythonErrorData:
    """What TypeScript is told of an exception; `code` is set for those raised on purpose.

    `raised` is the number under which the exception is kept.

    Never raises, whatever the exception's own attributes do, and holds nothing that cannot cross:
    someone waits for the answer.
    """
    kind = type(error)
    if kind is ModuleFailed and error.__cause__ is not None:
        cause = describe(error.__cause__, raised)
        return cause.model_copy(update={"message": f"importing {error} failed: {cause.message}"})
    code: ErrorCode | None = None
    suggestion = None
    message = _text(lambda: error)
    if issubclass(kind, AdversarialSamplingError):
        code, suggestion = _given(error)
    elif issubclass(kind, ValidationError):
        code = "usage"
    elif _ran_out(kind, message):
        code, suggestion = "environment", "use a smaller batch, a smaller model or another device"
        message = f"not enough memory: {message}"
    return PythonErrorData(
        code=code,
        suggestion=suggestion,
        type=_name(kind),
        bases=tuple(_name(base) for base in type.mro(kind)[1:-1]),
        message=message,
        traceback=_text(lambda: _traceback(error)),
        thrown=error.number if kind is TypeScriptError and isinstance(error, kind) else None,
        raised=raised,
    )


def _traceback(error: BaseException) -> str:
    inner = ahead = error.__traceback__
    for _ in range(MOST_FRAMES):
        ahead = ahead and ahead.tb_next
    while inner and ahead:  # the module would take seconds to pass by them
        inner, ahead = inner.tb_next, ahead.tb_next
    return "".join(traceback.format_exception(type(error), error, inner, limit=-MOST_FRAMES))


def _ran_out(kind: type[BaseException], message: str) -> bool:
    """Whether there was no memory left, of either device; torch says it of the CPU in words."""
    if issubclass(kind, MemoryError) or _text(lambda: kind.__name__) == "OutOfMemoryError":
        return True
    return issubclass(kind, RuntimeError) and "DefaultCPUAllocator: can't allocate" in message


def _given(error: BaseException) -> tuple[ErrorCode | None, str | None]:
    """The code and suggestion of an error of the package's, as long as they are such."""
    code = _text(lambda: getattr(error, "code", None))
    suggestion = _text(lambda: getattr(error, "suggestion", None) or "")
    return next((known for known in get_args(ErrorCode) if known == code), None), suggestion or None


def _name(kind: type) -> str:
    return _text(lambda: f"{kind.__module__}.{kind.__qualname__}")


def _text(read: Callable[[], object]) -> str:
    """What is read, as text that UTF-8 can hold, and without its middle when it is endless."""
    try:
        text = str.encode(str(read()), "utf-8", "backslashreplace").decode()
    except BaseException:  # noqa: BLE001 - nobody behind this waits to be told
        return "(it could not be read)"
    if len(text) <= LONGEST_TEXT:
        return text
    half = LONGEST_TEXT // 2
    return f"{text[:half]} … ({len(text) - 2 * half} characters) … {text[-half:]}"
