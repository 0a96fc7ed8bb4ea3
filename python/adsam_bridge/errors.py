"""Exceptions as data, so that the other side can rebuild them."""

from __future__ import annotations

import traceback

from pydantic import ValidationError

from adversarial_sampling._protocol import PythonErrorData
from adversarial_sampling.errors import AdversarialSamplingError


def describe(error: BaseException) -> PythonErrorData:
    """What TypeScript is told of an exception; `code` is set for those raised on purpose."""
    code, suggestion = None, None
    message = str(error)
    if isinstance(error, AdversarialSamplingError):
        code, suggestion = error.code, error.suggestion
    elif isinstance(error, ValidationError):
        code = "usage"
    elif type(error).__name__ in ("MemoryError", "OutOfMemoryError"):
        code, suggestion = "environment", "use a smaller batch, a smaller model or another device"
        message = f"not enough memory: {message}"
    return PythonErrorData(
        code=code,
        suggestion=suggestion,
        type=_name(type(error)),
        bases=tuple(_name(base) for base in type(error).__mro__[1:-1]),
        message=message,
        traceback="".join(traceback.format_exception(error)),
    )


def _name(kind: type) -> str:
    return f"{kind.__module__}.{kind.__qualname__}"
