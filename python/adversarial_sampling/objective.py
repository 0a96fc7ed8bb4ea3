"""The losses: cross-entropy, and the negative evidence lower bound (ELBO) that is minimised."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from .errors import AdversarialSamplingError


def cross_entropy(logits: Tensor, labels: Tensor) -> Tensor:
    """Mean over the batch of -log softmax(logits)[label], in nats; [N, classes] and [N]."""
    return F.cross_entropy(logits, labels)


def elbo(cross_entropy: Tensor, kl: Tensor, beta: float) -> Tensor:
    """The ELBO loss ``CE + beta * KL``: the negative bound, for one batch."""
    return cross_entropy + beta * kl


def accuracy(logits: Tensor, labels: Tensor) -> Tensor:
    """Part of the batch that is classified right, 0 to 1, float64 so that 0.1 reads as 0.1."""
    return (logits.argmax(dim=1) == labels).to(torch.float64).mean()


def default_beta(training_size: int) -> float:
    """``1 / N / 100`` for N training images; the 100 is the published constant, not the batch."""
    if training_size < 1:
        raise AdversarialSamplingError(f"expected training_size >= 1, got {training_size}")
    return 1 / training_size / 100
