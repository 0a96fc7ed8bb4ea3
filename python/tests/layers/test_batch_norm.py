import pytest
import torch

from adversarial_sampling import AdversarialSamplingError, RandBatchNorm2d
from adversarial_sampling.layers import PlainBatchNorm2d, frozen_statistics

X = torch.linspace(-2, 3, 3 * 4 * 2 * 2).reshape(3, 4, 2, 2)


def test_without_affine_which_raises_in_the_published_code() -> None:
    layer = RandBatchNorm2d(0.15, 1, -3.0, 4, affine=False)
    out, kl = layer(X)
    assert torch.allclose(out, torch.nn.BatchNorm2d(4, affine=False)(X))
    assert kl.item() == 0
    assert list(layer.state_dict()) == ["running_mean", "running_var", "num_batches_tracked"]


@pytest.mark.parametrize("momentum", [0.1, 0.0, None])
@pytest.mark.parametrize("tracked", [True, False])
def test_mean_forwards_and_running_statistics_are_torch_s(
    momentum: float | None, tracked: bool
) -> None:
    layer = RandBatchNorm2d(0.15, 1, -3.0, 4, 1e-3, momentum, track_running_stats=tracked)
    theirs = torch.nn.BatchNorm2d(4, 1e-3, momentum, track_running_stats=tracked)
    theirs.weight, theirs.bias = layer.mu_weight, layer.mu_bias
    for scale in (1, 2, 5):
        assert torch.allclose(layer(X * scale, sample=False)[0], theirs(X * scale), atol=1e-6)
    theirs_now = dict(theirs.named_buffers())
    for name, ours in layer.named_buffers():
        if not name.startswith("eps_"):
            assert torch.allclose(ours, theirs_now[name])
    layer.eval()
    theirs.eval()
    assert torch.allclose(layer(X, sample=False)[0], theirs(X), atol=1e-6)


def test_initial_scale_is_uniform_and_shift_zero() -> None:
    torch.manual_seed(0)
    layer = RandBatchNorm2d(0.15, 1, 0.15, 2000)
    assert layer.mu_weight.min().item() >= 0
    assert layer.mu_weight.max().item() <= 1
    assert layer.mu_weight.mean().item() == pytest.approx(0.5, abs=0.03)
    assert not layer.mu_bias.any()
    plain = PlainBatchNorm2d(4)
    assert plain.weight.tolist() == [1] * 4
    assert plain.bias.tolist() == [0] * 4


def test_frozen_statistics_change_nothing_but_what_is_remembered() -> None:
    layer = RandBatchNorm2d(0.15, 1, -3.0, 4)
    before = {name: buffer.clone() for name, buffer in layer.named_buffers()}
    with frozen_statistics(layer):
        frozen, _ = layer(X, fix=True)
    for name, buffer in layer.named_buffers():
        assert torch.equal(buffer, before[name])
    moving, _ = layer(X, fix=True)
    assert torch.equal(frozen, moving)
    assert int(layer.num_batches_tracked) == 1


def test_inputs_that_do_not_fit() -> None:
    layer = RandBatchNorm2d(0.15, 1, -3.0, 4)
    with pytest.raises(AdversarialSamplingError, match=r"\[N, 4, H, W\], got \[3, 4\]"):
        layer(torch.zeros(3, 4))
    with pytest.raises(AdversarialSamplingError, match="more than one value per channel"):
        layer(torch.zeros(1, 4, 1, 1))
