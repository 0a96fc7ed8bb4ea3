"""Faults that people make when they port an operation, by its name."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from .activations import ACTIVATIONS, gated_by
from .geometry import exchanged_parts, geometry
from .normalizations import unbiased
from .recorder import Changed, name_of


@dataclass(frozen=True)
class Fault:
    """Another way to compute an operation."""

    kind: str
    detail: str
    compute: Changed


PARTS = 4
"""Of which two may be exchanged."""

EPSILONS = (0.0, 1e-12, 1e-10, 1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1)

_ACTIVE = frozenset(
    {
        "relu",
        "gelu",
        "silu",
        "tanh",
        "sigmoid",
        "leaky_relu",
        "elu",
        "selu",
        "softplus",
        "relu6",
        "hardswish",
        "mish",
    }
)
_REDUCTIONS = ("mean", "sum", "amax", "amin")
_OPPOSITES = {"add": "sub", "sub": "add"}
_CONSTANTS = {"mul": "factor", "add": "offset", "sub": "offset"}
_NORMS = frozenset({"var", "std", "var_mean", "std_mean"})


def changed_output(change: Callable[[Tensor], Tensor]) -> Changed:
    """The operation, and then something."""
    return lambda f, a, k: change(f(*a, **k))


def replaced(values: Any, place: int | str, value: Any) -> Any:
    """Arguments of which one is another; those by name where it is in them."""
    if isinstance(values, dict):
        return {**values, place: value} if place in values else values
    if not isinstance(place, int):
        return values
    return [value if i == place else one for i, one in enumerate(values)]


def faults(func: Any, args: Sequence[Any], kwargs: dict[str, Any]) -> Iterator[Fault]:
    """Those that could be in an operation, the particular ones first."""
    name = name_of(func)
    named = _by_name(func, args, kwargs)
    if "eps" in named:
        for eps in EPSILONS:
            if eps != named["eps"]:
                said = f"{eps:g} where Python has {named['eps']:g}"
                yield Fault("eps", f"eps {said}", _with(named, "eps", eps))
    if name in _NORMS:
        yield from _variances(name, args, kwargs)
    if name in ("layer_norm", "batch_norm", "group_norm", "instance_norm"):
        yield Fault("variance", "divided by n - 1", unbiased(name, named))
    if name == "mul":
        for what, activation in gated_by(args):
            yield Fault("activation", what, lambda f, a, k, g=activation: g(2 * a[0]))
    if name == "pow":
        for power in (0.5, 1, 2, 3, 4):
            said = f"{power:g} where Python has {args[1]}"
            yield Fault("exponent", said, lambda f, a, k, p=power: f(a[0], p))
    if name in _ACTIVE:
        for what, activation in ACTIVATIONS.items():
            yield Fault("activation", what, lambda f, a, k, g=activation: g(a[0]))
    yield from _reductions(name, named)
    yield from _axes(name, args, kwargs, named)
    yield from geometry_faults(name, args, kwargs)
    yield from _others(name, args)


def _by_name(func: Any, args: Sequence[Any], kwargs: dict[str, Any]) -> dict[str, Any]:
    try:
        bound = inspect.signature(func).bind(*args, **kwargs)
    except (TypeError, ValueError):
        return dict(kwargs)
    bound.apply_defaults()
    return dict(bound.arguments)


def _with(named: dict[str, Any], key: str, value: Any) -> Changed:
    """The same call with another argument, by the names that it would be given."""
    changed = {**named, key: value}
    return lambda f, a, k: f(*a[:1], **dict(list(changed.items())[1:]))


def _variances(name: str, args: Sequence[Any], kwargs: dict[str, Any]) -> Iterator[Fault]:
    dim = kwargs.get("dim", args[1] if len(args) > 1 and not isinstance(args[1], bool) else None)
    keepdim = bool(kwargs.get("keepdim", args[3] if len(args) > 3 else False))
    compute = getattr(torch, name)
    for correction, what in ((0, "divided by n"), (1, "divided by n - 1")):
        yield Fault(
            "variance",
            what,
            lambda f, a, k, c=correction: compute(a[0], dim=dim, correction=c, keepdim=keepdim),
        )


def _reductions(name: str, named: dict[str, Any]) -> Iterator[Fault]:
    if name in _REDUCTIONS:
        for other in _REDUCTIONS:
            if other != name:
                compute = getattr(torch, other)
                yield Fault(
                    "reduction",
                    f"{other} where Python has {name}",
                    lambda f, a, k, g=compute: g(*a, **k),
                )
    if named.get("reduction") in ("mean", "sum"):
        for other in ("mean", "sum", "batchmean"):
            yield Fault(
                "reduction",
                f"{other} where Python has {named['reduction']}",
                lambda f, a, k, r=other: f(
                    a[0], **{**dict(list(named.items())[1:]), "reduction": r}
                ),
            )


def _axes(
    name: str, args: Sequence[Any], kwargs: dict[str, Any], named: dict[str, Any]
) -> Iterator[Fault]:
    """Another axis, where there is one, or another order of operands."""
    first = args[0] if args else None
    key: int | str | None = next((k for k in ("dim", "axis") if k in kwargs), None)
    if key is None and len(args) > 1 and isinstance(args[1], int) and "dim" in named:
        key = 1
    by_place = (*_REDUCTIONS, *_NORMS, "softmax", "log_softmax", "cumsum", "argmax", "logsumexp")
    if key is None and len(args) > 1 and isinstance(args[1], int) and name in by_place:
        key = 1
    if key is None and name in ("softmax", "log_softmax"):
        key = "dim"
        kwargs = {**kwargs, "dim": named.get("dim")}
    if key is None or not isinstance(first, Tensor):
        return
    now = kwargs[key] if isinstance(key, str) else args[key]
    if now is None and name in ("softmax", "log_softmax"):  # torch's own choice then
        now = 0 if first.dim() in (0, 1, 3) else 1
    if not isinstance(now, int):
        return
    for axis in range(first.dim()):
        if axis != now % first.dim():
            yield Fault(
                "axis",
                f"along axis {axis} where Python has {now}",
                lambda f, a, k, x=axis: f(
                    *replaced(a, key, x), **({**k, key: x} if isinstance(key, str) else k)
                ),
            )


def geometry_faults(name: str, args: Sequence[Any], kwargs: dict[str, Any]) -> Iterator[Fault]:
    """Those of geometry.py."""
    for kind, detail, compute in geometry(name, args, kwargs):
        yield Fault(kind, detail, compute)
    if name in ("chunk", "split", "unbind"):
        for kind, detail, compute in exchanged_parts(PARTS):
            yield Fault(kind, detail, compute)


def _others(name: str, args: Sequence[Any]) -> Iterator[Fault]:
    if name in ("detach", "detach_"):
        yield Fault("detach", "detach forgotten", lambda f, a, k: a[0])
    if name == "no_grad":
        yield Fault("detach", "gradients where Python takes none", lambda f, a, k: None)
    if name in _OPPOSITES and len(args) == 2:
        other = getattr(torch, _OPPOSITES[name])
        yield Fault(
            "sign", f"{_OPPOSITES[name]} where Python has {name}", lambda f, a, k: other(*a)
        )
    if name in ("sub", "div") and len(args) == 2:
        yield Fault("order", "operands exchanged", lambda f, a, k: f(a[1], a[0], **k))
    if name == "cat" and isinstance(args[0], (list, tuple)):
        yield Fault(
            "order", "parts exchanged", lambda f, a, k: f(list(reversed(a[0])), *a[1:], **k)
        )
    if name == "exp":
        yield Fault(
            "activation", "softplus where Python has exp", lambda f, a, k: functional.softplus(a[0])
        )
    x: Any = args[0] if args else None
    if name == "softmax" and x.dim() > 1 and x.shape[-1] == x.shape[-2]:
        yield Fault(
            "transposed",
            "of what is transposed",
            lambda f, a, k: f(a[0].transpose(-1, -2), *a[1:], **k),
        )
    logarithms = {"log": (torch.log2, torch.log10, torch.log1p), "exp": (torch.exp2, torch.expm1)}
    for other in logarithms.get(name, ()):
        yield Fault(
            "function", f"{other.__name__} where Python has {name}", lambda f, a, k, g=other: g(*a)
        )
    if name in (
        "add",
        "mul",
        "sub",
        "sqrt",
        "rsqrt",
        "exp",
        "clamp",
        "neg",
        "layer_norm",
        "normalize",
    ):
        for i, operand in enumerate(args[:2]):
            if isinstance(operand, Tensor) and operand.dim() > 0:
                constant = len(args) > 1 and not isinstance(args[1 - i], Tensor)
                kind = _CONSTANTS.get(name, "missing") if constant else "missing"
                yield Fault(kind, f"{name} left out", lambda f, a, k, n=i: a[n])
    yield Fault(
        "detach",
        "detached where Python is not",
        lambda f, a, k: _detached(f(*a, **k)),
    )


def _detached(result: Any) -> Any:
    if isinstance(result, Tensor):
        return result.detach()
    return [_detached(one) for one in result] if isinstance(result, (list, tuple)) else result
