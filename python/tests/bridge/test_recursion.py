from __future__ import annotations

import sys
from collections.abc import Generator

import pytest

from adsam_bridge import recursion
from adsam_bridge.errors import describe


@pytest.fixture(autouse=True)
def bounded(monkeypatch: pytest.MonkeyPatch) -> Generator[None]:
    own, limit = sys.setrecursionlimit, sys.getrecursionlimit()
    monkeypatch.setattr(recursion, "DEEPEST", 50_000)
    recursion.bound_recursion()
    yield
    sys.setrecursionlimit = own
    sys.setrecursionlimit(limit)


def _endless(depth: int) -> int:
    return _endless(depth + 1) + 1


def test_a_limit_that_memory_has_no_room_for_is_lowered_which_is_said() -> None:
    with pytest.warns(RuntimeWarning, match=r"limit is 50000, .* instead of 100000000"):
        sys.setrecursionlimit(10**8)
    assert sys.getrecursionlimit() == 50_000
    with pytest.raises(RecursionError) as raised:
        _endless(0)
    told = describe(raised.value)
    assert told.type == "builtins.RecursionError"
    assert len(told.traceback) < 1000


def test_others_are_as_in_python() -> None:
    sys.setrecursionlimit(20_000)
    assert sys.getrecursionlimit() == 20_000
    with pytest.raises(TypeError):
        sys.setrecursionlimit(1e9)  # pyright: ignore[reportArgumentType]
    with pytest.raises(ValueError, match="greater or equal"):
        sys.setrecursionlimit(0)
