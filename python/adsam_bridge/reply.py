"""An answer as text, whatever happens."""

from __future__ import annotations

import json
import traceback
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # it may be what is missing
    from adversarial_sampling._protocol import Message


def reply(work: Callable[[], Message]) -> str:
    """{"answer"} of what work gives, or {"error"} of what it raises."""
    try:
        return f'{{"answer":{work().model_dump_json(by_alias=True)}}}'
    except BaseException as error:  # noqa: BLE001 - whoever asks waits for an answer
        return f'{{"error":{_describe(error)}}}'


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
