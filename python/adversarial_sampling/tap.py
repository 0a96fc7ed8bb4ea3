"""Names for tensors inside user code, which a recorder picks up and nothing else notices."""

from __future__ import annotations

from collections.abc import Callable

from torch import Tensor

listeners: list[Callable[[str, Tensor], None]] = []
"""Who is told of taps: the recorder that runs, if one does."""


def tap(name: str, tensor: Tensor) -> Tensor:
    """The tensor itself; while a recorder runs, its counterpart is the port's tap of that name."""
    for listener in listeners:
        listener(name, tensor)
    return tensor
