"""Which epoch is the best, and when a run has waited long enough."""

from __future__ import annotations

from typing import Any

import pytest

from adversarial_sampling._protocol import (
    Best,
    EpochEvent,
    FitOptions,
    Keep,
    TrainingMeans,
    Validation,
)
from adversarial_sampling.errors import AdversarialSamplingError
from adversarial_sampling.patience import better, check_metric, is_spent
from adversarial_sampling.run_files import beside


def event(epoch: int, loss: float, accuracy: float) -> EpochEvent:
    means: dict[str, Any] = dict.fromkeys(
        ("crossEntropy", "kl", "adversarialLoss", "adversarialRise")
    )
    return EpochEvent(
        timestamp=None,
        epoch=epoch,
        epochs=9,
        step=epoch,
        train=TrainingMeans(loss=loss, accuracy=accuracy, **means),
        validation=Validation(loss=2 * loss, accuracy=accuracy / 2, images=1),
        images_per_second=1,
        learning_rate=1,
        seconds=1,
    )


@pytest.mark.parametrize(
    ("metric", "best", "value"),
    [
        ("train/loss", 1, 1.0),
        ("validation/loss", 1, 2.0),
        ("train/accuracy", 2, 0.5),
        ("validation/accuracy", 2, 0.25),
    ],
)
def test_losses_are_to_be_low_and_accuracies_high_and_of_equal_ones_the_first_is_best(
    metric: Any, best: int, value: float
) -> None:
    options = FitOptions(metric=metric, patience=2)
    found: Best | None = None
    for one in (event(0, 3, 0.25), event(1, 1, 0.25), event(2, 2, 0.5), event(3, 1, 0.5)):
        found = better(one, found, options)
    assert found == Best(epoch=best, value=value)
    assert not is_spent(best + 2, found, options)
    assert is_spent(best + 3, found, options)
    assert not is_spent(99, found, FitOptions(metric=metric))


def test_what_is_not_validated_has_no_metric_of_it() -> None:
    with pytest.raises(AdversarialSamplingError, match="metric: expected one of the training"):
        check_metric(FitOptions(patience=1), Keep(), validated=False)
    check_metric(FitOptions(patience=1, metric="train/loss"), Keep(), validated=False)
    check_metric(FitOptions(), Keep(every=1), validated=False)


def test_kept_models_lie_beside_the_checkpoint() -> None:
    assert str(beside("a.b/c.safetensors", "best")) == "a.b/c-best.safetensors"
    assert str(beside("a.b/c", "epoch-3")) == "a.b/c-epoch-3"
