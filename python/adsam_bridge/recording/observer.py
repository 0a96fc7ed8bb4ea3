"""Where Python tells of calls.

``sys.monitoring`` where it is there, which costs nothing for code that is not watched, and
otherwise the profiler's hook.
"""

from __future__ import annotations

import dis
import sys
import threading
from collections.abc import Callable
from types import CodeType, FrameType
from typing import Any

from .watcher import Watcher


def watch(watcher: Watcher) -> None:
    """Watches the calls of this process, in all threads, from now on."""
    if sys.version_info >= (3, 12):
        _monitor(watcher)
    else:
        profile = _Profile(watcher)
        threading.setprofile(profile.event)
        sys.setprofile(profile.event)


_YIELD = dis.opmap["YIELD_VALUE"]
_YIELD_FROM = dis.opmap.get("YIELD_FROM", -2)
"""Until 3.10, where a frame that yields from another has not come to it yet."""
_RETURN = dis.opmap["RETURN_VALUE"]
_COROUTINE = 0x80 | 0x200
"""Of a coroutine or an async generator: what these hand to the event loop is nobody's result."""


class _Profile:
    def __init__(self, watcher: Watcher) -> None:
        self._watcher = watcher
        self._bytes: dict[int, tuple[CodeType, bytes]] = {}
        self._resumed: dict[int, int] = {}
        """Where generators went on, by the id of their frame."""

    def event(self, frame: FrameType, event: str, value: Any) -> None:
        if event not in ("call", "return"):
            return
        site = self._watcher.site(frame.f_code)
        if site is None:
            return
        try:
            if event == "call":
                if self._watcher.runs(frame):
                    self._resumed[id(frame)] = frame.f_lasti
                else:
                    self._watcher.begins(frame, site)
                return
            if self._resumed.pop(id(frame), -1) == frame.f_lasti and value is None:
                self._watcher.fails(frame)  # a generator was closed where it waited
                return
            last, following = self._instructions(frame)
            if last == _RETURN:
                self._watcher.gives(frame, value, "result")
            elif last == _YIELD or following == _YIELD_FROM:
                if not frame.f_code.co_flags & _COROUTINE:
                    self._watcher.gives(frame, value, "item")
            else:
                self._watcher.fails(frame)
        except Exception as error:  # noqa: BLE001 - raised here, it would be the program's
            self._watcher.failed(error)

    def _instructions(self, frame: FrameType) -> tuple[int, int]:
        """The one that it has come to, and the one that follows; codes are told apart by id."""
        if frame.f_lasti < 0:
            return -1, -1
        code = frame.f_code
        known = self._bytes.get(id(code))
        if known is None:
            known = self._bytes[id(code)] = code, code.co_code
        said = known[1][frame.f_lasti : frame.f_lasti + 3 : 2]
        return said[0], said[-1]


def _monitor(watcher: Watcher) -> None:
    tool: Any = getattr(sys, "monitoring")  # noqa: B009 - checkers look at the oldest Python
    free = next(number for number in (3, 4, 1, 5, 0, 2) if tool.get_tool(number) is None)
    tool.use_tool_id(free, "adsam")
    events = tool.events

    def begins(code: CodeType, _offset: int) -> Any:
        site = watcher.site(code)
        if site is None:
            return tool.DISABLE
        _kept_apart(watcher, watcher.begins, site)
        return None

    def gives(what: str) -> Any:
        def event(code: CodeType, _offset: int, value: object) -> Any:
            if watcher.site(code) is None or (what == "item" and code.co_flags & _COROUTINE):
                return tool.DISABLE
            _kept_apart(watcher, watcher.gives, value, what)
            return None

        return event

    def fails(code: CodeType, _offset: int, _error: BaseException) -> None:
        if watcher.site(code) is not None:
            _kept_apart(watcher, watcher.fails)

    tool.register_callback(free, events.PY_START, begins)
    tool.register_callback(free, events.PY_RETURN, gives("result"))
    tool.register_callback(free, events.PY_YIELD, gives("item"))
    tool.register_callback(free, events.PY_UNWIND, fails)
    tool.set_events(free, events.PY_START | events.PY_RETURN | events.PY_YIELD | events.PY_UNWIND)


def _kept_apart(watcher: Watcher, tell: Callable[..., None], *of: object) -> None:
    try:
        tell(sys._getframe(2), *of)  # noqa: SLF001 - whose event it is
    except Exception as error:  # noqa: BLE001 - raised here, it would be the program's
        watcher.failed(error)
