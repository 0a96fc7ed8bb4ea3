"""Constants that explain a port's numbers: found by Newton's method."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import torch
from torch import Tensor

from .faults import Fault, changed_output, replaced
from .recorder import Changed, name_of

Attempt = Callable[[Changed], "list[Tensor] | None"]

ENOUGH = 4
"""Numbers without which a single constant explains anything."""

STEPS = 12

_SCALED = frozenset({"mul", "div", "rdiv", "rmul"})
_SHIFTED = frozenset({"add", "sub", "radd", "rsub", "clamp", "clamp_min", "maximum"})


def fitted(
    func: Any,
    args: Sequence[Any],
    kwargs: dict[str, Any],
    general: bool,
    attempt: Attempt,
    wanted: list[Tensor],
) -> Iterator[Fault]:
    """Faults in a constant of the operation's; in general, a constant that it lacks."""
    if sum(one.numel() for one in wanted) < ENOUGH:
        return
    if general:
        yield from _found("factor", 1.0, _times, attempt, wanted)
        if isinstance(args[0] if args else None, Tensor):
            yield from _found("factor", 1.0, _times_input, attempt, wanted)
        yield from _found("offset", 0.0, _plus, attempt, wanted)
        return
    for place, value in _constants(args, kwargs):
        kind = _kind(name_of(func), value)

        def other(constant: float, place: int | str = place) -> Changed:
            return lambda f, a, k: f(*replaced(a, place, constant), **replaced(k, place, constant))

        for fault in _found(kind, value, other, attempt, wanted):
            off = round(float(fault.detail.split()[0]) - value, 4)
            whole = isinstance(value, int) and kind == "offset" and abs(off) == 1
            yield Fault("off by one" if whole else kind, fault.detail, fault.compute)


def _constants(args: Sequence[Any], kwargs: dict[str, Any]) -> Iterator[tuple[int | str, float]]:
    for place, value in (*enumerate(args), *kwargs.items()):
        if isinstance(value, (int, float)) and not isinstance(value, bool) and place != "dim":
            yield place, value


def _kind(name: str, value: float) -> str:
    if isinstance(value, float) and 0 < value <= 1e-2 and name in _SHIFTED:
        return "eps"
    if name in _SHIFTED:
        return "offset"
    if name in _SCALED:
        return "factor"
    return "exponent" if "pow" in name else "constant"


def _found(
    kind: str,
    start: float,
    other: Callable[[float], Changed],
    attempt: Attempt,
    wanted: list[Tensor],
) -> Iterator[Fault]:
    constant = _solve(start, lambda c: attempt(other(c)), wanted)
    if constant is None:
        return
    if kind == "factor" and abs(constant + start) <= 1e-3 * abs(start):
        kind = "sign"
    said = f"{constant:.4g} where Python has {start:.4g}"
    yield Fault(kind, said, other(float(f"{constant:.4g}")))
    yield Fault(kind, said, other(constant))


def _solve(
    start: float, attempt: Callable[[float], list[Tensor] | None], wanted: list[Tensor]
) -> float | None:
    target = _scaled(wanted, wanted)
    start = start if abs(start) < float("inf") else 0.0
    point, step = start, max(abs(start), 1e-3) * 1e-2
    for _ in range(STEPS):
        here, there = attempt(point), attempt(point + step)
        if here is None or there is None:
            return None
        at = _scaled(here, wanted)
        slope = (_scaled(there, wanted) - at) / step
        denominator = slope.dot(slope).item()
        if not 0 < denominator < float("inf"):
            return None
        move = slope.dot(target - at).item() / denominator
        point += move
        if abs(move) <= 1e-6 * max(abs(point), 1e-9):
            break
        step = max(abs(point), abs(move), 1e-9) * 1e-2
    return None if abs(point - start) <= 1e-4 * abs(start) else point


def _scaled(numbers: list[Tensor], wanted: list[Tensor]) -> Tensor:
    parts = [
        one.flatten() / max(like.abs().max().item(), 1e-30)
        for one, like in zip(numbers, wanted, strict=True)
        if like.numel() > 0
    ]
    return torch.nan_to_num(torch.cat(parts), 0.0, 0.0, 0.0)


def _times(constant: float) -> Changed:
    return changed_output(lambda out: out * constant)


def _plus(constant: float) -> Changed:
    return changed_output(lambda out: out + constant)


def _times_input(constant: float) -> Changed:
    return lambda f, a, k: f(a[0] * constant, *a[1:], **k)
