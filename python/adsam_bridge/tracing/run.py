"""One run of a function that is proved, while what it does is noted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from torch import Tensor

from adversarial_sampling.tap import listeners

from .recorder import Recorder

if TYPE_CHECKING:
    from adsam_bridge.proof.subject import Subject


@dataclass(frozen=True)
class Followed:
    """What is run again and again."""

    subject: Subject
    given: dict[str, Any]
    differentiate: Sequence[str]
    draws: Sequence[Tensor]
    """What it draws, in order."""

    def run(self, precision: str, recorder: Recorder) -> dict[str, Tensor]:
        """Outputs, ``gradient.<name>`` and ``state.<name>``, by name.

        What the function changes in its object is changed in a copy.
        """
        listeners.append(recorder.tapped)
        try:
            ran = self.subject.run(
                self.given, {}, precision, self.differentiate, self.draws, recorder
            )
        finally:
            listeners.remove(recorder.tapped)
        return {
            **ran["outputs"],
            **{f"gradient.{name}": value for name, value in ran["gradients"].items()},
            **{f"state.{name}": value for name, value in ran["state"].items()},
        }
