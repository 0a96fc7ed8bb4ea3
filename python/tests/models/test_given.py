from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from adversarial_sampling import (
    AdversarialSamplingError,
    AdversarialStep,
    FitOptions,
    Images,
    Network,
    NetworkSpec,
    StepOptions,
    build,
    fit,
    predict,
    save,
)
from adversarial_sampling.fast import FastStep

IMAGES = torch.ones(2, 3, 8, 8)
LABELS = torch.tensor([0, 1])

USES: dict[str, Callable[[Network], object]] = {
    "fit": lambda model: fit(model, Images(IMAGES, LABELS), options=FitOptions(epochs=1, batch=2)),
    "predict": lambda model: predict(model, IMAGES),
    "step": lambda model: AdversarialStep(model, StepOptions(), 2)(IMAGES, LABELS),
    "fast step": lambda model: FastStep(model, StepOptions(), 2)(IMAGES, LABELS),
    "save": lambda model: save(model, Path("no such folder") / "model.safetensors"),
}


def _cast_in_part(model: Network) -> nn.Module:
    next(model.children()).double()
    return model


class Wrapped(nn.Module):
    def __init__(self, model: Network) -> None:
        super().__init__()
        self.inner = model

    def forward(self, x: Tensor) -> Tensor:
        return self.inner(x)[0]


CHANGED: dict[str, tuple[Callable[[Network], object], str]] = {
    "half": (nn.Module.half, "tensors of float32, .* got conv1.mu_weight of float16"),
    "double": (nn.Module.double, "got conv1.mu_weight of float64"),
    "in part": (_cast_in_part, "got conv1.mu_weight of float64"),
    "meta": (lambda model: model.to("meta"), "got conv1.mu_weight on meta"),
    "compiled": (lambda model: torch.compile(model, backend="eager"), "got .*OptimizedModule"),
    "parallel": (nn.DataParallel, "got torch.nn.parallel.data_parallel.DataParallel"),
    "in sequence": (nn.Sequential, "got torch.nn.modules.container.Sequential"),
    "wrapped": (Wrapped, "got .*Wrapped"),
    "something else": (lambda _: nn.Linear(2, 2), "got torch.nn.modules.linear.Linear"),
}


@pytest.mark.parametrize("use", USES.values(), ids=USES)
@pytest.mark.parametrize(("change", "message"), CHANGED.values(), ids=CHANGED)
def test_a_model_that_was_cast_or_wrapped_is_refused(
    use: Callable[[object], object], change: Callable[[Network], object], message: str
) -> None:
    model = change(build(NetworkSpec(kind="resnet20"), "cpu"))
    with pytest.raises(AdversarialSamplingError, match=message) as raised:
        use(model)
    assert raised.value.code == "usage"


def test_the_error_says_what_to_do() -> None:
    model = build(NetworkSpec(kind="resnet20"), "cpu")
    with pytest.raises(AdversarialSamplingError) as wrapped:
        predict(nn.DataParallel(model), IMAGES)  # pyright: ignore[reportArgumentType]
    assert wrapped.value.suggestion == 'give the one within: model.get_submodule("module")'
    with pytest.raises(AdversarialSamplingError) as cast:
        model.double()(IMAGES)
    assert cast.value.suggestion == 'build it with dtype="float64" instead of casting it'


def test_a_class_of_ones_own_is_taken() -> None:
    model = build(NetworkSpec(kind="resnet20"), "cpu")
    expected = predict(model, IMAGES).logits.shape
    model.__class__ = type("Own", (type(model),), {})
    for use in ("step", "fast step", "fit"):
        USES[use](model)
    assert predict(model, IMAGES).logits.shape == expected
