"""This package, by what it offers to everyone: ``fit`` and ``predict``."""

from __future__ import annotations

from adversarial_sampling import FitOptions, NetworkSpec, PredictOptions, build, fit, predict

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
