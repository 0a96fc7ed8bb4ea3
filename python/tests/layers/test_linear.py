import pytest
import torch

from adversarial_sampling import AdversarialSamplingError, RandLinear
from adversarial_sampling.layers import PlainLinear


def test_without_bias_which_raises_in_the_published_code() -> None:
    layer = RandLinear(0.15, 1, -3.0, 5, 4, bias=False, dtype=torch.float64)
    x = torch.randn(3, 5, dtype=torch.float64)
    out, kl = layer(x, sample=False)
    assert torch.allclose(out, x @ layer.mu_weight.T)
    for fix in (True, False):
        out, kl = layer(x, fix=fix)
        (out.square().sum() + kl).backward()
        assert out.shape == (3, 4)
    assert list(layer.state_dict()) == ["mu_weight", "sigma_weight", "eps_weight"]
    assert layer.sigma_weight.grad.abs().sum() > 0


def test_initial_means_are_uniform_within_the_fan_in() -> None:
    torch.manual_seed(0)
    layer = RandLinear(0.15, 1, 0.15, 100, 200)
    assert layer.mu_weight.abs().max().item() <= 0.1
    assert layer.mu_weight.std().item() == pytest.approx(0.1 / 3**0.5, rel=0.05)
    assert 0.05 < layer.mu_bias.abs().max().item() <= 0.1


def test_plain_weights_start_kaiming_normal_when_asked() -> None:
    torch.manual_seed(0)
    assert PlainLinear(200, 100, he=True).weight.std().item() == pytest.approx(0.1, rel=0.05)
    assert PlainLinear(200, 100).weight.abs().max().item() <= 200**-0.5


@pytest.mark.parametrize("shape", [(5,), (2, 3, 5)])
def test_any_leading_dimensions(shape: tuple[int, ...]) -> None:
    assert RandLinear(0.15, 1, 0.15, 5, 4)(torch.zeros(shape))[0].shape == (*shape[:-1], 4)


@pytest.mark.parametrize("shape", [(), (2, 4)])
def test_inputs_that_do_not_fit(shape: tuple[int, ...]) -> None:
    with pytest.raises(AdversarialSamplingError, match=r"\[\.\.\., 5\], got"):
        RandLinear(0.15, 1, 0.15, 5, 4)(torch.zeros(shape))
