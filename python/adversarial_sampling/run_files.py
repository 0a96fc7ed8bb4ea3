"""What a run writes while it goes on."""

from __future__ import annotations

import os
import pathlib
from collections.abc import Callable, Generator
from contextlib import contextmanager
from time import monotonic

from ._protocol import Keep, StateEvery
from .checkpoint import save
from .errors import AdversarialSamplingError
from .event_log import EventLog, Events
from .files import check_writable
from .models import Network

Path = str | os.PathLike[str]


class RunFiles:
    """A run's checkpoint, its training state and its log of events: those that are wanted."""

    def __init__(
        self,
        checkpoint: Path | None = None,
        state: Path | None = None,
        events: Path | None = None,
        state_every: StateEvery | None = None,
        keep: Keep | None = None,
    ) -> None:
        """Raises a ``file`` error where one could not be written.

        Raises:
            AdversarialSamplingError: ``usage`` where models are to be kept beside no checkpoint.
        """
        self._checkpoint, self._state, self._events = checkpoint, state, events
        self._every = state_every or StateEvery()
        self._keep = keep or Keep()
        if checkpoint is None and (self._keep.best or self._keep.every > 0):
            raise AdversarialSamplingError(
                "keep: expected a checkpoint, beside which models are kept, got none",
                suggestion="give checkpoint too",
            )
        self._log: EventLog | None = None
        self._kept_at = 0, 0.0
        check_writable(*(path for path in (checkpoint, state, events) if path is not None))

    @contextmanager
    def opened(self, steps: int, epochs: int) -> Generator[None]:
        """For a run that has come as far as this; the log is cut back to there."""
        self._kept_at = steps, monotonic()
        if self._events is None:
            yield
            return
        self._log = EventLog(self._events, steps, epochs)
        try:
            yield
        finally:
            self._log.close()

    def log(self, events: Events) -> None:
        """Writes events down."""
        if self._log is not None:
            self._log.append(events)

    def is_state_due(self, steps: int) -> bool:
        """Whether it is time to save the state, after so many steps of the run."""
        if self._state is None:
            return False
        kept_steps, kept_time = self._kept_at
        by_steps, seconds = self._every.steps, 60 * self._every.minutes
        return (0 < by_steps <= steps - kept_steps) or (0 < seconds <= monotonic() - kept_time)

    def save_state(self, write: Callable[[Path], None], steps: int) -> None:
        """Saves the state, which ``write`` writes to a path, after so many steps."""
        if self._state is not None:
            if self._log is not None:
                self._log.sync()
            write(self._state)
        self._kept_at = steps, monotonic()

    def keep_model(self, model: Network, epochs: int, *, is_best: bool) -> None:
        """Keeps the model after so many epochs beside the checkpoint, where that is wanted."""
        if self._checkpoint is None:
            return
        if is_best and self._keep.best:
            save(model, beside(self._checkpoint, "best"))
        if self._keep.every > 0 and epochs % self._keep.every == 0:
            save(model, beside(self._checkpoint, f"epoch-{epochs}"))

    def save_model(self, model: Network) -> None:
        """Saves the checkpoint: after the state, so that where there is a model there is one."""
        if self._checkpoint is not None:
            save(model, self._checkpoint)


def beside(checkpoint: Path, which: str) -> Path:
    """Where a model is kept: ``run/checkpoint-best.safetensors``."""
    path = pathlib.Path(checkpoint)
    return path.with_name(f"{path.stem}-{which}{path.suffix}")
