"""Which epoch was the best, and whether a run has waited long enough for a better one."""

from __future__ import annotations

from ._protocol import Best, EpochEvent, FitOptions, Keep
from .errors import AdversarialSamplingError


def check_metric(options: FitOptions, keep: Keep, *, validated: bool) -> None:
    """Before training: whether there will be what epochs are compared by.

    Raises:
        AdversarialSamplingError: ``usage`` where the metric is of a validation that is not made.
    """
    needed = options.patience is not None or keep.best
    validated = validated and options.validation != "none"
    if needed and not validated and options.metric.startswith("validation/"):
        raise AdversarialSamplingError(
            f"metric: expected one of the training, got {options.metric} of a run that does not "
            "validate",
            suggestion="choose train/loss or train/accuracy, or have it validate",
        )


def better(event: EpochEvent, best: Best | None, options: FitOptions) -> Best | None:
    """The best epoch once this one is over: of equal ones the first; None without a metric."""
    kind, name = options.metric.split("/")
    means = event.train if kind == "train" else event.validation
    if means is None:
        return None
    value = float(getattr(means, name))
    is_best = best is None or (value > best.value if name == "accuracy" else value < best.value)
    return Best(epoch=event.epoch, value=value) if is_best else best


def is_spent(epochs: int, best: Best | None, options: FitOptions) -> bool:
    """Whether so many epochs have gone by without a best one that the run ends."""
    if options.patience is None or best is None:
        return False
    return epochs - 1 - best.epoch >= options.patience
