"""Normalisations by the other variance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .recorder import Changed


def unbiased(name: str, named: Mapping[str, Any]) -> Changed:
    """A normalisation by the other variance, from what it gives before scale and shift."""

    def compute(_f: Any, a: Sequence[Any], _k: dict[str, Any]) -> Any:
        x = a[0]
        axes = tuple(range(x.dim() - len(named.get("normalized_shape", ())), x.dim()))
        kept = x
        if name == "batch_norm":
            axes = (0, *range(2, x.dim()))
        elif name in ("group_norm", "instance_norm"):
            groups = named.get("num_groups", x.shape[1])
            kept, axes = x.reshape(x.shape[0], groups, -1), (2,)
        eps = named["eps"]
        unbiased = kept.var(axes, correction=1, keepdim=True) + eps
        mean = kept.mean(axes, keepdim=True)
        normal = ((kept - mean) / unbiased.sqrt()).reshape(x.shape)
        weight, bias = named.get("weight"), named.get("bias")
        shape = (
            [1, -1, *[1] * (x.dim() - 2)] if name != "layer_norm" else [*named["normalized_shape"]]
        )
        if weight is not None:
            normal = normal * weight.reshape(shape)
        return normal if bias is None else normal + bias.reshape(shape)

    return compute
