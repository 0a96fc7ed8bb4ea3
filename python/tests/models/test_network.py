import pytest
import torch
from conftest import MakeModel

from adversarial_sampling import AdversarialSamplingError, GaussianNoise, WaveNoise


def test_kl_is_the_sum_of_the_layers(make_model: MakeModel) -> None:
    model = make_model(dtype="float64")
    total = sum(layer.kl() for layer in model.gaussian_layers().values())
    _, kl = model(torch.zeros(2, 3, 8, 8))
    assert kl.item() == pytest.approx(total.item(), rel=1e-12)
    assert model(torch.zeros(2, 3, 8, 8), sample=False)[1].item() == 0


def test_features_are_what_the_last_layer_takes(make_model: MakeModel) -> None:
    model = make_model().eval()
    x = torch.randn(2, 3, 8, 8)
    with torch.no_grad():
        features, _ = model(x, sample=False, features=True)
        logits, _ = model(x, sample=False)
        assert features.shape == (2, 64)
        assert torch.allclose(model.linear(features, sample=False)[0], logits)


def test_noise_is_set_for_all_layers_and_lent(make_model: MakeModel) -> None:
    model = make_model()
    own = model.noise
    lent = WaveNoise()
    with model.drawing_from(lent):
        assert all(layer.noise is lent for layer in model.gaussian_layers().values())
    assert model.noise is own
    model.noise = other = GaussianNoise(1)
    assert all(layer.noise is other for layer in model.gaussian_layers().values())


def test_a_mode_is_lent(make_model: MakeModel) -> None:
    model = make_model()
    with model.in_mode(train=False):
        assert not model.linear.training
    assert model.training
    assert model.linear.training


@pytest.mark.parametrize(
    ("kind", "shape", "message"),
    [
        ("resnet20", (1, 1, 8, 8), r"\[N, 3, H, H\], got \[1, 1, 8, 8\]"),
        ("resnet20", (3, 8, 8), r"got \[3, 8, 8\]"),
        ("resnet20", (1, 3, 8, 9), r"got \[1, 3, 8, 9\]"),
        ("vgg11", (1, 3, 8, 8), "vgg11 takes images of 32x32, got 8x8"),
    ],
)
def test_inputs_that_do_not_fit(
    make_model: MakeModel, kind: str, shape: tuple[int, ...], message: str
) -> None:
    with pytest.raises(AdversarialSamplingError, match=message):
        make_model(kind=kind)(torch.zeros(shape))


def test_pixels_are_to_be_normalised_first(make_model: MakeModel) -> None:
    with pytest.raises(AdversarialSamplingError, match="floating point numbers, got uint8"):
        make_model()(torch.zeros(1, 3, 8, 8, dtype=torch.uint8))
