"""The only door: one JSON text in, one JSON text out, and no exception ever.

pythonia crashes Node on NaN, kills Python on some values and keeps a proxy for every object;
strings are what it carries safely. Importing this module guards the process (see ``guard``) and
loads nothing heavy: torch comes with the first request.
"""

from __future__ import annotations

import gc
import importlib
import json
import sys
from types import ModuleType
from typing import TYPE_CHECKING

from . import guard
from .reply import reply

if TYPE_CHECKING:
    from adversarial_sampling._protocol import Message

guard.install()


def dispatch(text: str) -> str:
    """Answers {"method", "request", "job"?, "within"?} with {"answer"} or {"error"}."""

    def answer() -> Message:
        calls = _import_calls()
        envelope = json.loads(text)
        return calls.handle(
            envelope["method"], envelope["request"], envelope.get("job"), envelope.get("within")
        )

    return reply(answer)


def _import_calls() -> ModuleType:
    """Late, so that the guard stands before torch is imported.

    Without collecting garbage: there is none yet, and looking for it takes a sixth of the time.
    """
    collects = "adsam_bridge.calls" not in sys.modules and gc.isenabled()
    if collects:
        gc.disable()
    try:
        return importlib.import_module(".calls", __package__)
    finally:
        if collects:
            gc.freeze()
            gc.enable()
