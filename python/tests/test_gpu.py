"""What only a GPU can show: that work captured there is the work, and the same every time."""

from __future__ import annotations

from itertools import chain, repeat
from pathlib import Path

import pytest
import torch
from conftest import MakeImages, MakeModel, same

from adversarial_sampling import (
    FitOptions,
    GaussianNoise,
    Network,
    PredictOptions,
    StepOptions,
    fit,
    predict,
)
from adversarial_sampling._protocol import GradientOptions
from adversarial_sampling.fast import FastStep
from adversarial_sampling.passes import gradients
from adversarial_sampling.sampled import SampledForwards

pytestmark = pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")

DTYPES = ["float32", "float64", "bfloat16", "float16"]


@pytest.fixture(autouse=True)
def _repeatable(monkeypatch: pytest.MonkeyPatch) -> None:
    """As ``fit`` does: an ascent by signs makes another step of another rounding."""
    monkeypatch.setattr(torch.backends.cudnn, "deterministic", True)
    monkeypatch.setattr(torch.backends.cudnn, "allow_tf32", False)


@pytest.mark.parametrize(
    ("spec", "options"),
    [
        ({}, {"optimizer": "sgd", "learning_rate": 0.1}),
        ({}, {"fidelity": "paper"}),
        ({}, {"kernels": "torch", "steps": 0}),
        ({}, {"ratio": 0}),
        ({}, {"ratio": 1}),
        ({}, {"samplings": 3}),
        ({"bayesian": False}, {}),
        ({"dtype": "float64"}, {}),
        ({"dtype": "bfloat16"}, {}),
        ({"kind": "vgg11"}, {}),
        ({}, {"kernels": "native"}),
        ({"dtype": "bfloat16"}, {"kernels": "native"}),
        ({"kind": "vgg11"}, {"kernels": "native"}),
    ],
)
def test_on_a_gpu_every_kind_of_step_can_be_captured(
    make_model: MakeModel, spec: dict[str, object], options: dict[str, object]
) -> None:
    size = 32 if spec.get("kind") == "vgg11" else 8
    x, y = torch.randn(8, 3, size, size, device="cuda"), torch.arange(8, device="cuda") % 3
    chosen = StepOptions.model_validate(options)
    replayed, plain = (FastStep(make_model(**spec).cuda().train(), chosen, 40) for _ in range(2))
    for step in (replayed, plain):
        step.model.noise = GaussianNoise(0, "cuda")
    for _ in range(4):
        assert torch.equal(replayed(x, y).loss, plain._take(x, y).loss)
    assert replayed._replayed._replay is not None  # it was captured, and not taken one by one


def test_on_a_gpu_a_replayed_step_sees_another_learning_rate_and_beta(
    make_model: MakeModel,
) -> None:
    x, y = torch.randn(8, 3, 8, 8, device="cuda"), torch.zeros(8, dtype=torch.int64).cuda()
    replayed, plain = (FastStep(make_model().cuda(), StepOptions(), 40) for _ in range(2))
    for step in (replayed, plain):
        step.model.noise = GaussianNoise(0, "cuda")
    for _ in range(3):
        assert torch.equal(replayed(x, y).loss, plain._take(x, y).loss)
    for step in (replayed, plain):
        step.restart_optimizer()
        step.set_learning_rate(1e-3)
        step.set_beta(1.0)
    for _ in range(3):
        assert torch.equal(replayed(x, y).loss, plain._take(x, y).loss)


def test_on_a_gpu_replayed_forwards_are_those_made_one_by_one(make_model: MakeModel) -> None:
    x = torch.randn(8, 3, 8, 8, device="cuda")
    model = make_model().cuda().eval()
    forwards = SampledForwards(model, sample=True, calls=100)
    model.noise = GaussianNoise(0, "cuda")
    found = [forwards(x) for _ in range(4)]
    model.noise = GaussianNoise(0, "cuda")
    with torch.no_grad():
        expected = [forwards._forward(x) for _ in range(4)]
    for one, other in zip(found, expected, strict=True):
        assert torch.equal(one, other)


@pytest.mark.parametrize("dtype", DTYPES)
def test_on_a_gpu_a_seed_makes_the_same_run(
    make_model: MakeModel, make_images: MakeImages, tmp_path: Path, dtype: str
) -> None:
    images = make_images(26).to("cuda")
    options = FitOptions.model_validate({"epochs": 3, "batch": 8, "flip": True, "crop_padding": 1})
    models: list[Network] = []
    for stopped in (False, False, True):
        model = make_model(dtype=dtype).cuda()
        state = tmp_path / "state"
        if stopped:
            asked = chain([False] * 6, repeat(True))
            result = fit(model, images, None, options, should_stop=asked.__next__, state=state)
            assert result.status == "cancelled"
            model = make_model(dtype=dtype).cuda()
        fit(model, images, None, options, resume=state if stopped else None)
        models.append(model)
    assert same(models[0], models[1])
    assert same(models[0], models[2])


@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
def test_on_a_gpu_native_kernels_are_as_near_to_float64_as_torchs(
    make_model: MakeModel, dtype: str
) -> None:
    x, y = torch.randn(16, 3, 32, 32, device="cuda"), torch.arange(16, device="cuda") % 3
    steps = [
        FastStep(make_model(dtype=kind).cuda().train(), StepOptions(kernels=kernels), 40)
        for kind, kernels in ((dtype, "native"), (dtype, "torch"), ("float64", "auto"))
    ]
    assert steps[0].computed_by == "native kernels beside torch's"
    assert steps[1].computed_by == "torch, as asked"
    assert steps[2].computed_by.endswith("the model is in float64")
    slopes = [
        step._differentiator.slope(
            step.flat.mu.clone(), x.to(step.flat.mu), y, moves_statistics=True
        )
        for step in steps
    ]
    own, torchs = ((s.gradient - slopes[2].gradient).norm() for s in slopes[:2])
    assert own <= 1.5 * torchs
    moved = [torch.cat(list(step.model.running_statistics().values())) for step in steps]
    own, torchs = ((m - moved[2]).norm() for m in moved[:2])
    assert own <= 1.5 * torchs


def test_on_a_gpu_a_seed_makes_the_same_prediction(
    make_model: MakeModel, make_images: MakeImages
) -> None:
    model, images = make_model().cuda(), make_images(25).images
    options = PredictOptions.model_validate(
        {"samples": 30, "batch": 10, "noise": {"kind": "gaussian", "seed": 3}}
    )
    first, second = (predict(model, images, options) for _ in range(2))
    assert torch.equal(first.logits, second.logits)


def test_on_a_gpu_gradients_are_those_of_the_cpu(
    make_model: MakeModel, make_images: MakeImages
) -> None:
    data = make_images(6)
    given = GradientOptions.model_validate(
        {"objective": "elbo", "beta": 0.01, "noise": {"kind": "wave", "next": 0}}
    )
    cpu, cuda = (
        gradients(make_model(dtype="float64").to(device), data.images, data.labels, given)
        for device in ("cpu", "cuda")
    )
    assert torch.allclose(cpu.loss, cuda.loss.cpu(), rtol=1e-12)
    for name, expected in cpu.tensors.items():
        found = cuda.tensors[name].cpu()
        assert (found - expected).norm() <= 1e-9 * expected.norm(), name
