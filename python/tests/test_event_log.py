from __future__ import annotations

import resource
from pathlib import Path

import pytest

from adversarial_sampling import AdversarialSamplingError, EpochEvent, StepEvent, TrainingMeans
from adversarial_sampling.event_log import EventLog

MEANS = TrainingMeans(
    loss=float("nan"),
    cross_entropy=1.5,
    kl=None,
    adversarial_loss=None,
    adversarial_rise=None,
    accuracy=0.5,
)


def step(number: int) -> StepEvent:
    """With two steps an epoch."""
    epoch, batch = divmod(number - 1, 2)
    return StepEvent(
        epoch=epoch,
        step=number,
        batch=batch + 1,
        batches=2,
        **dict(MEANS),
        images_per_second=1,
        learning_rate=0.1,
    )


def epoch(number: int) -> EpochEvent:
    return EpochEvent(
        epoch=number,
        epochs=2,
        step=2 * number + 2,
        train=MEANS,
        validation=None,
        images_per_second=1,
        learning_rate=0.1,
        seconds=1,
    )


ALL = [step(1), step(2), epoch(0), step(3), step(4), epoch(1)]


def written(path: Path, *events: StepEvent | EpochEvent, steps: int = 0, epochs: int = 0) -> str:
    log = EventLog(path, steps, epochs)
    log.append(events)
    log.close()
    return path.read_text()


def lines(*events: StepEvent | EpochEvent) -> str:
    return "".join(event.model_dump_json(by_alias=True) + "\n" for event in events)


def test_it_begins_anew_or_is_cut_back_to_a_state(tmp_path: Path) -> None:
    path = tmp_path / "events"
    assert written(path, *ALL) == lines(*ALL)
    for steps, epochs, kept in ((4, 2, 6), (4, 1, 5), (3, 1, 4), (2, 1, 3), (2, 0, 2), (1, 0, 1)):
        path.write_text(lines(*ALL))
        assert written(path, steps=steps, epochs=epochs) == lines(*ALL[:kept])
    assert written(path, *ALL) == lines(*ALL)
    assert written(path) == ""
    assert written(tmp_path / "new", step(3), steps=2, epochs=1) == lines(step(3))


def test_a_line_that_was_cut_off_goes(tmp_path: Path) -> None:
    path = tmp_path / "events"
    path.write_text(lines(*ALL)[:-20])
    assert written(path, epoch(1), steps=4, epochs=1) == lines(*ALL)


def test_nothing_behind_what_a_state_counts_is_looked_at(tmp_path: Path) -> None:
    path = tmp_path / "events"
    path.write_text(lines(*ALL) + "\0\0\n")
    assert written(path, steps=4, epochs=2) == lines(*ALL)


@pytest.mark.parametrize(
    ("kept", "got"), [(3, "step 2 and of 1"), (5, "step 4 and of 1"), (0, "step 0 and of 0")]
)
def test_less_than_a_state_counts_is_refused(tmp_path: Path, kept: int, got: str) -> None:
    path = tmp_path / "events"
    path.write_text(lines(*ALL[:kept]))
    with pytest.raises(AdversarialSamplingError, match=got):
        EventLog(path, steps=4, epochs=2)
    assert path.read_text() == lines(*ALL[:kept])


@pytest.mark.parametrize(
    "line", ["nonsense", "[]", '{"kind":"step"}', '{"kind":"step","step":"x"}']
)
def test_a_line_that_is_no_event_is_named_and_stays(tmp_path: Path, line: str) -> None:
    path = tmp_path / "events"
    text = f"{lines(step(1))}{line}\n{lines(step(2))}"
    path.write_text(text)
    with pytest.raises(AdversarialSamplingError, match="events:2: expected an event") as error:
        EventLog(path, 2, 0)
    assert error.value.code == "file"
    assert path.read_text() == text


def test_no_room_is_a_disk_error_and_what_was_half_written_goes(tmp_path: Path) -> None:
    path, before = tmp_path / "events", resource.getrlimit(resource.RLIMIT_FSIZE)
    log = EventLog(path, 0, 0)
    log.append([step(1)])
    room = len(lines(step(1))) + 10
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, before[1]))
    try:
        with pytest.raises(AdversarialSamplingError, match=r"cannot write .*events") as error:
            log.append([step(2)])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        log.close()
    assert error.value.code == "disk"
    assert path.stat().st_size == room
    assert written(path, step(2), steps=1) == lines(step(1), step(2))
