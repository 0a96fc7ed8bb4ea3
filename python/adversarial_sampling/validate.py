"""Loss and accuracy on images that were not trained on."""

from __future__ import annotations

from collections.abc import Callable

import torch

from ._protocol import Validation
from .data import Images
from .models import Network
from .normalization import Normalizer
from .objective import accuracy, cross_entropy
from .sampled import SampledForwards


@torch.no_grad()
def validate(
    model: Network,
    data: Images,
    batch: int,
    *,
    sample: bool,
    normalize: Normalizer,
    should_stop: Callable[[], bool],
) -> Validation | None:
    """One forward a batch in eval mode.

    Args:
        model: its mode is its own again afterwards.
        data: on the model's device.
        batch: images in one forward.
        sample: True draws the weights afresh for each batch, False uses their means.
        normalize: makes the network's input of the images.
        should_stop: asked before every forward; None is answered when it says so.
    """
    sums = torch.zeros(2, dtype=torch.float64, device=model.device)
    with model.in_mode(train=False):
        forward = SampledForwards(model, sample=sample, calls=len(data) // batch)
        for images, labels in data.batches(batch):
            if should_stop():
                return None
            logits = forward(normalize(images))
            means = torch.stack([cross_entropy(logits, labels), accuracy(logits, labels)])
            sums += means * len(labels)
    loss, correct = (sums / len(data)).tolist()
    return Validation(loss=loss, accuracy=correct, images=len(data))
