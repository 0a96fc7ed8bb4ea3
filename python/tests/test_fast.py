"""The fast step against the step's definition."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import nullcontext

import pytest
import torch
from conftest import MakeImages, MakeModel
from torch import Tensor
from torch._subclasses.fake_tensor import DataDependentOutputException, FakeTensorMode
from torch.utils._python_dispatch import TorchDispatchMode

from adversarial_sampling import (
    AdversarialSamplingError,
    AdversarialStep,
    StepOptions,
    WaveNoise,
)
from adversarial_sampling.data import augment
from adversarial_sampling.fast import FastStep
from adversarial_sampling.fast.differentiate import Autograd
from adversarial_sampling.layout import Layout
from adversarial_sampling.loss_scale import LossScale
from adversarial_sampling.measurements import Measurements

TRAINING_SIZE = 40


def options(**changes: object) -> StepOptions:
    return StepOptions.model_validate({"steps": 2, **changes})


def train(
    step: AdversarialStep | FastStep, make_images: MakeImages, size: int, batches: int = 2
) -> list[Measurements]:
    measured: list[Measurements] = []
    for seed in range(batches):
        data = make_images(3 if size == 32 else 6, size=size, seed=seed)
        dtype = next(step.model.parameters()).dtype
        measured.append(step(data.images.to(dtype), data.labels))
    return measured


def without_idle(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """All but what the bias of a VGG's convolutions moves: batch norm takes that bias out again.

    The definition gives it a gradient of rounding noise, the kernels one of 0.
    """
    idle = ("_bias", ".bias", "running_mean")
    return {n: t for n, t in tensors.items() if "features" not in n or not n.endswith(idle)}


def assert_alike(step: AdversarialStep | FastStep, other: AdversarialStep | FastStep) -> None:
    expected = {**other.model.state_dict(), **other.tensors()}
    found = {**step.model.state_dict(), **step.tensors()}
    assert found.keys() == expected.keys()
    for name, tensor in without_idle(expected).items():
        scale = max(tensor.abs().max().item(), 1.0)
        assert torch.allclose(found[name], tensor, rtol=0, atol=1e-9 * scale), name


SWITCHES: list[dict[str, object]] = [
    {},
    {"fidelity": "paper", "samplings": 2},
    {"epsilon_gradients": "fresh", "ratio": 1.0},
    {"metric_forward": False, "optimizer": "sgd"},
    {"running_statistics": "loss-forwards", "beta": 1e-3},
    {"ratio": 0.0, "samplings": 2},
    {"steps": 0},
]


@pytest.mark.parametrize("kernels", ["native", "torch"])
@pytest.mark.parametrize("changes", SWITCHES, ids=str)
def test_every_switch_does_what_the_definition_does(
    make_model: MakeModel, make_images: MakeImages, changes: dict[str, object], kernels: str
) -> None:
    chosen = options(kernels=kernels, **changes)
    slow = AdversarialStep(make_model(dtype="float64"), chosen, TRAINING_SIZE)
    fast = FastStep(make_model(dtype="float64"), chosen, TRAINING_SIZE)
    expected, found = train(slow, make_images, 8), train(fast, make_images, 8)
    for one, other in zip(expected, found, strict=True):
        for name, value in vars(one).items():
            if value is None:
                assert getattr(other, name) is None, name
            else:
                assert getattr(other, name).item() == pytest.approx(value.item(), rel=1e-10), name
    assert_alike(fast, slow)


@pytest.mark.parametrize("kernels", ["native", "torch"])
@pytest.mark.parametrize(
    ("spec", "size"),
    [
        ({"kind": "vgg11"}, 32),
        ({"kind": "resnet32", "classes": 10}, 5),
        ({"bayesian": False}, 7),
        ({}, 12),
    ],
    ids=str,
)
def test_every_network_does_what_the_definition_does(
    make_model: MakeModel,
    make_images: MakeImages,
    spec: dict[str, object],
    size: int,
    kernels: str,
) -> None:
    chosen, fields = options(steps=1, kernels=kernels), {"dtype": "float64", **spec}
    slow = AdversarialStep(make_model(**fields), chosen, TRAINING_SIZE)
    fast = FastStep(make_model(**fields), chosen, TRAINING_SIZE)
    batches = 1 if size == 32 else 2
    train(slow, make_images, size, batches)
    train(fast, make_images, size, batches)
    assert_alike(fast, slow)


@pytest.mark.parametrize("kernels", ["native", "torch"])
def test_the_same_run_bit_for_bit(
    make_model: MakeModel, make_images: MakeImages, kernels: str
) -> None:
    torch.set_num_threads(2)
    chosen = options(kernels=kernels, steps=1)
    steps = [FastStep(make_model(), chosen, TRAINING_SIZE) for _ in range(2)]
    for step in steps:
        train(step, make_images, 8)
    first, second = ({**s.model.state_dict(), **s.tensors()} for s in steps)
    assert all(torch.equal(tensor, second[name]) for name, tensor in first.items())


def test_float32_kernels_are_as_exact_as_torch(
    make_model: MakeModel, make_images: MakeImages
) -> None:
    def gradients(kernels: str, dtype: str) -> Tensor:
        model = make_model(dtype=dtype)
        with torch.no_grad():
            for name, tensor in exact.state_dict().items():
                model.state_dict()[name].copy_(tensor)
        # A plain step of SGD: what it moves the weights by is the gradient.
        chosen = options(optimizer="sgd", learning_rate=1.0, ratio=0.0, kernels=kernels)
        model.noise = WaveNoise()  # the same numbers in every dtype
        step = FastStep(model, chosen, TRAINING_SIZE)
        before = step.flat.theta.double().clone()
        train(step, make_images, 16, batches=1)
        return before - step.flat.theta.double()

    exact = make_model(dtype="float64")
    with torch.no_grad():  # relus far from closing: a sign that rounding turns is no error of sums
        for name, tensor in exact.state_dict().items():
            if "bn" in name and name.endswith("mu_bias"):
                tensor.fill_(4.0)
    reference = gradients("torch", "float64")
    errors = {k: (gradients(k, "float32") - reference).norm() for k in ("native", "torch")}
    assert errors["native"] < 8 * errors["torch"]
    assert errors["native"] < 1e-5 * reference.norm()


def test_what_runs_the_network_is_said(make_model: MakeModel) -> None:
    def said(**spec: object) -> str:
        return FastStep(make_model(**spec), StepOptions(), TRAINING_SIZE).computed_by

    assert said() == "native kernels"
    assert said(dtype="bfloat16").startswith("torch: the kernels compute in float32 and float64")
    with pytest.raises(AdversarialSamplingError, match="the model in float16") as error:
        FastStep(make_model(dtype="float16"), StepOptions(kernels="native"), TRAINING_SIZE)
    assert error.value.code == "environment"


def test_frozen_parameters_stay(make_model: MakeModel, make_images: MakeImages) -> None:
    model = make_model()
    model.linear.mu_weight.requires_grad_(False)
    before = model.linear.mu_weight.clone()
    step = FastStep(model, options(), TRAINING_SIZE)
    train(step, make_images, 8)
    assert torch.equal(model.linear.mu_weight, before)
    assert not torch.equal(model.linear.sigma_weight, torch.full_like(before, -4.0))


def test_gradients_of_all_weights_are_put_together_at_once(
    make_model: MakeModel, make_images: MakeImages
) -> None:
    layout, data = Layout(make_model(bayesian=False)), make_images(6)
    weights = layout.gathered()
    whole: list[str] = []

    class Watch(TorchDispatchMode):
        def __torch_dispatch__(self, func, types, args=(), kwargs=None):
            out = func(*args, **(kwargs or {}))
            if isinstance(out, Tensor) and out.numel() == layout.size and not func.is_view:
                whole.append(str(func))
            return out

    with Watch():
        differentiator = Autograd(layout, LossScale("float32"))
        differentiator.slope(weights, data.images, data.labels, moves_statistics=True)
    assert whole == ["aten.cat.default"]


@pytest.mark.parametrize("dtype", ["float32", "bfloat16", "float16"])
def test_only_float16_looks_at_the_numbers_of_a_step(
    make_model: MakeModel, make_images: MakeImages, dtype: str
) -> None:
    model, data = make_model(dtype=dtype), make_images(6)
    # Tensors without numbers: whoever asks for one is told that there is none.
    with FakeTensorMode() as mode:
        for module in model.modules():
            for tensors in (module._parameters, module._buffers):
                for name, tensor in tensors.items():
                    if tensor is not None:
                        tensors[name] = mode.from_tensor(tensor)
        x, y = mode.from_tensor(data.images), mode.from_tensor(data.labels)
        x = augment(x, flip=True, crop_padding=1, draws=torch.zeros(len(x), 3))
        step = FastStep(model, options(kernels="torch"), TRAINING_SIZE)
        looks = pytest.raises(DataDependentOutputException)
        with looks if dtype == "float16" else nullcontext():
            step(x, y)


def test_labels_out_of_range_are_refused(make_model: MakeModel) -> None:
    step = FastStep(make_model(), options(), TRAINING_SIZE)
    with pytest.raises(AdversarialSamplingError, match="labels from 0 to 2"):
        step(torch.zeros(2, 3, 4, 4), torch.tensor([0, 3]))
