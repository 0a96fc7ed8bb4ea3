"""Values without parts, as JSON."""

from __future__ import annotations

import base64
import enum
import math
from collections.abc import Callable
from pathlib import PurePath
from typing import Any

import numpy as np
import torch

from adsam_bridge.bundle import CROSSING

Wire = Any
"""A JSON value."""

EXACT = 2**53
"""Up to here JavaScript's numbers tell whole ones apart."""

ARRAYS = {str(dtype).removeprefix("torch.") for dtype in CROSSING} - {"bfloat16"}
"""numpy's dtypes that TypeScript has arrays for."""


def written(value: object) -> Wire:
    """A value without parts as JSON; None for None, and for any other."""
    if isinstance(value, enum.Enum):
        return None
    return next((write(value) for kinds, write in WRITERS if isinstance(value, kinds)), None)


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


def write_complex(value: complex) -> Wire:
    """A complex number by its parts."""
    return {"$": "complex", "real": write_float(value.real), "imag": write_float(value.imag)}


def write_scalar(value: np.generic) -> Wire:
    """A number or text of numpy's as Python's; None for one that Python and TypeScript lack."""
    if value.dtype.name in ARRAYS or isinstance(value, (str, bytes)):
        return written(value.item())
    return None


def write_bytes(value: bytes | bytearray) -> Wire:
    """Bytes."""
    kind = "bytearray" if isinstance(value, bytearray) else "bytes"
    return {"$": kind, "base64": base64.b64encode(value).decode()}


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


WRITERS: tuple[tuple[Any, Callable[[Any], Wire]], ...] = (
    ((type(None), bool), write_plain),
    (np.generic, write_scalar),
    (str, write_str),
    (int, write_int),
    (float, write_float),
    (complex, write_complex),
    ((bytes, bytearray), write_bytes),
    (PurePath, write_path),
    (type(...), write_ellipsis),
    (torch.dtype, write_dtype),
    (torch.device, write_device),
)
"""In this order: a bool is an int too, and a numpy number a float."""
