"""Tells of every step without waiting for the device at every step."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timezone
from math import isfinite
from time import perf_counter
from typing import NamedTuple

from ._protocol import EpochEvent, StepEvent
from .divergence import loss_diverged
from .measurements import EpochSums, Measurements, read_back

INTERVAL = 0.05
"""Seconds between two readings."""

OnEvent = Callable[[StepEvent | EpochEvent], None]
Tell = Callable[[Sequence[StepEvent | EpochEvent]], None]


def timestamp() -> str:
    """The time in UTC, to the millisecond, as JavaScript writes it."""
    now = datetime.now(timezone.utc)
    return now.isoformat(timespec="milliseconds").replace("+00:00", "Z")


class Place(NamedTuple):
    """Where in the run a step was taken; the names are ``StepEvent``'s."""

    epoch: int
    step: int
    batch: int
    batches: int
    learning_rate: float
    beta: float | None


class _Taken(NamedTuple):
    place: Place
    images: int
    measurements: Measurements
    retries: bool


class StepReporter:
    """Collects measurements on the device and reads them back together.

    Attributes:
        last: the last step that was read back; None before the first.
    """

    def __init__(self, tell: Tell, sums: EpochSums) -> None:
        """The time of ``sums``, where an epoch's are added up, counts from now."""
        self.last: StepEvent | None = None
        self._tell = tell
        self._sums = sums
        self._pending: list[_Taken] = []
        self._since = perf_counter()

    def add(
        self, place: Place, images: int, measurements: Measurements, *, retries: bool = False
    ) -> None:
        """Takes note of a step, and reads back what there is when it is time.

        Args:
            place: where in the run it was taken.
            images: how many it was taken on.
            measurements: on the device.
            retries: a loss that is no finite number moved no weight, and may be one next time.
        """
        self._pending.append(_Taken(place, images, measurements, retries))
        if perf_counter() - self._since >= INTERVAL:
            self.flush()

    def flush(self) -> None:
        """Reads back what there is, and tells of it.

        Raises:
            AdversarialSamplingError: ``diverged`` after a step whose loss is no finite number.
        """
        if not self._pending:
            return
        means = read_back([taken.measurements for taken in self._pending])
        now = perf_counter()
        seconds, self._since = now - self._since, now
        rate = sum(taken.images for taken in self._pending) / seconds
        self._sums.seconds += seconds
        told = timestamp()
        events: list[StepEvent] = []
        diverged: StepEvent | None = None
        for taken, values in zip(self._pending, means, strict=True):
            self._sums.add(values, taken.images)
            event = StepEvent(
                timestamp=told, **taken.place._asdict(), **dict(values), images_per_second=rate
            )
            events.append(event)
            if not isfinite(event.loss) and not taken.retries:
                diverged = event
                break
        self._pending.clear()
        self._tell(events)
        self.last = events[-1]
        if diverged is not None:
            raise loss_diverged(diverged)
