"""Values without parts, as JSON."""

from __future__ import annotations

import base64
import math
from pathlib import PurePath
from typing import Any

import torch

Wire = Any
"""A JSON value."""

EXACT = 2**53
"""Up to here JavaScript's numbers tell whole ones apart."""


def write_plain(value: Any) -> Wire:
    """What JSON has by itself."""
    return value


def write_str(value: str) -> Wire:
    """A text; one with half of a character, which UTF-8 cannot hold, as its codes."""
    try:
        value.encode()
    except UnicodeEncodeError:
        codes = value.encode("utf-16-le", "surrogatepass")
        return {"$": "text", "utf16": base64.b64encode(codes).decode()}
    return str.__str__(value)


def write_int(value: int) -> Wire:
    """A whole number; where JavaScript's numbers end as hexadecimal text, which may be as long."""
    return int(value) if -EXACT < value < EXACT else {"$": "int", "text": f"{int(value):x}"}


def write_float(value: float) -> Wire:
    """A number, as text where JSON has none."""
    return float(value) if math.isfinite(value) else {"$": "float", "text": repr(float(value))}


def write_bytes(value: bytes | bytearray) -> Wire:
    """Bytes."""
    return {"$": type(value).__name__, "base64": base64.b64encode(value).decode()}


def write_path(value: PurePath) -> Wire:
    """A path as the system writes it."""
    return {"$": "path", "text": str(value)}


def write_ellipsis(_value: object) -> Wire:
    """The ellipsis."""
    return {"$": "ellipsis"}


def write_dtype(value: torch.dtype) -> Wire:
    """A dtype by its name."""
    return {"$": "dtype", "text": str(value).removeprefix("torch.")}


def write_device(value: torch.device) -> Wire:
    """A device by its name."""
    return {"$": "device", "text": str(value)}
