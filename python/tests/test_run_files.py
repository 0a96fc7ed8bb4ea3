from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from conftest import MakeImages, MakeModel
from test_resume import options, same

from adversarial_sampling import EpochEvent, StateEvery, StepEvent, fit

Event = StepEvent | EpochEvent
TIMED = {"images_per_second", "seconds", "timestamp"}


class Killed(Exception):  # noqa: N818 - as a signal would end it
    pass


def killed_after(step: int) -> Callable[[Event], None]:
    def on_event(event: Event) -> None:
        if isinstance(event, StepEvent) and event.step == step:
            raise Killed

    return on_event


def logged(path: Path) -> list[dict[str, object]]:
    """Without what the clock says."""
    return [
        {
            name: value
            for name, value in json.loads(line).items()
            if name not in ("imagesPerSecond", "seconds", "timestamp")
        }
        for line in path.read_text().splitlines()
    ]


def untimed(events: Sequence[Event]) -> list[dict[str, object]]:
    return [json.loads(e.model_dump_json(by_alias=True, exclude=TIMED)) for e in events]


# 3 steps an epoch, and a state after its second: killed before there is one, and after each kind.
@pytest.mark.parametrize("killed", [1, 3, 4, 6])
@pytest.mark.parametrize("changes", [{"optimizer_reset": "never"}, {"fidelity": "paper"}])
def test_a_killed_run_goes_on_from_its_last_state_as_if_it_had_not_been(
    make_model: MakeModel,
    make_images: MakeImages,
    tmp_path: Path,
    killed: int,
    changes: dict[str, object],
) -> None:
    train, test, run = make_images(20), make_images(10, seed=1), options(**changes)
    whole, events = make_model(), list[Event]()
    expected = fit(whole, train, test, run, on_event=events.append)
    state, log = tmp_path / "state", tmp_path / "events"
    files = {"state": state, "events": log, "state_every": StateEvery(steps=2)}
    with pytest.raises(Killed):
        fit(make_model(), train, test, run, **files, on_event=killed_after(killed))
    again, later = make_model(seed=42), list[Event]()
    if not state.exists():
        again = make_model()
    resume = state if state.exists() else None
    result = fit(again, train, test, run, **files, resume=resume, on_event=later.append)
    assert later[0].step == killed
    assert same(again, whole)
    assert result.train == expected.train
    assert result.validation == expected.validation
    assert logged(log) == untimed(events)
