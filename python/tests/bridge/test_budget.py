"""What may go on beside a program."""

from __future__ import annotations

import pytest

from adsam_bridge.port import budget
from adsam_bridge.port.budget import TimeBudget


class Clock:
    """Time that passes when it is told to."""

    def __init__(self) -> None:
        self.now = 100.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(budget, "time", clock)
    return clock


def test_the_first_is_allowed_and_the_next_when_its_time_is_earned(clock: Clock) -> None:
    time = TimeBudget(0.05)
    time.starts()
    assert time.admits()
    with time.at_work():
        clock.now += 1.0
    assert not time.admits()
    clock.now = 138.9  # with one more of a second, 2 of 39.9 seconds would be more than the part
    assert not time.admits()
    clock.now = 139.1
    time.starts()
    assert time.admits()


def test_what_goes_on_at_once_counts_once_and_while_it_goes_on(clock: Clock) -> None:
    time = TimeBudget(0.5)
    time.starts()
    assert time.admits()
    assert time.admits()
    time.enter()
    time.enter()
    clock.now += 1.0
    assert not time.admits()
    time.leave()
    clock.now += 1.0
    time.leave()
    clock.now += 2.9  # two took two seconds: a third may end after six
    assert not time.admits()
    clock.now += 0.2
    assert time.admits()


def test_the_whole_of_the_time_is_no_limit(clock: Clock) -> None:
    time = TimeBudget(1.0)
    time.starts()
    for _ in range(3):
        assert time.admits()
        time.enter()
        clock.now += 1.0
    assert time.admits()
