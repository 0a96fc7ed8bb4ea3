"""Training that has come to numbers from which it cannot go on."""

from __future__ import annotations

from math import isfinite, isnan

import torch

from ._protocol import EpochEvent, StepEvent
from .errors import AdversarialSamplingError
from .models import Network


def loss_diverged(step: StepEvent) -> AdversarialSamplingError:
    """The ``diverged`` error of a step whose loss is no finite number."""
    return _diverged(f"the loss is {_name_of(step.loss)}", step)


def check_validation(epoch: EpochEvent) -> None:
    """Raises a ``diverged`` error unless the epoch's loss on the test images, if any, is finite.

    Weights may be finite and yet so large that no output of theirs is.
    """
    validation = epoch.validation
    if validation is not None and not isfinite(validation.loss):
        raise _diverged(f"the loss on the test images is {_name_of(validation.loss)}", epoch)


def check_weights(model: Network, last: StepEvent) -> None:
    """Raises a ``diverged`` error, naming the first offender, unless all tensors are finite.

    Waits for the device: to be asked when the model is written down, not at every step.

    Args:
        model: to be written down.
        last: the last step that it took.
    """
    tensors = {n: t for n, t in model.state_dict().items() if t.is_floating_point()}
    finite = torch.stack([tensor.isfinite().all() for tensor in tensors.values()])
    if not finite.all():
        name = list(tensors)[int(finite.int().argmin())]
        raise _diverged(f"{name} holds NaN or infinity (loss {last.loss:g})", last)


def _name_of(loss: float) -> str:
    return "NaN" if isnan(loss) else "infinite"


def _diverged(what: str, step: StepEvent | EpochEvent) -> AdversarialSamplingError:
    return AdversarialSamplingError(
        f"training diverged at step {step.step}, in epoch {step.epoch + 1}: {what}",
        code="diverged",
        suggestion=f"start anew with a learning rate below {step.learning_rate:g}",
    )
