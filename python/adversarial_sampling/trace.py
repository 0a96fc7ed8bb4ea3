"""Training steps with every forward of theirs recorded, to compare with another implementation."""

from __future__ import annotations

from collections.abc import Iterable

from torch import Tensor

from ._protocol import ForwardRecord, InputNormalization, StepOptions, StepRecord
from .data import Images
from .fast import FastStep
from .measurements import read_back
from .models import Network
from .noise import NoiseSource, WaveNoise, digest
from .normalization import resolve_normalization
from .passes import prepare
from .stages import Stages


class CountedDraws:
    """Numbers the draws of another source."""

    def __init__(self, source: NoiseSource) -> None:
        self._source = source
        self.next = source.next if isinstance(source, WaveNoise) else 0

    def draw(self, like: Tensor) -> Tensor:
        """The next draw, with the shape, dtype and device of ``like``."""
        self.next += 1
        return self._source.draw(like)


def trace(
    model: Network,
    batches: Iterable[Images],
    options: StepOptions,
    training_size: int,
    noise: NoiseSource,
    normalization: InputNormalization = "model",
    stages: Stages | None = None,
) -> list[StepRecord]:
    """Takes one training step a batch, with one optimizer, and records what it did.

    Args:
        model: is trained; its mode and noise are its own again afterwards.
        batches: images [N, 3, H, W], and their classes. Whole numbers are pixels, floating point
            numbers the network's input, unless ``normalization`` says otherwise.
        options: of the step.
        training_size: N of beta = 1 / N / 100.
        noise: where the draws come from; ``draws`` counts them from 0, or from ``noise.next``.
        normalization: as for ``fit``; the model does not keep it.
        stages: what of each step is computed elsewhere.
    """
    batches = list(batches)
    for number, batch in enumerate(batches, 1):
        model.check_input(batch.images.shape)
        model.check_batch(batch.images.shape, f"batch {number} of {len(batches)}")
        resolve_normalization(model.normalization, batch.images, normalization)
    forwards: list[ForwardRecord] = []

    def observe(fixed_noise: bool, loss: Tensor) -> None:
        forwards.append(
            ForwardRecord(
                fixed_noise=fixed_noise,
                eps=digests(model.stored_noise()) if fixed_noise else None,
                loss=loss.item(),
                kl=model.kl().item() if model.bayesian else None,
            )
        )

    source = CountedDraws(noise)
    with model.drawing_from(source), model.in_mode(train=True):
        step = FastStep(model, options, training_size, observe, stages)
        records: list[StepRecord] = []
        for batch in batches:
            first = source.next
            x = prepare(model, batch.images, normalization)
            [means] = read_back([step(x, batch.labels.to(model.device).long())])
            records.append(
                StepRecord(
                    loss=means.loss,
                    accuracy=means.accuracy,
                    draws=(first, source.next),
                    forwards=tuple(forwards),
                    parameters=digests(dict(model.named_parameters())),
                    running=digests(model.running_statistics()),
                )
            )
            forwards.clear()
    return records


def digests(tensors: dict[str, Tensor]) -> dict[str, tuple[float, float, float]]:
    """Of each tensor, by the same names."""
    return {name: digest(tensor) for name, tensor in tensors.items()}
