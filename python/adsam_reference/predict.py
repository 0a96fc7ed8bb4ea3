"""Monte Carlo prediction by the published code's own function."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from types import SimpleNamespace

import torch
from torch import Tensor

from adversarial_sampling._protocol import NetworkSpec, PredictOptions
from adversarial_sampling.data import check_images
from adversarial_sampling.errors import Cancelled
from adversarial_sampling.noise import noise_from
from adversarial_sampling.passes import prepare
from adversarial_sampling.predict import Prediction, summary

from .checkout import Published
from .network import PublishedNetwork, unsupported


@torch.no_grad()
def predict_published(
    model: PublishedNetwork,
    images: Tensor,
    options: PredictOptions,
    code: Published,
    should_stop: Callable[[], bool],
) -> Prediction:
    """As ``predict``, batch by batch. Without draws it is a forward, whose entropies are ours."""
    check_images(images)
    if not isinstance(model.spec, NetworkSpec):
        raise unsupported("it predicts with networks, not with a layer")
    # All that its function asks of the object that it belongs to.
    holder = SimpleNamespace(model=model.published, num_classes=model.spec.classes)
    sample_predict = code.model.ResNetWrapper.sample_predict

    def answer(batch: Tensor) -> Prediction:
        x = prepare(model, batch, options.normalization)
        if options.weights == "mean" or not model.bayesian:
            return summary(model(x, sample=False)[0].unsqueeze(0))
        model.check_input(x.shape)
        with warnings.catch_warnings(), model.served():
            warnings.filterwarnings("ignore", message="Implicit dimension choice for softmax")
            return Prediction(*sample_predict(holder, x, options.samples))

    def look(*_: object) -> None:
        if should_stop():
            raise Cancelled

    noise = noise_from(options.noise, model.noise, "cpu")
    watch = model.published.register_forward_pre_hook(look)
    try:
        with model.drawing_from(noise), model.in_mode(train=False):
            found = [answer(batch) for batch in images.split(options.batch)]
    finally:
        watch.remove()
    return Prediction(
        logits=torch.cat([one.logits for one in found], dim=1).cpu(),
        entropy_mean=torch.cat([one.entropy_mean for one in found]).cpu(),
        entropy_spread=torch.cat([one.entropy_spread for one in found]).cpu(),
    )
