import torch

from adversarial_sampling.loss_scale import GROWTH_INTERVAL, LossScale


def test_gradients_too_small_for_float16_survive() -> None:
    x = torch.ones(3, requires_grad=True)

    def loss() -> torch.Tensor:
        return (x.half() * 2e-4).sum().float() * 1e-5

    assert not torch.autograd.grad(loss(), x)[0].any()
    scale = LossScale("float16")
    [gradient] = scale.unscale(torch.autograd.grad(scale.scaled(loss()), x))
    assert torch.allclose(gradient, torch.full((3,), 2e-9), rtol=0.1)
    assert scale.update()


def test_an_overflow_halves_the_factor_and_skips_the_step() -> None:
    scale = LossScale("float16")
    factor = scale.factor
    [gradient] = scale.unscale([torch.tensor([float("inf"), float("nan"), factor])])
    assert gradient.tolist() == [0, 0, 1]
    assert not scale.update()
    assert scale.factor == factor / 2
    for _ in range(GROWTH_INTERVAL):
        scale.unscale([torch.ones(1)])
        assert scale.update()
    assert scale.factor == factor


def test_other_dtypes_are_left_alone() -> None:
    for dtype in ("float32", "float64", "bfloat16"):
        scale, loss = LossScale(dtype), torch.tensor(2.0)
        gradients = [torch.tensor(float("inf"))]
        assert scale.scaled(loss) is loss
        assert scale.unscale(gradients) is gradients
        assert scale.update()
