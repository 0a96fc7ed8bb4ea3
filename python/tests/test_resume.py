from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from conftest import MakeImages, MakeModel

from adversarial_sampling import (
    AdversarialSamplingError,
    EpochEvent,
    FitOptions,
    Network,
    NetworkSpec,
    StepEvent,
    build,
    fit,
    load,
)
from adversarial_sampling.files import read_file, replace_file
from adversarial_sampling.safetensors_format import decode_safetensors, encode_safetensors

OPTIONS = {
    "epochs": 3,
    "batch": 8,
    "steps": 1,
    "flip": True,
    "crop_padding": 1,
    "milestones": (2,),
}


def options(**changes: object) -> FitOptions:
    return FitOptions.model_validate({**OPTIONS, **changes})


def after(calls: int) -> Callable[[], bool]:
    """True from the given call on."""
    asked = 0

    def should_stop() -> bool:
        nonlocal asked
        asked += 1
        return asked >= calls

    return should_stop


def same(a: Network, b: Network) -> bool:
    theirs = b.state_dict()
    return all(torch.equal(tensor, theirs[name]) for name, tensor in a.state_dict().items())


# An epoch asks once before it, after each of its 3 steps, and before each of 2 validation batches.
@pytest.mark.parametrize("calls", [1, 3, 4, 5, 6, 7, 9])
@pytest.mark.parametrize(
    "changes",
    [
        {"optimizer_reset": "never"},
        {"fidelity": "paper", "optimizer": "sgd", "beta": 1e-3, "beta_warmup": 2},
        {"noise": {"kind": "wave", "next": 7}, "shuffle": False},
    ],
    ids=["accumulated", "paper", "given"],
)
def test_a_resumed_run_is_the_uninterrupted_one(
    make_model: MakeModel,
    make_images: MakeImages,
    tmp_path: Path,
    calls: int,
    changes: dict[str, object],
) -> None:
    train, test, run = make_images(20), make_images(10, seed=1), options(**changes)
    whole = make_model()
    expected = fit(whole, train, test, run)
    state, checkpoint = tmp_path / "state", tmp_path / "checkpoint"
    stopped = make_model()
    first = fit(
        stopped, train, test, run, state=state, checkpoint=checkpoint, should_stop=after(calls)
    )
    assert first.status == "cancelled"
    assert same(load(checkpoint), stopped)
    again = make_model(seed=42)
    result = fit(again, train, test, run, resume=state)
    assert result.status == "finished"
    assert same(again, whole)
    assert (result.epochs, result.steps) == (expected.epochs, expected.steps)
    assert result.train == expected.train
    assert result.validation == expected.validation


def test_float16_resumes_with_its_loss_scale(
    make_model: MakeModel, make_images: MakeImages, tmp_path: Path
) -> None:
    train, run = make_images(16, size=4), options(epochs=1, steps=0)
    whole, part = (make_model(dtype="float16") for _ in range(2))
    fit(whole, train, options=run)
    fit(part, train, options=run, state=tmp_path / "state", should_stop=after(2))
    fit(part, train, options=run, resume=tmp_path / "state")
    assert same(part, whole)


def test_more_epochs_go_on_where_the_run_ended(
    make_model: MakeModel, make_images: MakeImages, tmp_path: Path
) -> None:
    train, state = make_images(20), tmp_path / "state"
    whole, part = make_model(), make_model()
    fit(whole, train, options=options())
    short = fit(part, train, options=options(epochs=1), state=state)
    assert fit(part, train, options=options(epochs=1), resume=state).train == short.train
    events: list[StepEvent] = []
    result = fit(part, train, options=options(), resume=state, on_event=events.append)
    assert same(part, whole)
    assert events[0].step == 4
    assert result.epochs == 3
    written = json.loads(decode_safetensors(read_file(state), state)[1]["training_state"])[
        "progress"
    ]["seconds"]
    assert result.seconds > written > 0


def test_other_options_are_refused(
    make_model: MakeModel, make_images: MakeImages, tmp_path: Path
) -> None:
    state, train, model = tmp_path / "state", make_images(20), make_model()
    fit(model, train, options=options(epochs=2), state=state)
    for changes, message in (
        ({"optimizer": "sgd"}, "optimizer = adam, got sgd"),
        ({"batch": 4}, "batch = 8, got 4"),
        ({"seed": 1}, "seed = 42, got 1"),
        ({"learning_rate": 0.1}, "learning_rate = 0.01, got 0.1"),
        ({"fidelity": "paper"}, "fidelity = reference, got paper"),
        ({"epochs": 1}, "at least 2 epochs|epoch 2 already"),
    ):
        with pytest.raises(AdversarialSamplingError, match=message) as error:
            fit(model, train, options=options(**changes), resume=state)
        assert error.value.code == "usage"
    with pytest.raises(AdversarialSamplingError, match="train_shape"):
        fit(model, make_images(21), options=options(), resume=state)
    with pytest.raises(AdversarialSamplingError, match="test_shape"):
        fit(model, train, train, options=options(), resume=state)
    other = build(NetworkSpec(kind="resnet20", classes=4))
    with pytest.raises(AdversarialSamplingError, match="spec = "):
        fit(other, train, options=options(), resume=state)


def test_files_that_are_no_state(
    make_model: MakeModel, make_images: MakeImages, tmp_path: Path
) -> None:
    checkpoint, train, model = tmp_path / "checkpoint", make_images(8), make_model()
    with pytest.raises(AdversarialSamplingError, match="cannot read") as error:
        fit(model, train, options=options(), resume=checkpoint)
    assert error.value.code == "file"
    fit(model, train, options=options(epochs=0), checkpoint=checkpoint)
    with pytest.raises(AdversarialSamplingError, match="is not a training state") as error:
        fit(model, train, options=options(), resume=checkpoint)
    assert error.value.code == "checkpoint"
    checkpoint.write_bytes(checkpoint.read_bytes()[:-1])
    with pytest.raises(AdversarialSamplingError, match="damaged") as error:
        fit(model, train, options=options(), resume=checkpoint)
    assert error.value.code == "checkpoint"


def test_a_state_without_generators_goes_on_with_new_streams(
    make_model: MakeModel, make_images: MakeImages, tmp_path: Path
) -> None:
    train, state, foreign = make_images(20), tmp_path / "state", tmp_path / "foreign"
    stopped = make_model()
    fit(stopped, train, options=options(), state=state, should_stop=after(3))
    tensors, metadata = decode_safetensors(read_file(state), state)
    kept = {n: t for n, t in tensors.items() if not n.startswith("generator.")}
    replace_file(foreign, *encode_safetensors(kept, metadata))
    again = make_model()
    events: list[StepEvent | EpochEvent] = []
    result = fit(again, train, options=options(), resume=foreign, on_event=events.append)
    assert result.status == "finished"
    assert result.steps == 9
    assert events[0].step == 3
    assert not same(again, stopped)
