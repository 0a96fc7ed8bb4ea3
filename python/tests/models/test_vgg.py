import pytest
import torch

from adversarial_sampling import NetworkSpec, build
from adversarial_sampling.layers import Layer


@pytest.mark.parametrize(("kind", "convolutions"), [("vgg11", 8), ("vgg13", 10), ("vgg19", 16)])
def test_convolutions_and_pools(kind: str, convolutions: int) -> None:
    model = build(NetworkSpec.model_validate({"kind": kind, "bayesian": False}))
    layers = [module for module in model.features if isinstance(module, Layer)]
    pools = [module for module in model.features if isinstance(module, torch.nn.MaxPool2d)]
    assert len(layers) == 2 * convolutions
    assert len(pools) == 5


def test_the_classifier_is_registered_first_and_runs_last() -> None:
    model = build(NetworkSpec(kind="vgg11", bayesian=False, classes=7)).eval()
    assert next(iter(model.state_dict())) == "classifier.weight"
    with torch.no_grad():
        features, _ = model(torch.randn(1, 3, 32, 32), features=True)
        assert features.shape == (1, 512)
        assert model.classify(features, True, False).shape == (1, 7)
