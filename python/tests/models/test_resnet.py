import pytest
import torch
from conftest import MakeModel

from adversarial_sampling import NetworkSpec, build
from adversarial_sampling.layers import PlainFamily
from adversarial_sampling.models.resnet import BasicBlock


@pytest.mark.parametrize(
    ("kind", "layers"), [("resnet20", 20), ("resnet32", 32), ("resnet44", 44), ("resnet56", 56)]
)
def test_the_name_counts_convolutions_and_the_linear_layer(kind: str, layers: int) -> None:
    spec = NetworkSpec.model_validate({"kind": kind, "bayesian": False})
    names = [name for name in build(spec).state_dict() if name.endswith("weight")]
    assert sum("conv" in name or "linear" in name for name in names) == layers


@pytest.mark.parametrize("size", [1, 2, 5, 8, 33])
def test_any_square_size(make_model: MakeModel, size: int) -> None:
    model = make_model().eval()
    with torch.no_grad():
        assert model(torch.randn(2, 3, size, size))[0].shape == (2, 3)


def test_the_shortcut_takes_every_second_pixel_and_pads_channels() -> None:
    block = BasicBlock(PlainFamily(he=True, dtype=torch.float32), 2, 4, stride=2).eval()
    for parameter in block.bn2.parameters():
        torch.nn.init.zeros_(parameter)
    x = torch.rand(1, 2, 4, 4)
    out = block(x, True, False)
    assert torch.equal(out[:, 1:3], x[:, :, ::2, ::2])
    assert not out[:, [0, 3]].any()


def test_plain_weights_start_kaiming_normal() -> None:
    model = build(NetworkSpec(kind="resnet20", bayesian=False))
    weight = model.layer3[1].conv1.weight
    assert weight.std().item() == pytest.approx((2 / 576) ** 0.5, rel=0.05)
