from __future__ import annotations

from math import isnan
from pathlib import Path

import pytest
import torch
from conftest import MakeImages, MakeModel

from adversarial_sampling import (
    AdversarialSamplingError,
    EpochEvent,
    FitOptions,
    Images,
    LinearSpec,
    Normalization,
    StepEvent,
    build,
    fit,
    load,
)

QUICK = {"batch": 8, "steps": 1, "epochs": 2}


def options(**changes: object) -> FitOptions:
    return FitOptions.model_validate({**QUICK, **changes})


def test_events(make_model: MakeModel, make_images: MakeImages) -> None:
    events: list[StepEvent | EpochEvent] = []
    train, test = make_images(20), make_images(9, seed=1)
    result = fit(
        make_model(), train, test, options(milestones=(1,), decay=0.5), on_event=events.append
    )
    steps = [event for event in events if isinstance(event, StepEvent)]
    epochs = [event for event in events if isinstance(event, EpochEvent)]
    assert [(s.epoch, s.step, s.batch, s.batches) for s in steps] == [
        (0, 1, 1, 3),
        (0, 2, 2, 3),
        (0, 3, 3, 3),
        (1, 4, 1, 3),
        (1, 5, 2, 3),
        (1, 6, 3, 3),
    ]
    assert [s.learning_rate for s in steps] == [0.01] * 3 + [0.005] * 3
    assert [type(event) for event in events][3] is EpochEvent
    assert [(e.epoch, e.epochs, e.step) for e in epochs] == [(0, 2, 3), (1, 2, 6)]
    weighted = sum(s.loss * n for s, n in zip(steps[:3], (8, 8, 4), strict=True)) / 20
    assert epochs[0].train.loss == pytest.approx(weighted)
    assert epochs[0].validation.images == 9
    assert result.status == "finished"
    assert (result.epochs, result.steps) == (2, 6)
    assert result.train == epochs[1].train
    assert result.validation == epochs[1].validation
    assert all(s.images_per_second > 0 for s in steps)


@pytest.mark.parametrize("bayesian", [True, False])
def test_it_learns(make_model: MakeModel, make_images: MakeImages, bayesian: bool) -> None:
    result = fit(
        make_model(bayesian=bayesian),
        make_images(80),
        make_images(40, seed=1),
        options(epochs=6, batch=16, learning_rate=0.001),
    )
    assert result.validation.accuracy > 0.9
    assert (result.train.kl is None) == (not bayesian)


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_half_precision_learns(make_model: MakeModel, make_images: MakeImages, dtype: str) -> None:
    events: list[StepEvent | EpochEvent] = []
    model = make_model(dtype=dtype)
    result = fit(
        model,
        make_images(48, size=4),
        make_images(24, size=4, seed=1),
        options(epochs=3, validation="mean"),
        on_event=events.append,
    )
    assert result.validation.accuracy > 0.8
    assert not any(isnan(event.loss) for event in events if isinstance(event, StepEvent))
    assert all(tensor.isfinite().all() for tensor in model.state_dict().values())
    assert all(eps.any() for eps in model.stored_noise().values())


@pytest.mark.parametrize("validation", ["sampled", "mean", "none"])
def test_validation(make_model: MakeModel, make_images: MakeImages, validation: str) -> None:
    model, test = make_model(), make_images(10, seed=1)
    result = fit(model, make_images(16), test, options(epochs=1, validation=validation))
    assert model.training
    if validation == "none":
        assert result.validation is None
        return
    if validation == "mean":
        with torch.no_grad(), model.in_mode(train=False):
            logits, _ = model(test.images, sample=False)
        loss = torch.nn.functional.cross_entropy(logits, test.labels).item()
        assert result.validation.loss == pytest.approx(loss, rel=1e-4)
        assert result.validation.accuracy == (logits.argmax(1) == test.labels).double().mean()
    assert result.validation.images == 10


def test_a_seed_decides_everything(make_model: MakeModel, make_images: MakeImages) -> None:
    def trained(seed: int) -> dict[str, torch.Tensor]:
        model, own = make_model(), torch.get_rng_state()
        fit(model, make_images(20), make_images(5), options(flip=True, crop_padding=1, seed=seed))
        assert torch.equal(torch.get_rng_state(), own)
        return model.state_dict()

    first, again, other = trained(1), trained(1), trained(2)
    assert all(torch.equal(tensor, again[name]) for name, tensor in first.items())
    assert not torch.equal(first["linear.mu_weight"], other["linear.mu_weight"])


def test_mode_and_noise_are_the_model_s_own_again(
    make_model: MakeModel, make_images: MakeImages
) -> None:
    model = make_model().eval()
    own = model.noise
    fit(model, make_images(8), options=options(epochs=1))
    assert not model.training
    assert model.noise is own


def test_the_optimizer_restarts_each_epoch_or_never(
    make_model: MakeModel, make_images: MakeImages
) -> None:
    def trained(**changes: object) -> torch.Tensor:
        model = make_model(bayesian=False)
        fit(model, make_images(8), options=options(epochs=3, validation="none", **changes))
        return model.linear.weight.detach()

    never, each = trained(optimizer_reset="never"), trained(optimizer_reset="each-epoch")
    assert not torch.equal(never, each)
    # one step an epoch by an Adam that restarts moves every weight by the learning rate at most
    start = make_model(bayesian=False).linear.weight.detach()
    assert (each - start).abs().max() <= 3 * 0.01 * (1 + 1e-4)
    twin, data = make_model(bayesian=False), make_images(8)
    for _ in range(3):
        adam = torch.optim.Adam(twin.parameters(), lr=0.01)
        torch.nn.functional.cross_entropy(twin(data.images)[0], data.labels).backward()
        adam.step()
        adam.zero_grad()
    assert torch.allclose(twin.linear.weight, each, atol=1e-3)
    assert not torch.allclose(twin.linear.weight, never, atol=1e-3)


def test_pixels_are_normalised(make_model: MakeModel, make_images: MakeImages) -> None:
    pixels = torch.randint(256, (8, 3, 8, 8), dtype=torch.uint8)
    labels = make_images(8).labels
    normalization = Normalization(scale=255, mean=(0.5,) * 3, std=(0.2,) * 3)
    run = options(epochs=1)
    by_bytes = fit(make_model(), Images(pixels, labels), options=run, normalization=normalization)
    by_floats = fit(make_model(), Images((pixels / 255 - 0.5) / 0.2, labels), options=run)
    assert by_bytes.train.loss == pytest.approx(by_floats.train.loss, rel=1e-4)


def test_a_checkpoint_is_written(
    make_model: MakeModel, make_images: MakeImages, tmp_path: Path
) -> None:
    path, model = tmp_path / "model.safetensors", make_model()
    fit(model, make_images(8), options=options(epochs=0), checkpoint=path)
    assert torch.equal(load(path).conv1.mu_weight, model.conv1.mu_weight)
    fit(model, make_images(8), options=options(epochs=1), checkpoint=path)
    assert torch.equal(load(path).conv1.mu_weight, model.conv1.mu_weight)


def test_what_does_not_fit_is_known_before_training(
    make_model: MakeModel, make_images: MakeImages, tmp_path: Path
) -> None:
    good = make_images(8)
    bad = Images(good.images, good.labels + 3)
    model = make_model()
    before = model.conv1.mu_weight.clone()
    for train, test, message in (
        (bad, None, r"train.labels\[0\]"),
        (good, bad, r"test.labels\[0\]"),
    ):
        with pytest.raises(AdversarialSamplingError, match=message):
            fit(model, train, test, options())
    with pytest.raises(AdversarialSamplingError, match="cannot write"):
        fit(model, good, options=options(), checkpoint=tmp_path / "no" / "model")
    with pytest.raises(AdversarialSamplingError, match="takes images of 32x32"):
        fit(make_model(kind="vgg11", bayesian=False), good, options=options())
    with pytest.raises(AdversarialSamplingError, match="expected a network to train"):
        fit(build(LinearSpec(in_features=1, out_features=1)), good)
    assert torch.equal(model.conv1.mu_weight, before)


def test_a_run_says_what_ran_the_network(make_model: MakeModel, make_images: MakeImages) -> None:
    def said(kernels: str) -> str | None:
        options = FitOptions.model_validate({"epochs": 1, "steps": 0, "kernels": kernels})
        return fit(make_model(), make_images(4), options=options).computed_by

    assert said("auto") == "native kernels"
    assert said("torch") == "torch, as asked"
