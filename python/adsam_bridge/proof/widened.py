"""Float32 that the code asks for by name, as float64."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode


class Widened(TorchFunctionMode):
    """While it is entered, casts to float32 are casts to float64."""

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        function = Tensor.double if func is Tensor.float else func
        named = {name: _wide(value) for name, value in (kwargs or {}).items()}
        return function(*(_wide(value) for value in args), **named)


def _wide(value: Any) -> Any:
    return torch.float64 if value is torch.float32 else value
