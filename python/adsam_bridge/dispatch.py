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
import traceback
from types import ModuleType

from . import guard

guard.install()


def dispatch(text: str) -> str:
    """Answers {"method", "request", "job"?, "within"?} with {"answer"} or {"error"}."""
    try:
        calls = _import_calls()
        envelope = json.loads(text)
        answer = calls.handle(
            envelope["method"], envelope["request"], envelope.get("job"), envelope.get("within")
        )
        return f'{{"answer":{answer.model_dump_json(by_alias=True)}}}'
    except BaseException as error:  # noqa: BLE001 - an exception must not reach pythonia
        return f'{{"error":{_describe(error)}}}'


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


def _describe(error: BaseException) -> str:
    try:
        from .errors import describe  # noqa: PLC0415

        return describe(error).model_dump_json(by_alias=True)
    except BaseException:  # noqa: BLE001 - the package itself: something that it imports is missing
        name = f"{type(error).__module__}.{type(error).__qualname__}"
        return json.dumps(
            {
                "code": "environment",
                "suggestion": None,
                "type": name,
                "bases": [],
                "message": f"cannot import adversarial_sampling: {name}: {error}",
                "traceback": "".join(traceback.format_exception(error)),
                "thrown": None,
                "raised": None,
            }
        )
