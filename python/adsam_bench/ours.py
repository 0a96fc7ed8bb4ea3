"""This package, by what it offers to everyone: ``fit`` and ``predict``."""

from __future__ import annotations

from adversarial_sampling import (
    AdversarialStep,
    FitOptions,
    NetworkSpec,
    PredictOptions,
    StepOptions,
    build,
    fit,
    predict,
)

from . import inputs
from .request import Request
from .turns import Turns


def train(request: Request, turns: Turns) -> None:
    """Steps of one long epoch, the batches taken out and normalised in them."""
    model = build(_spec(request), turns.device)
    data = inputs.pixels(request, request.batch * request.calls)
    options = FitOptions.model_validate(
        {"epochs": 1, "batch": request.batch, "validation": "none", **request.options}
    )
    turns.ready()
    fit(model, data, None, options, normalization=inputs.NORMALIZATION, should_stop=turns)


def train_again(request: Request, turns: Turns) -> None:
    """A whole training run a call."""
    model = build(_spec(request), turns.device)
    data = inputs.pixels(request, request.batch * request.calls)
    options = FitOptions.model_validate({"batch": request.batch, **request.options})
    turns.ready()
    turns.take(lambda: fit(model, data, None, options, normalization=inputs.NORMALIZATION))


def step(request: Request, turns: Turns) -> None:
    """Steps as ``AdversarialStep`` defines them, on one batch that is on the device."""
    model = build(_spec(request), turns.device).train()
    x, y = inputs.batch(request, turns.device)
    turns.ready()
    take_step = AdversarialStep(
        model, StepOptions.model_validate(request.options), request.batch * request.calls
    )
    turns.take(lambda: take_step(x, y))


def answer(request: Request, turns: Turns) -> None:
    """Monte Carlo predictions of a batch that is on the device."""
    model = build(_spec(request), turns.device)
    images, _ = inputs.batch(request, turns.device)
    options = PredictOptions.model_validate(
        {"samples": request.samples, "batch": request.batch, **request.options}
    )
    turns.ready()
    turns.take(lambda: predict(model, images, options))


def _spec(request: Request) -> NetworkSpec:
    fields = {"kind": request.network, "classes": inputs.CLASSES, "seed": request.seed}
    return NetworkSpec.model_validate({**fields, **request.spec})
