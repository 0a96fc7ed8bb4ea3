from __future__ import annotations

import torch
from conftest import MakeModel

from adversarial_sampling._protocol import GradientOptions
from adversarial_sampling.inspection import inspect
from adversarial_sampling.passes import gradients


def test_inspection_sees_what_the_gradients_come_from(make_model: MakeModel) -> None:
    model = make_model(kind="resnet20", dtype="float64")
    x, labels = torch.randn(2, 3, 8, 8, dtype=torch.float64), torch.tensor([1, 2])
    options = GradientOptions(weights="stored", train=True, beta=1e-4)
    whole = gradients(model, x, labels, options)
    operations = inspect(model, x, labels, options).operations
    seen = {operation.name: operation for operation in operations}

    assert list(seen)[:6] == [
        "conv1/input",
        "conv1/weight",
        "conv1/output",
        "bn1/input",
        "bn1/weight",
        "bn1/bias",
    ]
    torch.testing.assert_close(seen["linear/output"].value, whole.output)
    torch.testing.assert_close(seen["conv1/input"].gradient, whole.input)
    # weight = mu + sigma * eps, so that d loss / d eps = sigma * d loss / d weight
    gradient = seen["conv1/weight"].gradient
    assert gradient is not None
    sigma = model.state_dict()["conv1.sigma_weight"].exp()
    torch.testing.assert_close(sigma * gradient, whole.tensors["conv1.eps_weight"])


def test_nothing_is_told_afterwards(make_model: MakeModel) -> None:
    model = make_model(kind="resnet20")
    x, labels = torch.randn(2, 3, 8, 8), torch.tensor([1, 2])
    inspect(model, x, labels, GradientOptions())
    assert all(getattr(layer, "tap", None) is None for layer in model.modules())
