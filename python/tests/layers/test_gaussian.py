import pytest
import torch
from torch.distributions import Normal, kl_divergence

from adversarial_sampling import (
    AdversarialSamplingError,
    RandBatchNorm2d,
    RandConv2d,
    RandLinear,
    WaveNoise,
)
from adversarial_sampling.layers import Gaussian

LAYERS = {
    "conv": lambda: RandConv2d(0.3, 100, -1.5, 3, 4, 3, dtype=torch.float64),
    "conv without bias": lambda: RandConv2d(0.3, 100, -1.5, 3, 4, 3, bias=False),
    "linear": lambda: RandLinear(0.3, 100, -1.5, 5, 4, dtype=torch.float64),
    "batch norm": lambda: RandBatchNorm2d(0.3, 100, -1.5, 4, dtype=torch.float64),
}


@pytest.mark.parametrize("name", LAYERS)
def test_kl_is_that_of_torch_distributions(name: str) -> None:
    layer: Gaussian = LAYERS[name]()
    with torch.no_grad():
        for parameter in layer.parameters():
            parameter.add_(torch.linspace(-0.5, 0.5, parameter.numel()).reshape(parameter.shape))
    expected = sum(
        kl_divergence(Normal(mu, log_sigma.exp()), Normal(0.0, 0.3)).sum()
        for mu, log_sigma in layer.posteriors()
    )
    assert layer.kl().detach().item() == pytest.approx(expected.item(), rel=1e-6)


def test_fresh_noise_is_drawn_weight_first_and_not_stored() -> None:
    layer = RandLinear(0.15, 1, -1.0, 3, 2)
    layer.noise = WaveNoise()
    x = torch.ones(1, 3)
    weight, bias = WaveNoise(0).draw(torch.zeros(2, 3)), WaveNoise(1).draw(torch.zeros(2))
    sigma = torch.tensor(-1.0).exp()
    with torch.no_grad():
        out, _ = layer(x)
        expected = x @ (layer.mu_weight + sigma * weight).T + layer.mu_bias + sigma * bias
    assert torch.allclose(out, expected)
    assert not layer.eps_weight.any()
    assert layer.noise.next == 2


def test_fixed_noise_is_the_stored_one() -> None:
    layer = RandLinear(0.15, 1, -1.0, 3, 2)
    x = torch.ones(1, 3)
    with torch.no_grad():
        mean, kl = layer(x, sample=False)
        assert kl.item() == 0
        fixed, kl = layer(x, fix=True)
        assert torch.equal(mean, fixed)
        assert kl.item() > 0
        layer.eps_bias.fill_(2.0)
        assert torch.allclose(layer(x, fix=True)[0], mean + 2 * torch.tensor(-1.0).exp())


def test_sigma_starts_at_the_initial_log_sigma_and_eps_at_zero() -> None:
    layer = RandConv2d(0.15, 1, 0.15, 3, 4, 3, dtype=torch.float64)
    assert layer.sigma_weight.unique().tolist() == [0.15]
    assert layer.sigma_bias.unique().tolist() == [0.15]
    assert not layer.eps_weight.any()
    assert not layer.eps_bias.any()


@pytest.mark.parametrize("sigma_0", [0, 1e-200, 1e-13, 1e13, float("nan")])
def test_priors_for_which_float32_has_no_room_are_refused(sigma_0: float) -> None:
    with pytest.raises(AdversarialSamplingError, match="sigma_0 from 1e-12 to 1e12"):
        RandLinear(sigma_0, 1, 5.0, 3, 2)


@pytest.mark.parametrize("sigma_0", [1e-12, 1e12])
def test_the_largest_network_has_a_finite_kl_from_the_last_priors(sigma_0: float) -> None:
    layer = RandLinear(sigma_0, 1, 5.0, 1000, 100)
    weights = sum(mu.numel() for mu, _ in layer.posteriors())
    assert layer.kl().item() / weights * 40e6 < torch.finfo(torch.float32).max
