"""Whether a known kind of fault, put into one operation, gives the numbers of a port."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from .constants import fitted
from .faults import Fault, faults
from .recorder import Changed, Recorder
from .run import Followed

if TYPE_CHECKING:
    from adsam_bridge.proof.subject import Subject

CLOSE = 2e-4
"""Of the largest number: more than float32's rounding is left of what a port gets right."""

EXPLAINED = 0.02
"""Part of the departure that may be left over."""

Numbers = list[Tensor]
Try = Callable[[int, Changed | None], Numbers | None]


def explain(
    subject: Subject,
    given: dict[str, Any],
    differentiate: Sequence[str],
    draws: Sequence[Tensor],
    suspects: Sequence[int],
    port: dict[str, Tensor],
) -> dict[str, Any] | None:
    """The fault, and the operation, that gives the port's numbers; None where none does.

    Args:
        subject: what was traced.
        given: its arguments.
        differentiate: those whose gradients are told too.
        draws: what it draws, in order.
        suspects: numbers of operations, the likeliest first.
        port: what the port gives, by name.
    """
    followed = Followed(subject, given, differentiate, draws)
    wanted = [tensor.double() for tensor in port.values()]

    def attempt(place: int, change: Changed | None) -> Numbers | None:
        recorder = Recorder(None if change is None else (place, change), values=False)
        try:
            ends = followed.run("float32", recorder)
            found = [ends[name].double() for name in port]
        except Exception:  # noqa: BLE001 - a fault may break the program anywhere
            return None
        same = [one.shape for one in found] == [one.shape for one in wanted]
        return found if same else None

    arguments = _Arguments(set(suspects))
    try:
        followed.run("float32", arguments)
    except Exception:  # noqa: BLE001
        return None
    honest = attempt(-1, None)
    if honest is None:
        return None
    departed = _apart(honest, wanted)
    for general in (False, True):
        for place in suspects:
            if place not in arguments.seen:
                continue
            func, args, kwargs = arguments.seen[place]
            candidates = _candidates(func, args, kwargs, general, attempt, place, wanted)
            best = _best(candidates, attempt, place, wanted, departed)
            if best is not None:
                return {"operation": place, "kind": best.kind, "detail": best.detail}
    return None


def _candidates(
    func: Any,
    args: Sequence[Any],
    kwargs: dict[str, Any],
    general: bool,
    attempt: Try,
    place: int,
    wanted: Numbers,
) -> Iterator[Fault]:
    if not general:
        yield from faults(func, args, kwargs)
    yield from fitted(func, args, kwargs, general, lambda change: attempt(place, change), wanted)


def _best(
    candidates: Iterator[Fault], attempt: Try, place: int, wanted: Numbers, departed: float
) -> Fault | None:
    """The one that explains the most; None where two kinds explain as much."""
    found: list[tuple[float, Fault]] = []
    for fault in candidates:
        numbers = attempt(place, fault.compute)
        if numbers is None:
            continue
        left = _apart(numbers, wanted)
        if left <= CLOSE and left <= EXPLAINED * departed:
            found.append((left, fault))
    return found[0][1] if found else None


def _apart(one: Numbers, other: Numbers) -> float:
    """The largest error, in parts of the largest number of its tensor."""
    worst = 0.0
    for a, b in zip(one, other, strict=True):
        if b.numel() == 0:
            continue
        if not torch.equal(a.isfinite(), b.isfinite()):
            return float("inf")
        finite = b.isfinite()
        error = (a - b)[finite].abs().max().item() if finite.any() else 0.0
        size = max(b[finite].abs().max().item() if finite.any() else 0.0, 1e-30)
        worst = max(worst, error / size)
    return worst


class _Arguments(Recorder):
    """Keeps what some operations were called with; in-place changes come after."""

    def __init__(self, places: set[int]) -> None:
        super().__init__(values=False)
        self.seen: dict[int, tuple[Any, Sequence[Any], dict[str, Any]]] = {}
        self._places = places

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        place = self.counted
        result = super().__torch_function__(func, types, args, kwargs)
        if self.counted > place and place in self._places:
            self.seen[place] = (func, args, kwargs or {})
        return result
