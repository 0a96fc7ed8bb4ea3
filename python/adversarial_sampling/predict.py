"""Monte Carlo prediction: many networks drawn from the posterior, and how much they hesitate."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor

from ._protocol import ModelSpec, NetworkSpec, PredictOptions
from .data import check_images
from .device import multiplying
from .errors import AdversarialSamplingError, Cancelled
from .models import Network, check_model, parameter_dtype
from .noise import noise_from
from .normalization import Normalizer, resolve_normalization
from .sampled import SampledForwards

MOST_LOGITS = 2**30
"""4 GiB of float32 numbers."""


class Prediction(NamedTuple):
    """Of N images, on the CPU, float32 (float64 of a float64 model).

    Attributes:
        logits: [S, N, classes], one set for each Monte Carlo sample.
        entropy_mean: Ha [N], nats: mean over samples of the entropy of their softmax.
        entropy_spread: He [N], nats: mean absolute deviation of those entropies from Ha.
    """

    logits: Tensor
    entropy_mean: Tensor
    entropy_spread: Tensor


@torch.no_grad()
def predict(
    model: Network,
    images: Tensor,
    options: PredictOptions | None = None,
    *,
    should_stop: Callable[[], bool] | None = None,
) -> Prediction:
    """Predicts in eval mode, batch by batch; each sample draws the weights afresh for each batch.

    Args:
        model: its mode and its noise are its own again afterwards.
        images: [N, 3, H, W]. Whole numbers are pixels, and are normalised as those that the model
            was trained on; floating point numbers are the network's input already. The option
            ``normalization`` says otherwise.
        options: with weights "mean", and for plain networks, there is one sample.
        should_stop: asked before every forward.

    Raises:
        AdversarialSamplingError: ``data`` when the images are no images, ``usage`` for pixels
            when neither the model nor the options know a normalization, and for a model that was
            cast or wrapped.
        Cancelled: when ``should_stop`` answered true.
    """
    check_model(model)
    options = options or PredictOptions()
    check_images(images)
    normalization = resolve_normalization(model.normalization, images, options.normalization)
    normalize = Normalizer(normalization, parameter_dtype(model.spec), model.device)
    sample = options.weights == "fresh" and model.bayesian
    draws = range(options.samples if sample else 1)
    _check_size(len(draws), len(images), model.spec)
    batches = images.split(options.batch)
    answers: list[Tensor] = []
    noise = noise_from(options.noise, model.noise, model.device)
    with model.drawing_from(noise), model.in_mode(train=False), multiplying(tf32=False):
        forward = SampledForwards(model, sample=sample, calls=len(draws) * len(batches))
        for batch in batches:
            x = normalize(batch.to(model.device))
            logits: list[Tensor] = []
            for _ in draws:
                if should_stop is not None and should_stop():
                    raise Cancelled
                logits.append(forward(x))
            answers.append(torch.stack(logits).cpu())
    return summary(torch.cat(answers, dim=1))


def _check_size(samples: int, images: int, spec: ModelSpec) -> None:
    classes = spec.classes if isinstance(spec, NetworkSpec) else 1
    if samples * images * classes > MOST_LOGITS:
        raise AdversarialSamplingError(
            f"expected up to {MOST_LOGITS} logits, got {samples} samples of {images} images in "
            f"{classes} classes",
            suggestion="predict fewer images at a time, or draw fewer samples",
        )


def summary(logits: Tensor) -> Prediction:
    """Of logits [S, N, classes]."""
    entropy = torch.special.entr(logits.softmax(dim=-1)).sum(dim=-1)
    mean = entropy.mean(dim=0)
    return Prediction(logits, mean, (entropy - mean).abs().mean(dim=0))
