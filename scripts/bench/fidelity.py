"""What the published code's accumulated eps gradients do to Adversarial Sampling, on the digits.

    PYTHONPATH=python python scripts/bench/fidelity.py [epochs] [seeds]

For each epoch: in how many of the weights the sign that moves eps agrees with the sign of the gradient at hand, and by
how much the ascent raises the cross-entropy. All else is as in fidelity "reference".
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor

from adversarial_sampling import AdversarialStep, NetworkSpec, StepOptions, build
from adversarial_sampling.ascent import NoiseAscent

BATCH = 100
TEST_IMAGES = 360


class Watched(NoiseAscent):
    """Counts where the sign taken is that of the gradient at hand."""

    agreeing = 0
    counted = 0

    def climb(self, gradients: Sequence[Tensor]) -> None:
        super().climb(gradients)
        for gradient, taken in zip(gradients, self.sums or gradients, strict=True):
            self.agreeing += int((gradient.sign() == taken.sign()).sum())
            self.counted += gradient.numel()


def digits() -> tuple[Tensor, Tensor]:
    data = load_file(Path(__file__).parents[2] / "data" / "digits.safetensors")
    pixels = data["images"][:-TEST_IMAGES].float() / 16
    images = ((pixels - pixels.mean()) / pixels.std()).unsqueeze(1).repeat(1, 3, 1, 1)
    return images, data["labels"][:-TEST_IMAGES].long()


def measure(gradients: str, epochs: int, seed: int) -> None:
    images, labels = digits()
    model = build(NetworkSpec(kind="resnet20", init_log_sigma=-3, seed=seed)).train()
    options = StepOptions(epsilon_gradients=gradients)
    step = AdversarialStep(model, options, len(images))
    step.ascent = watched = Watched(
        step.ascent.eps, options.step_size, accumulate=gradients == "accumulated"
    )
    order = torch.Generator().manual_seed(seed)
    for epoch in range(epochs):
        step.restart_optimizer()
        watched.agreeing = watched.counted = 0
        rises: list[float] = []
        for indices in torch.randperm(len(images), generator=order).split(BATCH):
            rises.append(float(step(images[indices], labels[indices]).adversarial_rise))
        print(
            f"{gradients:12} seed {seed} epoch {epoch + 1}: sign agrees in "
            f"{100 * watched.agreeing / watched.counted:5.1f} % of the weights, "
            f"cross-entropy rises by {sum(rises) / len(rises):.4f}",
            flush=True,
        )


if __name__ == "__main__":
    given = [int(word) for word in sys.argv[1:]]
    epochs, seeds = given + [10, 3][len(given) :]
    for seed in range(seeds):
        for gradients in ("accumulated", "fresh"):
            measure(gradients, epochs, seed)
