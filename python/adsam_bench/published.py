"""The published code, from a checkout of it: its layers and networks, driven as it documents.

None of it is here. The steps below are written from the description of what it computes; where
the published loop does more (it walks all modules again and again, and loads data on the way),
it is spared that.
"""

from __future__ import annotations

import importlib
import subprocess
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext, suppress
from pathlib import Path
from typing import cast
from unittest.mock import patch

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from . import inputs
from .request import Request, Unmeasured
from .turns import Turns

INITIAL, PRIOR, TRAINING_SIZE = 0.15, 0.15, 50_000
STEP_SIZE, STEPS, RATIO, LEARNING_RATE = 0.02, 5, 0.8, 0.01

Sampled = Callable[..., tuple[Tensor, Tensor]]
"""A network of the published code: logits and the KL divergence."""


def train(request: Request, turns: Turns) -> None:
    """Training steps on one batch that is on the device."""
    made, versions = network(request, turns.device)
    made.train()
    x, y = inputs.batch(request, turns.device)
    turns.ready(versions)
    optimizer = torch.optim.Adam(made.parameters(), lr=LEARNING_RATE)
    with cuda_where_it_is(turns.device):
        turns.take(lambda: step(made, optimizer, x, y))


def answer(request: Request, turns: Turns) -> None:
    """Monte Carlo predictions of a batch that is on the device."""
    made, versions = network(request, turns.device)
    made.eval()
    x, _ = inputs.batch(request, turns.device)
    turns.ready(versions)
    with cuda_where_it_is(turns.device):
        turns.take(lambda: _predict(made, x, request.samples))


def step(network: nn.Module, optimizer: torch.optim.Optimizer, x: Tensor, y: Tensor) -> None:
    """One training step of Adversarial Sampling, as the published loop takes it."""
    sampled = cast(Sampled, network)
    noise = [b for name, b in network.named_buffers() if name.split(".")[-1].startswith("eps_")]
    for eps in noise:
        eps.requires_grad_(False).normal_().requires_grad_()
    for _ in range(STEPS):
        logits, _ = sampled(x, fix=True)
        network.zero_grad()
        (-F.cross_entropy(logits, y)).backward()
        with torch.no_grad():
            for eps in noise:
                eps.sub_(STEP_SIZE * cast("Tensor", eps.grad).sign())
    logits, _ = sampled(x, fix=True)
    worst = F.cross_entropy(logits, y)
    logits, kl = sampled(x)
    expected = F.cross_entropy(logits, y) + kl / TRAINING_SIZE / 100
    loss = (1 - RATIO) * expected + RATIO * worst
    judged, _ = sampled(x)  # for the accuracy, and recorded for differentiation as the others are
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    _read_back(loss, judged, y)


def _read_back(loss: Tensor, logits: Tensor, y: Tensor) -> tuple[float, float]:
    """The published loop waits for both in every step."""
    return loss.item(), (logits.argmax(dim=1) == y).float().mean().item()


@torch.no_grad()
def _predict(network: nn.Module, x: Tensor, samples: int) -> tuple[Tensor, Tensor, Tensor]:
    """Logits [S, N, classes], Ha [N] and He [N]."""
    sampled = cast(Sampled, network)
    logits: list[Tensor] = []
    entropies: list[Tensor] = []
    for _ in range(samples):
        drawn, _ = sampled(x)
        logits.append(drawn)
        entropies.append(torch.distributions.Categorical(probs=drawn.softmax(dim=1)).entropy())
    entropy = torch.stack(entropies)
    mean = entropy.mean(dim=0)
    return torch.stack(logits), mean, (entropy - mean).abs().mean(dim=0)


def network(request: Request, device: torch.device) -> tuple[nn.Module, dict[str, str]]:
    """Built by the checkout's own modules, and which commit it is of."""
    if request.checkout is None:
        raise Unmeasured("no checkout of it was given (--reference)")
    checkout = Path(request.checkout)
    sys.path.insert(0, str(checkout))
    try:
        if request.network.startswith("vgg"):
            made = importlib.import_module("models.vgg_vi").VGG_vi(
                PRIOR, TRAINING_SIZE, INITIAL, request.network.upper(), inputs.CLASSES
            )
        else:
            make = getattr(importlib.import_module("models.resnet_vi"), f"{request.network}_vi")
            made = make(N=TRAINING_SIZE, num_classes=inputs.CLASSES)
    finally:
        sys.path.remove(str(checkout))
    return made.to(device), {"published code": _commit(checkout)}


def _commit(checkout: Path) -> str:
    with suppress(OSError, subprocess.CalledProcessError):
        words = ["git", "-C", str(checkout), "rev-parse", "HEAD"]
        return subprocess.check_output(words, text=True, stderr=subprocess.DEVNULL).strip()  # noqa: S603
    return "of an unknown commit"


def cuda_where_it_is(device: torch.device) -> AbstractContextManager[object]:
    """It draws on the CPU and moves each draw to CUDA; without CUDA they stay where they are."""
    if device.type == "cuda":
        return nullcontext()
    return patch.object(torch.Tensor, "cuda", _same)


def _same(tensor: Tensor) -> Tensor:
    return tensor
