"""Python's answer counts; TypeScript's is computed beside it, for a sample of the calls."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from typing import Any, Protocol

import numpy as np
import torch
from torch import Tensor

from .again import Again, drew_since, named_outputs, plain_parts
from .budget import TimeBudget


class Told(Protocol):
    """A function of TypeScript's that can be told something, without waiting for an answer."""

    def tell(self, on_answer: Callable[[], None], *values: Any) -> None:
        """Calls it; ``on_answer`` is called when it has ended."""
        ...


class Shadow:
    """Which calls are sampled, and what TypeScript is told of them."""

    def __init__(
        self, sample: Told, rate: float, budget: float, again: float, pending: int, max_bytes: int
    ) -> None:
        self.counts: dict[str, int] = dict.fromkeys(
            ("sampled", "overBudget", "skipped", "tooLarge", "raised", "failed"), 0
        )
        self._sample = sample
        self._rate = rate
        self._again = again
        self._time = TimeBudget(budget)
        self._room = threading.Semaphore(pending)
        self._max_bytes = max_bytes
        self._choice = random.Random(0)  # noqa: S311 - no secret, and none of the program's draws

    def is_sampled(self) -> bool:
        """Whether this call is one of the sample: not beyond the budget, or while many wait."""
        self._time.starts()
        if self._choice.random() >= self._rate:
            return False
        if not self._room.acquire(blocking=False):
            self.counts["skipped"] += 1
            return False
        if not self._time.admits():
            self.counts["overBudget"] += 1
            self._room.release()
            return False
        return True

    def run(self, again: Callable[[], Again], function: Callable[[], Any]) -> Any:
        """Python's answer. Nothing that goes wrong beside it reaches the caller.

        Args:
            again: notes the call before it is made.
            function: the call.
        """
        try:
            with self._time.at_work():
                noted = again()
        except Exception:  # noqa: BLE001 - the program's call is still to be made
            self.counts["failed"] += 1
            self._room.release()
            return function()
        try:
            result = function()
        except BaseException:
            self.counts["raised"] += 1
            self._room.release()
            raise
        self._time.enter()
        told = False
        try:
            told = self._tell(noted, result)
        except Exception:  # noqa: BLE001 - the program's call has succeeded
            self.counts["failed"] += 1
        if not told:
            self._end()
        return result

    def _end(self) -> None:
        self._time.leave()
        self._room.release()

    def _tell(self, again: Again, result: Any) -> bool:
        parts = plain_parts(result)
        tensors = [*again.parts.tensors, *parts.tensors]
        if sum(tensor.nbytes for tensor in tensors) > self._max_bytes:
            self.counts["tooLarge"] += 1
            return False
        drew = drew_since(again.state)
        number = self.counts["sampled"]
        second = number == 0 or self._choice.random() < self._again
        noise = named_outputs(_second(again, drew=drew)) if second else None
        outputs = {
            name: tensor.clone()
            for name, tensor in named_outputs(parts.value(parts.tensors)).items()
        }
        tree, paths, given = again.parts
        self.counts["sampled"] += 1
        self._sample.tell(self._end, tree, paths, given, outputs, noise, again.changed(), drew)
        return True


def _second(again: Again, *, drew: bool) -> Any:
    """A second run, each float one ulp of float32 away, in the other precision.

    It tells what rounding does, and other draws where the function draws.
    """
    generator = torch.Generator().manual_seed(1)
    moved = [_moved(tensor, generator) for tensor in again.parts.tensors]
    state = again.state
    if drew:
        fresh = torch.Generator().manual_seed(2).get_state()
        other = np.random.RandomState(2).get_state()
        again.state = (fresh, [], random.Random(2).getstate(), other)  # noqa: S311
    try:
        with torch.no_grad():
            try:
                return again.result([_in_other_precision(tensor) for tensor in moved])
            except Exception:  # noqa: BLE001 - not every function runs in each precision
                return again.result(moved)
    finally:
        again.state = state


def _in_other_precision(tensor: Tensor) -> Tensor:
    if not tensor.is_floating_point():
        return tensor
    return tensor.to(torch.float32 if tensor.dtype == torch.float64 else torch.float64)


def _moved(tensor: Tensor, generator: torch.Generator) -> Tensor:
    if not tensor.is_floating_point():
        return tensor.clone()
    up = torch.rand(tensor.shape, generator=generator) < 0.5
    ends = torch.where(up.to(tensor.device), torch.inf, -torch.inf).to(tensor.dtype)
    single = torch.float32 if tensor.dtype == torch.float64 else tensor.dtype
    return torch.nextafter(tensor.to(single), ends.to(single)).to(tensor.dtype)
