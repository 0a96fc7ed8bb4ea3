"""What a function computed on the way, told to TypeScript."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from torch import Tensor

from .recorder import Recorder, text_of
from .run import Followed
from .values import Snapshot, snapshot

if TYPE_CHECKING:
    from adsam_bridge.proof.subject import Subject


def trace(
    subject: Subject,
    given: dict[str, Any],
    differentiate: Sequence[str],
    draws: Sequence[Tensor],
) -> dict[str, Any]:
    """Operations and values in the order in which they came to be.

    Numbers are float64's where the function runs in it, and each says how far float32 is from it:
    that is what rounding does to it.
    """
    followed = Followed(subject, given, differentiate, draws)
    single = Recorder()
    rounded = followed.run("float32", single)
    exact = _in_double(followed, single)
    recorder, ends = (single, rounded) if exact is None else exact
    return {
        "operations": [
            {
                "name": one.name,
                "file": one.file,
                "line": one.line,
                "text": text_of(one),
                "inputs": one.inputs,
                "outputs": one.outputs,
            }
            for one in recorder.operations
        ],
        "values": [
            _told(value, None if exact is None else single.values.snapshots[i])
            for i, value in enumerate(recorder.values.snapshots)
        ],
        "gradients": {
            str(number): _told(gradient, None if exact is None else single.gradients.get(number))
            for number, gradient in recorder.gradients.items()
        },
        "returns": recorder.returns,
        "ends": {
            name: _told(snapshot(value), None if exact is None else snapshot(rounded[name]))
            for name, value in ends.items()
        },
        "taps": recorder.taps,
    }


def _in_double(followed: Followed, single: Recorder) -> tuple[Recorder, dict[str, Tensor]] | None:
    """The same in float64; None where the function refuses it, or does something else then."""
    recorder = Recorder()
    try:
        ends = followed.run("float64", recorder)
    except (RuntimeError, TypeError, ValueError):
        return None
    same = [one.name for one in recorder.operations] == [one.name for one in single.operations]
    shapes = [value.shape for value in recorder.values.snapshots]
    if not same or shapes != [value.shape for value in single.values.snapshots]:
        return None
    return recorder, ends


def _told(value: Snapshot, single: Snapshot | None = None) -> dict[str, Any]:
    rounding = None
    if single is not None:
        distance = (value.numbers - single.numbers).abs()
        finite = distance[distance.isfinite()]
        rounding = finite.max().item() if len(finite) > 0 else 0.0
    return {
        "values": value.numbers,
        "shape": value.shape,
        "whole": value.whole,
        "mean": value.mean,
        "square": value.square,
        "rounding": rounding,
    }
