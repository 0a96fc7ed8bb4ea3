"""Tells of every step without waiting for the device at every step."""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter
from typing import NamedTuple

from ._protocol import EpochEvent, StepEvent
from .divergence import check_loss
from .measurements import EpochSums, Measurements, read_back

INTERVAL = 0.05
"""Seconds between two readings."""

OnEvent = Callable[[StepEvent | EpochEvent], None]


class Place(NamedTuple):
    """Where in the run a step was taken; the names are ``StepEvent``'s."""

    epoch: int
    step: int
    batch: int
    batches: int
    learning_rate: float


class StepReporter:
    """Collects measurements on the device and reads them back together.

    Attributes:
        last: the last step that was read back; None before the first.
    """

    def __init__(self, on_event: OnEvent | None, sums: EpochSums) -> None:
        """``sums``: where an epoch's are added up; its time counts from now."""
        self.last: StepEvent | None = None
        self._on_event = on_event
        self._sums = sums
        self._pending: list[tuple[Place, int, Measurements, bool]] = []
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
        self._pending.append((place, images, measurements, retries))
        if perf_counter() - self._since >= INTERVAL:
            self.flush()

    def flush(self) -> None:
        """Reads back what there is, and tells of it.

        Raises:
            AdversarialSamplingError: ``diverged`` after a step whose loss is no finite number.
        """
        if not self._pending:
            return
        means = read_back([measurements for _, _, measurements, _ in self._pending])
        now = perf_counter()
        seconds, self._since = now - self._since, now
        rate = sum(images for _, images, _, _ in self._pending) / seconds
        self._sums.seconds += seconds
        for (place, images, _, retries), values in zip(self._pending, means, strict=True):
            self._sums.add(values, images)
            self.last = StepEvent(**place._asdict(), **dict(values), images_per_second=rate)
            if self._on_event is not None:
                self._on_event(self.last)
            if not retries:
                check_loss(self.last)
        self._pending.clear()
