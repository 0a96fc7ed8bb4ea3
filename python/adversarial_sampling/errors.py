"""The one error class of this package."""

from __future__ import annotations

from typing import Literal

ErrorCode = Literal[
    "usage", "unsupported", "data", "checkpoint", "file", "disk", "environment", "diverged"
]


class AdversarialSamplingError(Exception):
    """What the caller can mend.

    Attributes:
        code: ``usage`` (an argument out of range), ``unsupported`` (what the published code, where
            it computes, cannot do), ``data`` (images or labels that do not fit),
            ``checkpoint`` (damaged, foreign or of another model), ``file`` (missing, or may not be
            read or written), ``disk`` (no room to write), ``environment`` (a device that is not
            there), ``diverged`` (training whose loss is NaN).
        suggestion: what to do about it.
    """

    def __init__(
        self, message: str, *, code: ErrorCode = "usage", suggestion: str | None = None
    ) -> None:
        super().__init__(message)
        self.code: ErrorCode = code
        self.suggestion = suggestion


class Cancelled(Exception):  # noqa: N818 - a request that was met, not an error
    """The caller's ``should_stop`` answered true."""
