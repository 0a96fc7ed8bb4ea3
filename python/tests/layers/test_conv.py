import pytest
import torch

from adversarial_sampling import AdversarialSamplingError, RandConv2d
from adversarial_sampling.layers import Convolution, PlainConv2d


def test_initial_means_are_uniform_within_a_fan_in_that_groups_do_not_divide() -> None:
    torch.manual_seed(0)
    layer = RandConv2d(0.15, 1, 0.15, 16, 32, (3, 5), groups=4)
    bound = (16 * 15) ** -0.5
    for mu in (layer.mu_weight, layer.mu_bias):
        assert mu.abs().max().item() <= bound
    assert layer.mu_weight.max().item() > 0.99 * bound
    assert layer.mu_weight.std().item() == pytest.approx(bound / 3**0.5, rel=0.05)
    assert layer.mu_weight.shape == (32, 4, 3, 5)


@pytest.mark.parametrize(
    "arguments",
    [
        {"kernel_size": 3, "stride": (2, 1), "padding": (0, 2)},
        {"kernel_size": (1, 3), "padding": "same", "dilation": 2},
        {"kernel_size": 2, "padding": "same"},
        {"kernel_size": 3, "padding": "valid", "groups": 2, "bias": False},
    ],
)
@pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel")  # torch's own advice
def test_mean_forward_is_torch_s_convolution(arguments: dict[str, object]) -> None:
    layer = RandConv2d(0.15, 1, 0.15, 4, 6, **arguments)
    torch_layer = torch.nn.Conv2d(4, 6, **arguments)
    torch_layer.weight, torch_layer.bias = layer.mu_weight, layer.mu_bias
    x = torch.randn(2, 4, 7, 8)
    with torch.no_grad():
        out, _ = layer(x, sample=False)
        assert torch.allclose(out, torch_layer(x), atol=1e-6)


def test_one_image_without_a_batch() -> None:
    layer = RandConv2d(0.15, 1, 0.15, 3, 4, 3)
    x = torch.randn(3, 5, 6)
    with torch.no_grad():
        alone, batched = layer(x, sample=False)[0], layer(x[None], sample=False)[0]
    assert torch.allclose(alone, batched[0], atol=1e-6)


def test_plain_weights_start_kaiming_normal_when_asked() -> None:
    torch.manual_seed(0)
    layer = PlainConv2d(Convolution(32, 32, 3), he=True)
    assert layer.weight.std().item() == pytest.approx((2 / 288) ** 0.5, rel=0.05)
    assert layer.weight.abs().max().item() > 3 * (2 / 288) ** 0.5


def test_plain_layers_are_called_alike() -> None:
    layer = PlainConv2d(Convolution(3, 4, 3, padding=1))
    x = torch.randn(1, 3, 5, 5)
    for sample, fix in ((True, True), (True, False), (False, False)):
        out, kl = layer(x, sample, fix)
        assert torch.equal(out, layer.respond(x))
        assert kl.item() == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"groups": 2}, "groups must divide"),
        ({"stride": 0}, "stride >= 1"),
        ({"kernel_size": (3, 0)}, "kernel_size >= 1"),
        ({"padding": -1}, "padding >= 0"),
        ({"padding": "reflect"}, "'reflect'"),
        ({"padding": "same", "stride": 2}, "needs stride 1"),
    ],
)
def test_contradictory_arguments(arguments: dict[str, object], message: str) -> None:
    with pytest.raises(AdversarialSamplingError, match=message) as error:
        RandConv2d(
            0.15, 1, 0.15, **{"in_channels": 3, "out_channels": 4, "kernel_size": 3} | arguments
        )
    assert error.value.code == "usage"


@pytest.mark.parametrize(
    ("shape", "message"),
    [
        ((5, 5), r"\[N, 3, H, W\], got \[5, 5\]"),
        ((1, 4, 5, 5), r"got \[1, 4, 5, 5\]"),
        ((1, 3, 5, 2), "smaller than the kernel"),
    ],
)
def test_inputs_that_do_not_fit(shape: tuple[int, ...], message: str) -> None:
    with pytest.raises(AdversarialSamplingError, match=message):
        RandConv2d(0.15, 1, 0.15, 3, 4, 3)(torch.zeros(shape))
