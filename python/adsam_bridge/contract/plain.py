"""Types that Python, torch and numpy have, by the names that contracts have for them."""

from __future__ import annotations

import collections.abc
import pathlib
import types
import typing
from typing import Any

import numpy as np
import torch

PLAIN: dict[Any, str] = {
    type(None): "none",
    None: "none",
    bool: "bool",
    int: "int",
    float: "float",
    complex: "complex",
    str: "str",
    bytes: "bytes",
    bytearray: "bytearray",
    slice: "slice",
    types.EllipsisType: "ellipsis",
    torch.dtype: "dtype",
    torch.device: "device",
}
AWAITED = (collections.abc.Awaitable, collections.abc.Coroutine)
BASES: dict[type, str] = {
    torch.Tensor: "tensor",
    np.ndarray: "array",
    np.generic: "number",
    pathlib.PurePath: "path",
}
BARE: dict[Any, Any] = {
    list: list,
    typing.Sequence: list,
    tuple: tuple,
    dict: dict,
    typing.Callable: collections.abc.Callable,
}
"""What typing's own names stand for without brackets."""
TRANSPARENT = [typing.Annotated, typing.Final, typing.ClassVar] + [
    getattr(typing, name) for name in ("Required", "NotRequired") if hasattr(typing, name)
]
