"""A step whose parts are computed elsewhere, here by this package itself."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from adversarial_sampling import NetworkSpec, StepOptions, WaveNoise, build
from adversarial_sampling.fast import FastStep
from adversarial_sampling.fast.guest import AdversarialGuest, LayerGuest
from adversarial_sampling.stages import Stages

SPEC = NetworkSpec(kind="resnet20", init_log_sigma=-3)
X, Y = torch.randn(4, 3, 8, 8, generator=torch.Generator().manual_seed(0)), torch.arange(4)


def trained(stages: Stages | None, options: StepOptions) -> dict[str, Tensor]:
    """A model after two steps."""
    model = build(SPEC)
    step = FastStep(model, options, 500, stages=stages)
    with model.drawing_from(WaveNoise()), model.in_mode(train=True):
        for _ in range(2):
            step(X, Y)
    return model.state_dict() | {f"sums.{n}": t for n, t in step.tensors().items()}


@pytest.mark.parametrize("fidelity", ["reference", "paper"])
def test_ascents_of_a_guest_are_the_steps_own(fidelity: str) -> None:
    options = StepOptions.model_validate({"fidelity": fidelity, "kernels": "torch"})
    guest = AdversarialGuest(
        SPEC.model_dump(by_alias=True), options.model_dump(by_alias=True), "cpu"
    )
    mixed = trained(Stages(ascend=guest), options)
    for name, tensor in trained(None, options).items():
        assert torch.equal(mixed[name], tensor), name


def test_layers_of_a_guest_are_the_steps_own() -> None:
    options = StepOptions(kernels="torch")
    spec = SPEC.model_dump(by_alias=True)
    called: list[str] = []

    def counted(name: str) -> Callable[..., Tensor]:
        layer = LayerGuest(spec, name)

        def call(*inputs: Tensor) -> Tensor:
            called.append(name)
            return layer(*inputs)

        return call

    mixed = trained(Stages(layers={n: counted(n) for n in ("conv1", "linear")}), options)
    for name, tensor in trained(None, options).items():
        assert torch.equal(mixed[name], tensor), name
    assert called.count("conv1") == called.count("linear") == 2 * 8
