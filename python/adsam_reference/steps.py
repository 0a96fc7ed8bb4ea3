"""Training steps of the published loop, every forward of theirs recorded."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import redirect_stdout
from io import StringIO
from typing import Any

import torch
from torch import Tensor, nn

from adversarial_sampling._protocol import (
    ForwardRecord,
    InputNormalization,
    StepOptions,
    StepRecord,
)
from adversarial_sampling.data import Images
from adversarial_sampling.noise import NoiseSource
from adversarial_sampling.objective import cross_entropy
from adversarial_sampling.passes import prepare
from adversarial_sampling.step import MOMENTUM, resolve_fidelity
from adversarial_sampling.trace import CountedDraws, digests

from .checkout import Published
from .network import PublishedNetwork, unsupported

STEP_SIZE, STEPS = 0.02, 5
"""Which the published loop has no options for."""


def check_step(options: StepOptions, *, bayesian: bool) -> None:
    """Raises an ``unsupported`` error for a step that the published loop does not take."""
    fidelity = resolve_fidelity(options)
    fixed: dict[str, tuple[object, object]] = {
        "kernels": (options.kernels if options.kernels == "native" else "torch", "torch"),
        "tf32": (options.tf32, False),
    }
    if bayesian:
        fixed |= {
            "stepSize": (options.step_size, STEP_SIZE),
            "steps": (options.steps, STEPS),
            "beta": (options.beta, None),
            "metricForward": (fidelity.metric_forward, True),
            "runningStatistics": (fidelity.running_statistics, "every-forward"),
        }
    for name, (asked, has) in fixed.items():
        if asked != has:
            raise unsupported(f"its step has {name} = {has}, got {asked}")


def trace_published(
    model: PublishedNetwork,
    batches: Iterable[Images],
    options: StepOptions,
    training_size: int,
    noise: NoiseSource,
    code: Published,
    normalization: InputNormalization = "model",
) -> list[StepRecord]:
    """As ``trace``, by the loop of the checkout, batch by batch with one optimizer.

    The losses of a step are rounded to float32, as the loop reports them. With epsilon gradients
    "fresh", those of the noise are cleared before each forward, and nothing else differs.

    Raises:
        AdversarialSamplingError: ``unsupported`` for a step that the loop does not take.
    """
    check_step(options, bayesian=model.bayesian)
    fresh = resolve_fidelity(options).epsilon_gradients == "fresh"
    forwards: list[ForwardRecord] = []
    labels = torch.empty(0)

    def observe(_: nn.Module, _given: Any, named: dict[str, Any], answer: Any) -> None:
        fixed = named.get("fix", False)
        logits, kl = answer if model.bayesian else (answer, None)
        forwards.append(
            ForwardRecord(
                fixed_noise=fixed,
                eps=digests(model.stored_noise()) if fixed else None,
                loss=cross_entropy(logits.detach(), labels).item(),
                kl=None if kl is None else kl.item(),
            )
        )
        if fresh:
            _clear(model.stored_noise().values())

    source = CountedDraws(noise)
    optimizer = _optimizer(model, options)
    watch = model.published.register_forward_hook(observe, with_kwargs=True)
    records: list[StepRecord] = []
    try:
        with (
            model.drawing_from(source),
            model.in_mode(train=True),
            model.served(),
            redirect_stdout(StringIO()),  # it prints each step
        ):
            for batch in batches:
                first = source.next
                labels = batch.labels.to(model.device).long()
                loss, percent = code.utils.train(
                    [(prepare(model, batch.images, normalization), labels)],
                    model.published,
                    optimizer,
                    0,
                    training_size,
                    half=False,
                    double=model.spec.dtype == "float64",
                    vi=model.bayesian,
                    ratio=options.ratio,
                    samplings=options.samplings,
                )
                records.append(
                    StepRecord(
                        loss=loss,
                        accuracy=percent / 100,
                        draws=(first, source.next),
                        forwards=tuple(forwards),
                        parameters=digests(dict(model.named_parameters())),
                        running=digests(model.running_statistics()),
                    )
                )
                forwards.clear()
    finally:
        watch.remove()
        noises = model.stored_noise().values()
        _clear(noises)
        for eps in noises:
            eps.requires_grad_(False)  # as another step finds them in a new process
    return records


def _clear(noises: Iterable[Tensor]) -> None:
    for eps in noises:
        eps.grad = None


def _optimizer(model: PublishedNetwork, options: StepOptions) -> torch.optim.Optimizer:
    if options.optimizer == "sgd":
        return torch.optim.SGD(model.parameters(), options.learning_rate, momentum=MOMENTUM)
    return torch.optim.Adam(model.parameters(), options.learning_rate)
