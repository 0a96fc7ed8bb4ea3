"""What a function computed on the way, told to TypeScript."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch

from .recorder import Recorder, text_of
from .run import run
from .values import Snapshot, snapshot


def trace(
    function: Callable[..., Any], inputs: dict[str, Any], differentiate: Sequence[str]
) -> dict[str, Any]:
    """Operations and values in the order in which they came to be.

    Numbers are float64's where the function runs in it, and each says how far float32 is from it:
    that is what rounding does to it.
    """
    single = Recorder()
    _, rounded, _ = run(function, inputs, differentiate, torch.float32, single)
    exact = _in_double(function, inputs, differentiate, single)
    recorder, outcome = exact if exact is not None else (single, None)
    if outcome is None:
        recorder = Recorder()
        outcome = run(function, inputs, differentiate, torch.float32, recorder)
    outputs, gradients, given = outcome
    numbers = [recorder.values.find(tensor) for tensor in outputs]
    return {
        "double": exact is not None,
        "operations": [
            {
                "name": one.name,
                "file": one.file,
                "line": one.line,
                "text": text_of(one),
                "inputs": one.inputs,
                "outputs": one.outputs,
                "inner": one.inner,
            }
            for one in recorder.operations
        ],
        "values": [
            _told(value, single.values.snapshots[i] if exact is not None else None)
            for i, value in enumerate(recorder.values.snapshots)
        ],
        "gradients": {
            str(number): _told(
                gradient,
                single.gradients[number]
                if exact is not None and number in single.gradients
                else None,
            )
            for number, gradient in recorder.gradients.items()
        },
        "given": {name: recorder.values.find(tensor) for name, tensor in given.items()},
        "outputs": numbers,
        "inputGradients": {
            name: _told(snapshot(one), snapshot(other) if exact is not None else None)
            for name, one, other in zip(differentiate, gradients, rounded, strict=True)
        },
        "taps": recorder.taps,
    }


def _in_double(
    function: Callable[..., Any],
    inputs: dict[str, Any],
    differentiate: Sequence[str],
    single: Recorder,
) -> tuple[Recorder, Any] | None:
    """The same in float64; None where the function refuses it, or does something else then."""
    recorder = Recorder()
    try:
        outcome = run(function, inputs, differentiate, torch.float64, recorder)
    except (RuntimeError, TypeError, ValueError):
        return None
    same = [one.name for one in recorder.operations] == [one.name for one in single.operations]
    shapes = [value.shape for value in recorder.values.snapshots]
    if not same or shapes != [value.shape for value in single.values.snapshots]:
        return None
    return recorder, outcome


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
