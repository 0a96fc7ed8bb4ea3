"""What changes over a run: the learning rate, and the weight of the KL divergence."""

from __future__ import annotations

from ._protocol import FitOptions
from .errors import AdversarialSamplingError


def check_schedules(options: FitOptions) -> None:
    """Before training.

    Raises:
        AdversarialSamplingError: ``usage`` for a cycle without a warm-up, or with no room for it.
    """
    warmup, cycle = options.beta_warmup, options.beta_cycle
    if cycle and (not warmup or cycle < warmup):
        expected = (
            f"at least the {warmup} epochs of beta_warmup" if warmup else "none without beta_warmup"
        )
        raise AdversarialSamplingError(
            f"beta_cycle: expected {expected}, got {cycle}",
            suggestion="beta_warmup is the part of a cycle in which beta rises",
        )


def learning_rate(options: FitOptions, epoch: int) -> float:
    """Of an epoch, counted from 0: multiplied by ``decay`` at every milestone reached."""
    reached = sum(epoch >= milestone for milestone in options.milestones)
    return options.learning_rate * options.decay**reached


def beta_share(options: FitOptions, epoch: int, batch: int, batches: int) -> float:
    """The part of beta that a step is taken with.

    It rises linearly from 0 to 1 over the first ``beta_warmup`` epochs (Bowman et al., "Generating
    Sentences from a Continuous Space", CoNLL 2016), or over those of each ``beta_cycle`` (Fu et
    al., "Cyclical Annealing Schedule", NAACL 2019), and stays there.

    Args:
        options: of the run.
        epoch: counted from 0.
        batch: steps taken in the epoch before it.
        batches: steps of an epoch.
    """
    if options.beta_warmup == 0:
        return 1.0
    within = epoch % options.beta_cycle if options.beta_cycle else epoch
    return min(1.0, (within * batches + batch) / (options.beta_warmup * batches))
