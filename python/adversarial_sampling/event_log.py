"""The events of a run in a file, one JSON document a line."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path

from ._protocol import EpochEvent, StepEvent
from .errors import AdversarialSamplingError
from .files import explained

Events = Sequence[StepEvent | EpochEvent]


class EventLog:
    """Open from the beginning of a run to its end.

    An event is in the file before it is told, and before a state is written that counts it: a run
    that goes on from a state finds every event up to there, and cuts off what came after.
    """

    def __init__(self, path: str | os.PathLike[str], steps: int, epochs: int) -> None:
        """Cuts the file back to a state: to nothing for the beginning of a run.

        Args:
            path: of the file, which may be missing.
            steps: taken before the state.
            epochs: finished before the state.

        Raises:
            AdversarialSamplingError: ``file`` when it cannot be written, holds something else, or
                less than the state counts.
        """
        self._path = path
        kept = _length_until(Path(path), steps, epochs)
        with explained("write", path):
            with Path(path).open("ab") as file:
                file.truncate(kept)
            self._file = Path(path).open("ab", buffering=0)  # noqa: SIM115 - `close` closes it

    def append(self, events: Events) -> None:
        """Writes them down; they outlive this process.

        Raises:
            AdversarialSamplingError: ``disk`` when there is no room. The last line may be half
                written then.
        """
        text = "".join(event.model_dump_json(by_alias=True) + "\n" for event in events).encode()
        with explained("write", self._path):
            while text:
                text = text[self._file.write(text) :]

    def sync(self) -> None:
        """Waits until the disk has them, so that they outlive a failure of the machine too."""
        with explained("write", self._path):
            os.fsync(self._file.fileno())

    def close(self) -> None:
        """No more events come."""
        self._file.close()


def _length_until(path: Path, steps: int, epochs: int) -> int:
    """Of the lines that tell of so much; what follows them is not looked at."""
    if steps == epochs == 0 or not path.exists():
        return 0
    length = 0
    told_steps = told_epochs = 0
    with explained("read", path), path.open("rb") as file:
        for number, line in enumerate(file, 1):
            if (told_steps >= steps and told_epochs >= epochs) or not line.endswith(b"\n"):
                break
            kind, at = _event_of(line, f"{path}:{number}")
            if at > (epochs if kind == "epoch" else steps):
                break
            if kind == "epoch":
                told_epochs = at
            else:
                told_steps = at
            length += len(line)
    if told_steps >= steps and told_epochs >= epochs:
        return length
    raise AdversarialSamplingError(
        f"{path}: expected events up to step {steps} and of {epochs} epochs, as the run's state "
        f"has it, got those up to step {told_steps} and of {told_epochs}",
        code="file",
        suggestion="put back what was in the file; without the file the run goes on and tells of "
        "what comes alone",
    )


def _event_of(line: bytes, place: str) -> tuple[str, int]:
    """Its kind, and how many steps or epochs there are with it."""
    try:
        event = json.loads(line)
        if event["kind"] == "epoch":
            return "epoch", event["epoch"] + 1
        return "step", int(event["step"])
    except (ValueError, KeyError, TypeError) as error:
        raise AdversarialSamplingError(
            f"{place}: expected an event", code="file", suggestion="remove the line, or the file"
        ) from error
