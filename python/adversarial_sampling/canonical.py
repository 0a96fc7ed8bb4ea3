"""JSON as JavaScript writes it, so that both languages give the same file for the same model."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from decimal import Decimal


def javascript_json(value: object) -> str:
    """What ``JSON.stringify`` gives for mappings, lists, texts, finite numbers, bools and None."""
    if isinstance(value, Mapping):
        entries = (f"{javascript_json(key)}:{javascript_json(part)}" for key, part in value.items())
        return "{" + ",".join(entries) + "}"
    if isinstance(value, list | tuple):
        return "[" + ",".join(map(javascript_json, value)) + "]"
    if isinstance(value, float):
        return _number(value)
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def _number(value: float) -> str:
    """The same digits as Python's, with a point from 1e-6 up to 1e21 and without a needless one."""
    if not math.isfinite(value):
        raise ValueError(f"{value} is not JSON compliant")
    if value == 0:
        return "0"
    if 1e-6 <= abs(value) < 1e21:
        return format(Decimal(repr(value)).normalize(), "f")
    digits, exponent = repr(value).split("e")
    return f"{digits}e{int(exponent):+d}"
