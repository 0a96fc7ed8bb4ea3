from __future__ import annotations

from math import isfinite
from pathlib import Path

import pytest
from conftest import MakeImages, MakeModel

from adversarial_sampling import (
    AdversarialSamplingError,
    EpochEvent,
    FitOptions,
    StepEvent,
    fit,
    load,
)
from adversarial_sampling.files import read_file
from adversarial_sampling.safetensors_format import decode_safetensors


def options(**changes: object) -> FitOptions:
    return FitOptions.model_validate({"batch": 8, "steps": 1, **changes})


@pytest.mark.parametrize("optimizer", ["adam", "sgd"])
def test_a_loss_that_is_no_number_ends_the_run_and_overwrites_nothing(
    make_model: MakeModel, make_images: MakeImages, tmp_path: Path, optimizer: str
) -> None:
    events: list[StepEvent | EpochEvent] = []
    files = {"checkpoint": tmp_path / "checkpoint", "state": tmp_path / "state"}
    # The second epoch's learning rate is too much for it.
    run = options(optimizer=optimizer, learning_rate=1e-30, milestones=(1,), epochs=3)
    run = run.model_copy(update={"decay": 1e60})
    with pytest.raises(AdversarialSamplingError, match="diverged at step") as error:
        fit(make_model(), make_images(20), options=run, on_event=events.append, **files)
    last = events[-1]
    assert isinstance(last, StepEvent)
    assert not isfinite(last.loss)
    assert f"diverged at step {last.step}, in epoch 2: the loss is" in str(error.value)
    assert error.value.code == "diverged"
    assert error.value.suggestion == "start anew with a learning rate below 1e+30"
    assert all(isfinite(event.loss) for event in events[:-1] if isinstance(event, StepEvent))
    assert all(
        tensor.isfinite().all() for tensor in load(files["checkpoint"]).state_dict().values()
    )
    tensors, metadata = decode_safetensors(read_file(files["state"]), "state")
    assert all(t.isfinite().all() for n, t in tensors.items() if n.startswith("model."))
    assert '"epochs":1,"batch":0' in metadata["training_state"]


def test_weights_that_are_no_numbers_are_not_written(
    make_model: MakeModel, make_images: MakeImages, tmp_path: Path
) -> None:
    checkpoint = tmp_path / "checkpoint"
    run = options(optimizer="sgd", learning_rate=1e60, epochs=1)
    with pytest.raises(
        AdversarialSamplingError, match=r"diverged at step 1, .* holds NaN"
    ) as error:
        fit(make_model(), make_images(8), options=run, checkpoint=checkpoint)
    assert error.value.code == "diverged"
    assert not checkpoint.exists()


def test_a_test_loss_that_is_no_number_ends_the_run(
    make_model: MakeModel, make_images: MakeImages, tmp_path: Path
) -> None:
    events: list[StepEvent | EpochEvent] = []
    checkpoint = tmp_path / "checkpoint"
    # The one step's loss, and the weights that it makes, are finite; what those give is not.
    run = options(learning_rate=1e30, epochs=1)
    train, test = make_images(8), make_images(9, seed=1)
    with pytest.raises(AdversarialSamplingError) as error:
        fit(make_model(), train, test, run, on_event=events.append, checkpoint=checkpoint)
    assert error.value.code == "diverged"
    assert "at step 1, in epoch 1: the loss on the test images is" in str(error.value)
    last = events[-1]
    assert isinstance(last, EpochEvent)
    assert isfinite(last.train.loss)
    assert not checkpoint.exists()
