"""Batches from whose images a batch norm gets one value a channel, which has no variance."""

from __future__ import annotations

import pytest
import torch
from conftest import MakeImages, MakeModel

from adversarial_sampling import (
    AdversarialSamplingError,
    BatchNorm2dSpec,
    FitOptions,
    Images,
    NetworkSpec,
    StepOptions,
    build,
    fit,
    trace,
)
from adversarial_sampling._protocol import ForwardOptions, GradientOptions
from adversarial_sampling.inspection import inspect
from adversarial_sampling.noise import GaussianNoise
from adversarial_sampling.passes import forward, gradients

FIRST = {1: "bn1", 2: "layer2.0.bn1", 3: "layer3.0.bn1", 4: "layer3.0.bn1"}
"""By the edge of the images, the first batch norm of a ResNet that sees one pixel of them."""


@pytest.mark.parametrize("kernels", ["auto", "torch"])
@pytest.mark.parametrize("bayesian", [True, False])
@pytest.mark.parametrize(
    ("count", "batch", "which"),
    [(5, 4, "batch 2 of 2"), (3, 1, "batch 1 of 3"), (1, 100, "batch 1 of 1")],
)
def test_a_run_is_refused_before_its_first_step(
    make_model: MakeModel,
    make_images: MakeImages,
    kernels: str,
    bayesian: bool,
    count: int,
    batch: int,
    which: str,
) -> None:
    model, events = make_model(bayesian=bayesian), []
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    options = FitOptions.model_validate({"epochs": 1, "batch": batch, "kernels": kernels})
    with pytest.raises(
        AdversarialSamplingError, match=f"{which} has 1 image, of 4x4.*layer3.0.bn1"
    ) as error:
        fit(model, make_images(count, size=4), options=options, on_event=events.append)
    assert error.value.code == "usage"
    assert error.value.suggestion is not None
    assert not events
    for name, tensor in model.state_dict().items():
        assert torch.equal(tensor, before[name])


@pytest.mark.parametrize(("count", "size"), [(5, 8), (5, 5), (4, 4)])
def test_a_last_batch_of_one_image_is_trained_on_where_batch_norm_can(
    make_model: MakeModel, make_images: MakeImages, count: int, size: int
) -> None:
    model = make_model()
    result = fit(model, make_images(count, size=size), options=FitOptions(epochs=1, batch=2))
    assert (result.status, result.steps) == ("finished", (count + 1) // 2)
    for tensor in model.state_dict().values():
        assert tensor.isfinite().all()


def test_so_are_single_images_by_a_vgg() -> None:
    model = build(NetworkSpec(kind="vgg11", init_log_sigma=-4))
    images = Images(torch.randn(1, 3, 32, 32), torch.tensor([3]))
    options = FitOptions(epochs=1, steps=1, validation="none")
    assert fit(model, images, options=options).steps == 1
    assert all(tensor.isfinite().all() for tensor in model.state_dict().values())


def test_a_trace_is_refused_before_its_first_step(
    make_model: MakeModel, make_images: MakeImages
) -> None:
    model = make_model()
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    batches = [make_images(2, size=4), make_images(1, size=4)]
    with pytest.raises(AdversarialSamplingError, match="batch 2 of 2 has 1 image, of 4x4"):
        trace(model, batches, StepOptions(), 3, GaussianNoise(0))
    for name, tensor in model.state_dict().items():
        assert torch.equal(tensor, before[name])


@pytest.mark.parametrize("edge", [1, 2, 3, 4])
def test_passes_in_train_mode_name_the_layer(make_model: MakeModel, edge: int) -> None:
    model, x, y = make_model(), torch.randn(1, 3, edge, edge), torch.tensor([0])
    names = f"the batch has 1 image, of {edge}x{edge}.*batch norm {FIRST[edge]} sees 1 pixel"
    with pytest.raises(AdversarialSamplingError, match=names):
        forward(model, x, ForwardOptions(train=True))
    for work in (gradients, inspect):
        with pytest.raises(AdversarialSamplingError, match=names):
            work(model, x, y, GradientOptions(train=True))
    assert forward(model, x, ForwardOptions())[0].isfinite().all()
    assert forward(model, torch.cat([x, x + 1]), ForwardOptions(train=True))[0].isfinite().all()


def test_no_image_at_all(make_model: MakeModel) -> None:
    with pytest.raises(AdversarialSamplingError, match="expected images in the batch, got shape"):
        forward(make_model(), torch.randn(0, 3, 8, 8), ForwardOptions(train=True))


@pytest.mark.parametrize("tracked", [True, False])
def test_a_batch_norm_on_its_own(tracked: bool) -> None:
    model = build(BatchNorm2dSpec(kind="batchnorm2d", features=3, track_running_stats=tracked))
    one = torch.randn(1, 3, 1, 1)
    with pytest.raises(AdversarialSamplingError, match="batch norm batchnorm2d sees 1 pixel"):
        forward(model, one, ForwardOptions(train=True))
    if tracked:
        assert forward(model, one, ForwardOptions())[0].isfinite().all()
    else:
        with pytest.raises(AdversarialSamplingError, match="more than one value per channel"):
            forward(model, one, ForwardOptions())
    for x in (torch.randn(2, 3, 1, 1), torch.randn(1, 3, 1, 2)):
        assert forward(model, x, ForwardOptions(train=True))[0].isfinite().all()
