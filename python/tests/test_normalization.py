"""A model knows how the pixels that it was trained on became its input."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from conftest import MakeModel
from safetensors.torch import save_file
from torch import Tensor

from adversarial_sampling import (
    AdversarialSamplingError,
    FitOptions,
    Images,
    Network,
    Normalization,
    PredictOptions,
    StepOptions,
    WaveNoise,
    fit,
    load,
    predict,
    save,
    trace,
)
from adversarial_sampling._protocol import ForwardOptions, GradientOptions, InputNormalization
from adversarial_sampling.checkpoint import metadata_of
from adversarial_sampling.inspection import inspect
from adversarial_sampling.normalization import AS_THEY_ARE, Normalizer, check_agreement
from adversarial_sampling.passes import forward, gradients

TRAINED = Normalization(scale=255, mean=(0.5, 0.4, 0.3), std=(0.25, 0.2, 0.3))
OTHER = Normalization(scale=16, mean=(0, 0, 0), std=(1, 1, 1))
RUN = FitOptions(epochs=1, batch=4, steps=1, validation="none")
PIXELS = torch.randint(256, (4, 3, 8, 8), dtype=torch.uint8)
LABELS = torch.tensor([0, 1, 2, 0])
NORMALISED = Normalizer(TRAINED, torch.float32, torch.device("cpu"))(PIXELS)

Ask = Callable[[Network, Tensor, InputNormalization], Tensor]


def ask_predict(model: Network, x: Tensor, normalization: InputNormalization) -> Tensor:
    return predict(model, x, PredictOptions(weights="mean", normalization=normalization)).logits


def ask_forward(model: Network, x: Tensor, normalization: InputNormalization) -> Tensor:
    return forward(model, x, ForwardOptions(normalization=normalization))[0]


def ask_gradients(model: Network, x: Tensor, normalization: InputNormalization) -> Tensor:
    options = GradientOptions(normalization=normalization)
    return gradients(model, x, LABELS, options).tensors["linear.mu_weight"]


def ask_inspect(model: Network, x: Tensor, normalization: InputNormalization) -> Tensor:
    options = GradientOptions(normalization=normalization)
    return inspect(model, x, LABELS, options).operations[0].value


def ask_trace(model: Network, x: Tensor, normalization: InputNormalization) -> Tensor:
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    options = StepOptions(steps=1)
    [step] = trace(model, [Images(x, LABELS)], options, 4, WaveNoise(), normalization)
    model.load_state_dict(before)
    return torch.tensor(step.loss)


ASKING = pytest.mark.parametrize(
    "ask", [ask_predict, ask_forward, ask_gradients, ask_inspect, ask_trace]
)


@pytest.fixture
def trained(make_model: MakeModel) -> Network:
    model = make_model()
    fit(model, Images(PIXELS, LABELS), options=RUN, normalization=TRAINED)
    return model


@ASKING
def test_pixels_are_normalised_as_those_trained_on(trained: Network, ask: Ask) -> None:
    expected = ask(trained, NORMALISED, "model")
    assert torch.equal(ask(trained, PIXELS, "model"), expected)
    assert torch.equal(ask(trained, PIXELS.long(), "model"), expected)
    assert not torch.equal(ask(trained, PIXELS.float(), "model"), expected)


@ASKING
def test_an_option_is_taken_at_its_word(trained: Network, ask: Ask) -> None:
    expected = ask(trained, PIXELS / 16, "model")
    assert torch.equal(ask(trained, PIXELS, OTHER), expected)
    assert torch.equal(ask(trained, PIXELS.float(), OTHER), expected)
    assert torch.equal(ask(trained, PIXELS, None), ask(trained, PIXELS.float(), "model"))


@ASKING
@pytest.mark.parametrize("trained_on", [None, NORMALISED])
def test_pixels_are_refused_by_a_model_that_knows_no_normalization(
    make_model: MakeModel, ask: Ask, trained_on: Tensor | None
) -> None:
    model = make_model()
    if trained_on is not None:
        fit(model, Images(trained_on, LABELS), options=RUN)
    with pytest.raises(
        AdversarialSamplingError, match=r"expected a normalization for pixels \(uint8\)"
    ) as error:
        ask(model, PIXELS, "model")
    assert error.value.code == "usage"
    assert error.value.suggestion is not None
    assert torch.equal(ask(model, PIXELS, TRAINED), ask(model, NORMALISED, "model"))


def test_training_goes_by_it_too(trained: Network, make_model: MakeModel) -> None:
    fit(trained, Images(PIXELS, LABELS), options=RUN)
    assert trained.normalization == TRAINED
    with pytest.raises(AdversarialSamplingError, match="expected a normalization for pixels"):
        fit(make_model(), Images(PIXELS, LABELS), options=RUN)
    # Of floating point numbers nothing is learnt, nor forgotten.
    fit(trained, Images(NORMALISED, LABELS), options=RUN)
    assert trained.normalization == TRAINED
    fit(trained, Images(PIXELS, LABELS), options=RUN, normalization=OTHER)
    assert trained.normalization == OTHER


def test_pixels_taken_as_they_are(make_model: MakeModel) -> None:
    model = make_model()
    fit(model, Images(PIXELS, LABELS), options=RUN, normalization=None)
    assert model.normalization == AS_THEY_ARE
    expected = ask_forward(model, PIXELS.float(), "model")
    assert torch.equal(ask_forward(model, PIXELS, "model"), expected)


def test_a_run_that_is_refused_teaches_nothing(make_model: MakeModel) -> None:
    model = make_model()
    data = Images(PIXELS, LABELS), Images(NORMALISED, LABELS)
    with pytest.raises(AdversarialSamplingError, match=r"of one kind, got torch\.uint8 and"):
        fit(model, *data, options=RUN, normalization=TRAINED)
    assert model.normalization is None


@pytest.mark.parametrize("pretrained", [False, True])
def test_a_checkpoint_carries_it(make_model: MakeModel, tmp_path: Path, pretrained: bool) -> None:
    model, path = make_model(bayesian=not pretrained), tmp_path / "model.safetensors"
    assert "normalization" not in metadata_of(model.spec, model.normalization)
    fit(model, Images(PIXELS, LABELS), options=RUN, normalization=TRAINED, checkpoint=path)
    assert load(path, pretrained=pretrained).normalization == TRAINED
    assert load(path, model.spec).normalization == TRAINED


def test_the_published_format_has_no_place_for_it(trained: Network, tmp_path: Path) -> None:
    save(trained, tmp_path / "model.pt", format="pt")
    assert load(tmp_path / "model.pt", trained.spec).normalization is None


def test_a_checkpoint_that_describes_none(trained: Network, tmp_path: Path) -> None:
    path = tmp_path / "model.safetensors"
    tensors = {name: tensor.clone() for name, tensor in trained.state_dict().items()}
    save_file(tensors, path, {**metadata_of(trained.spec), "normalization": '{"scale": 0}'})
    with pytest.raises(AdversarialSamplingError, match="describes no normalization") as error:
        load(path)
    assert error.value.code == "checkpoint"
    # Another program may mean something else by the word.
    save_file(tensors, path, {"normalization": "batch norm"})
    assert load(path, trained.spec).normalization is None


def test_a_data_set_that_says_otherwise() -> None:
    floats = PIXELS.float()
    for own, images, said in [
        (None, PIXELS, TRAINED),
        (TRAINED, PIXELS, TRAINED),
        (TRAINED, floats, TRAINED),
        (TRAINED, floats, None),
        (AS_THEY_ARE, PIXELS, None),
    ]:
        check_agreement(own, images, said)
    for images, said in [(PIXELS, OTHER), (floats, OTHER), (PIXELS, None)]:
        with pytest.raises(AdversarialSamplingError, match="the model was trained on") as error:
            check_agreement(TRAINED, images, said)
        assert error.value.code == "data"


def test_no_images(trained: Network) -> None:
    with pytest.raises(AdversarialSamplingError, match=r"expected input of shape \[N, 3, H, W\]"):
        ask_forward(trained, torch.zeros(2, 1, 8, 8, dtype=torch.uint8), "model")


def test_normalize_by_definition() -> None:
    images = torch.tensor([[0, 128, 255]], dtype=torch.uint8).reshape(1, 3, 1, 1)
    normalization = Normalization(scale=255, mean=(0.5, 0.25, 0.0), std=(0.5, 0.1, 2.0))
    result = Normalizer(normalization, torch.float64, images.device)(images)
    assert result.flatten().tolist() == pytest.approx([-1, (128 / 255 - 0.25) / 0.1, 0.5])
    assert torch.equal(Normalizer(None, torch.float32, images.device)(images), images.float())


def test_normalize_wants_three_channels() -> None:
    with pytest.raises(AdversarialSamplingError, match="2 means and 3 deviations"):
        Normalizer(
            Normalization(scale=1, mean=(0, 0), std=(1, 1, 1)), torch.float32, torch.device("cpu")
        )


@pytest.mark.parametrize(
    ("dtype", "scale", "std"),
    [("float32", 1.0, 1e-60), ("float32", 1e-60, 1.0), ("float16", 1.0, 1e-9)],
)
def test_nothing_is_divided_by_what_is_0_in_its_dtype(dtype: str, scale: float, std: float) -> None:
    normalization = Normalization(scale=scale, mean=(0, 0, 0), std=(1, std, 1))
    with pytest.raises(AdversarialSamplingError, match=f"which is 0 as a number of {dtype}"):
        Normalizer(normalization, getattr(torch, dtype), torch.device("cpu"))


def test_numbers_that_the_network_cannot_hold_are_refused(make_model: MakeModel) -> None:
    images = torch.full((1, 3, 8, 8), 1e300, dtype=torch.float64)
    with pytest.raises(
        AdversarialSamplingError, match="images: expected numbers that float32 holds"
    ):
        predict(make_model(), images, PredictOptions(samples=1))
