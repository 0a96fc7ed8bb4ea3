"""What code makes of rounding in each of its kernels, also where float32 happens to be exact."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode

_APPROXIMATE = frozenset(
    (
        *(
            "acos",
            "acosh",
            "asin",
            "asinh",
            "atan",
            "atan2",
            "atanh",
            "cos",
            "cosh",
            "sin",
            "sinh",
            "tan",
        ),
        *("exp", "exp2", "expm1", "log", "log10", "log1p", "log2", "pow", "reciprocal", "rsqrt"),
        *(
            "elu",
            "erf",
            "erfc",
            "gelu",
            "mish",
            "selu",
            "sigmoid",
            "silu",
            "softmax",
            "softplus",
            "tanh",
        ),
        *("log_softmax", "logsumexp", "mean", "std", "var", "var_mean"),
        *("cudnn_batch_norm", "native_batch_norm", "native_group_norm", "native_layer_norm"),
    )
)
"""Kernels that nothing asks to be exact anywhere: a softmax may give 0.9999999 for 1."""


class Rounded(TorchDispatchMode):
    """Monte Carlo arithmetic (Parker, 1997), in float32.

    While it is entered, each number that a kernel gives is one of the two of float32 next to it, by
    chance, and of approximate kernels another one than that even where float32 holds it. What
    float32 holds stays as it is everywhere else: that is no rounding, and views are not written to.

    Args:
        seed: of the directions.
    """

    def __init__(self, seed: int) -> None:
        super().__init__()
        self._generator = torch.Generator().manual_seed(seed)

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        result = func(*args, **(kwargs or {}))
        approximate = func.overloadpacket.__name__.strip("_") in _APPROXIMATE
        for one in result if isinstance(result, (tuple, list)) else [result]:
            if isinstance(one, Tensor) and one.is_complex():
                self._round(torch.view_as_real(one), approximate=approximate)
            elif isinstance(one, Tensor) and one.dtype in (torch.float32, torch.float64):
                self._round(one, approximate=approximate)
        return result

    def _round(self, values: Tensor, *, approximate: bool) -> None:
        near = values.to(torch.float32)
        exact = near == values
        if not approximate and exact.all():
            return
        up = torch.rand(values.shape, generator=self._generator).to(values.device) < 0.5
        above = torch.where(near < values, torch.nextafter(near, near.new_tensor(torch.inf)), near)
        below = torch.where(near > values, torch.nextafter(near, near.new_tensor(-torch.inf)), near)
        rounded = torch.where(up, above, below)
        if approximate:
            moved = torch.nextafter(near, torch.where(up, torch.inf, -torch.inf).to(near.dtype))
            rounded = torch.where(exact, moved, rounded)
        # Infinity stays what it is, and what is below float32's range is no size to round by.
        normal = near.isfinite() & (near.abs() >= torch.finfo(torch.float32).tiny)
        values.copy_(torch.where(normal, rounded.to(values.dtype), values))
