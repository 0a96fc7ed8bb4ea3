"""Arguments that a call has changed in place: what the caller has is a copy, and is told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor


def changed(
    given: Mapping[str, Tensor | np.ndarray[Any, Any]], came: Mapping[str, Tensor]
) -> dict[str, Tensor]:
    """The tensors and arrays that are no longer as they came.

    Bytes are compared and not torch's version counters: what is written through ``.data``, through
    numpy, or by an optimizer's kernel counts on none of them.

    Args:
        given: what the call was given, by name.
        came: untouched copies of the same names.
    """
    now = {
        name: value if isinstance(value, Tensor) else torch.from_numpy(value)
        for name, value in given.items()
    }
    return {name: tensor.detach() for name, tensor in now.items() if not _alike(tensor, came[name])}


def _alike(one: Tensor, other: Tensor) -> bool:
    if one.shape != other.shape or one.dtype != other.dtype:
        return False  # as ``resize_`` does
    return torch.equal(_words(one), _words(other))


def _words(tensor: Tensor) -> Tensor:
    """Its bytes, by eight where they divide: comparing takes as long as there are numbers."""
    flat = tensor.detach().cpu().contiguous().flatten()
    return flat.view(torch.int64 if flat.nbytes > 0 and flat.nbytes % 8 == 0 else torch.uint8)
