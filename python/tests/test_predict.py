from math import inf, log, nan

import pytest
import torch
from conftest import MakeImages, MakeModel

from adversarial_sampling import (
    AdversarialSamplingError,
    Cancelled,
    GaussianNoiseSpec,
    Normalization,
    PredictOptions,
    WaveNoise,
    WaveNoiseSpec,
    predict,
)
from adversarial_sampling.layers import BatchNorm


def test_entropies_by_definition(make_model: MakeModel, make_images: MakeImages) -> None:
    model, images = make_model(init_log_sigma=-5.0), make_images(5).images
    for layer in model.modules():
        if isinstance(layer, BatchNorm):
            layer.momentum = 1.0
    with torch.no_grad():
        model(images)  # the running statistics are those of the images now, and
        model.linear.mu_weight.mul_(0.05)  # so no logit is extreme
    noise = WaveNoiseSpec(next=3)
    logits, mean, spread = predict(model, images, PredictOptions(samples=4, batch=2, noise=noise))
    assert logits.shape == (4, 5, 3)
    assert logits.dtype == mean.dtype == spread.dtype == torch.float32
    p = logits.double().softmax(-1)
    entropies = -(p * p.log()).sum(-1)
    assert spread.min() > 1e-4  # so that a tolerance of 1e-6 tells it from nothing
    assert torch.allclose(mean.double(), entropies.mean(0), atol=1e-6)
    assert torch.allclose(spread.double(), (entropies - entropies.mean(0)).abs().mean(0), atol=1e-6)
    model.eval()
    model.noise = WaveNoise(3)
    with torch.no_grad():
        assert torch.allclose(model(images[:2])[0], logits[0, :2], atol=1e-6)
        assert torch.allclose(model(images[:2])[0], logits[1, :2], atol=1e-6)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(
    ("bias", "probability"),
    [
        ([1e16, 1e16], 0.5),
        ([2, 2, -inf], 0.5),
        ([3e38, -3e38], 1),
        ([0, nan], nan),
    ],
)
def test_entropies_of_extreme_logits(
    make_model: MakeModel,
    make_images: MakeImages,
    dtype: str,
    bias: list[float],
    probability: float,
) -> None:
    model = make_model(bayesian=False, classes=len(bias), dtype=dtype)
    with torch.no_grad():
        model.linear.weight.zero_()
        model.linear.bias.copy_(torch.tensor(bias))
    _, mean, spread = predict(model, make_images(3).images)
    expected = torch.full_like(mean, -log(probability))
    assert torch.allclose(mean, expected, rtol=1e-6, equal_nan=True)
    assert torch.equal(spread.isnan(), expected.isnan())
    assert not spread.nan_to_num().any()


def test_a_seed_repeats_and_the_model_is_left_as_it_was(
    make_model: MakeModel, make_images: MakeImages
) -> None:
    model, images = make_model(dtype="float64"), make_images(4).images
    own, before = model.noise, {n: t.clone() for n, t in model.state_dict().items()}
    options = PredictOptions(samples=2, noise=GaussianNoiseSpec(seed=5))
    first, again = (predict(model, images, options).logits for _ in range(2))
    assert first.dtype == torch.float64
    assert torch.equal(first, again)
    assert model.training
    assert model.noise is own
    for name, tensor in model.state_dict().items():
        assert torch.equal(tensor, before[name])
    options = PredictOptions(samples=2)
    assert not torch.equal(
        predict(model, images, options).logits, predict(model, images, options).logits
    )


def test_means_and_plain_networks_need_one_sample(
    make_model: MakeModel, make_images: MakeImages
) -> None:
    images = make_images(4).images
    mean = predict(make_model(), images, PredictOptions(weights="mean"))
    plain = predict(make_model(bayesian=False), images)
    assert mean.logits.shape == plain.logits.shape == (1, 4, 3)
    assert not mean.entropy_spread.any()


def test_certain_logits_have_no_entropy_and_no_nan(
    make_model: MakeModel, make_images: MakeImages
) -> None:
    model = make_model(bayesian=False)
    with torch.no_grad():
        model.linear.bias.copy_(torch.tensor([1e6, 0.0, 0.0]))
    assert predict(model, make_images(4).images).entropy_mean.tolist() == [0] * 4


def test_pixels_are_normalised(make_model: MakeModel) -> None:
    pixels = torch.randint(256, (2, 3, 8, 8), dtype=torch.uint8)
    normalization = Normalization(scale=255, mean=(0.5,) * 3, std=(0.2,) * 3)
    model, options = make_model(), PredictOptions(weights="mean")
    asked = options.model_copy(update={"normalization": normalization})
    by_bytes = predict(model, pixels, asked)
    by_floats = predict(model, (pixels / 255 - 0.5) / 0.2, options)
    assert torch.allclose(by_bytes.logits, by_floats.logits, atol=1e-4)


def test_it_can_be_stopped(make_model: MakeModel, make_images: MakeImages) -> None:
    model = make_model()
    answers = iter([False, False, True])
    with pytest.raises(Cancelled):
        predict(model, make_images(4).images, should_stop=lambda: next(answers))
    assert model.training


def test_no_images(make_model: MakeModel) -> None:
    with pytest.raises(AdversarialSamplingError, match=r"got \[0, 3, 8, 8\]") as error:
        predict(make_model(), torch.zeros(0, 3, 8, 8))
    assert error.value.code == "data"
