import pytest
import torch

from adversarial_sampling import (
    AdversarialSamplingError,
    BatchNorm2dSpec,
    Conv2dSpec,
    GaussianNoise,
    LinearSpec,
    ModelSpec,
    NetworkSpec,
    WaveNoise,
    build,
)


def test_a_seed_decides_the_values_and_the_noise_and_nothing_else_moves() -> None:
    before = torch.get_rng_state()
    first, again = (build(NetworkSpec(kind="resnet20", seed=3)) for _ in range(2))
    other = build(NetworkSpec(kind="resnet20", seed=4))
    assert torch.equal(torch.get_rng_state(), before)
    for name, tensor in first.state_dict().items():
        assert torch.equal(tensor, again.state_dict()[name])
    assert not torch.equal(first.conv1.mu_weight, other.conv1.mu_weight)
    x = torch.ones(2, 3, 8, 8)
    with torch.no_grad():
        assert torch.equal(first(x)[0], again(x)[0])
    assert isinstance(first.noise, GaussianNoise)


@pytest.mark.parametrize(
    ("spec", "shape", "out"),
    [
        (Conv2dSpec(in_channels=2, out_channels=3, kernel_size=3), (1, 2, 5, 5), (1, 3, 3, 3)),
        (LinearSpec(in_features=4, out_features=2, bias=False), (3, 4), (3, 2)),
        (BatchNorm2dSpec(features=2, affine=False), (3, 2, 2, 2), (3, 2, 2, 2)),
    ],
)
def test_a_layer_on_its_own_keeps_its_names_and_answers_as_a_network(
    spec: ModelSpec, shape: tuple[int, ...], out: tuple[int, ...]
) -> None:
    model = build(spec)
    assert model.spec is spec
    assert all("." not in name for name in model.state_dict())
    x = torch.randn(shape)
    result, kl = model(x)
    assert result.shape == out
    assert kl.dim() == 0
    assert torch.equal(model(x, features=True)[0], x)
    model.noise = source = WaveNoise()
    model(x)
    assert source.next == len(model.stored_noise())


@pytest.mark.parametrize("dtype", ["float32", "float64", "float16", "bfloat16"])
def test_dtypes(dtype: str) -> None:
    model = build(NetworkSpec.model_validate({"kind": "resnet20", "dtype": dtype}))
    expected = torch.float64 if dtype == "float64" else torch.float32
    assert {p.dtype for p in model.parameters()} == {expected}
    out, kl = model(torch.randn(2, 3, 8, 8))
    assert out.dtype == kl.dtype == expected
    # computed in the dtype asked for: nothing is lost by going back to it
    assert torch.equal(out, out.to(getattr(torch, dtype)).to(expected))


def test_spec_that_contradicts_itself() -> None:
    with pytest.raises(AdversarialSamplingError, match="groups"):
        build(Conv2dSpec(in_channels=3, out_channels=4, kernel_size=1, groups=2))


def test_means_start_alike_for_plain_and_bayesian_specs_of_their_kind() -> None:
    plain = build(NetworkSpec(kind="vgg11", bayesian=False))
    assert not plain.bayesian
    assert plain.kl().item() == 0
    assert plain.stored_noise() == {}
    bound = (3 * 9) ** -0.5
    assert plain.features[0].weight.abs().max().item() <= bound
