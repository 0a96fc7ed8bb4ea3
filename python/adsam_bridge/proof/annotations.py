"""Shapes that jaxtyping's annotations tell."""

from __future__ import annotations

import typing
from collections.abc import Callable
from typing import Any


def annotated(function: Callable[..., Any]) -> dict[str, dict[str, Any]]:
    """Dtypes and dimensions of parameters such as ``x: Float[Tensor, "batch dim"]``."""
    try:
        hints = typing.get_type_hints(function)
    except (NameError, TypeError, AttributeError):
        return {}
    return {
        name: {"dtypes": [str(one) for one in hint.dtypes], "dimensions": str(hint.dim_str)}
        for name, hint in hints.items()
        if name != "return" and hasattr(hint, "dim_str") and not isinstance(hint.dtypes, str)
    }
