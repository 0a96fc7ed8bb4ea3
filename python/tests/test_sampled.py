from __future__ import annotations

import gc
import weakref

import pytest
import torch
from conftest import MakeModel

from adversarial_sampling import WaveNoise
from adversarial_sampling.sampled import SampledForwards


@pytest.mark.parametrize("sample", [True, False])
@pytest.mark.parametrize(
    ("spec", "size"),
    [({}, 8), ({}, 5), ({"bayesian": False}, 8), ({"kind": "vgg11"}, 32)],
    ids=str,
)
def test_folded_forwards_are_the_models_own(
    make_model: MakeModel, spec: dict[str, object], size: int, sample: bool
) -> None:
    model = make_model(dtype="float64", **{"init_log_sigma": -2.0, **spec}).eval()
    torch.manual_seed(0)
    for name, buffer in model.named_buffers():
        if name.endswith("running_mean"):
            buffer.normal_()
        elif name.endswith("running_var"):
            buffer.uniform_(0.5, 2)
    x = torch.randn(3, 3, size, size, dtype=torch.float64)
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    model.noise = WaveNoise(3)
    forwards = SampledForwards(model, sample=sample, calls=2)
    found = [forwards(x) for _ in range(2)]
    model.noise = WaveNoise(3)
    with torch.no_grad():
        expected = [model.output(x, sample) for _ in range(2)]
    for one, other in zip(found, expected, strict=True):
        assert torch.allclose(one, other, rtol=1e-12, atol=1e-12)
    assert all(torch.equal(tensor, before[name]) for name, tensor in model.state_dict().items())


def test_what_is_no_longer_needed_is_freed_at_once(make_model: MakeModel) -> None:
    forwards = SampledForwards(make_model().eval(), sample=True, calls=1)
    forwards(torch.randn(2, 3, 8, 8))
    left = weakref.ref(forwards)
    gc.disable()  # it holds a copy of all weights: not until garbage is collected
    try:
        del forwards
        assert left() is None
    finally:
        gc.enable()


def test_dtypes_without_kernels_are_torchs(make_model: MakeModel) -> None:
    model = make_model(dtype="bfloat16").eval()
    x = torch.randn(3, 3, 8, 8)
    model.noise = WaveNoise()
    found = SampledForwards(model, sample=True, calls=1)(x)
    model.noise = WaveNoise()
    with torch.no_grad():
        assert torch.allclose(found, model.output(x), atol=0.05)
