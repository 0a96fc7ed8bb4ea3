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
            AdversarialSamplingError: ``file`` when it cannot be written, or holds something else.
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
    """Of the lines that tell of no more than that; one that was cut off is none."""
    if steps == epochs == 0 or not path.exists():
        return 0
    length = 0
    with explained("read", path), path.open("rb") as file:
        for number, line in enumerate(file, 1):
            if not line.endswith(b"\n") or _is_beyond(line, f"{path}:{number}", steps, epochs):
                break
            length += len(line)
    return length


def _is_beyond(line: bytes, place: str, steps: int, epochs: int) -> bool:
    try:
        event = json.loads(line)
        return event["epoch"] >= epochs if event["kind"] == "epoch" else event["step"] > steps
    except (ValueError, KeyError, TypeError) as error:
        raise AdversarialSamplingError(
            f"{place}: expected an event", code="file", suggestion="remove the line, or the file"
        ) from error
