"""What a training step is asked for, whatever way it is taken."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass

from torch import Tensor

from ._protocol import FIDELITY_PRESETS, Fidelity, FitOptions, StepOptions
from .device import multiplying
from .loss_scale import LossScale
from .measurements import Measurements
from .models import Network, check_model
from .objective import default_beta
from .stages import Stages

NEGLIGIBLE = 1e-7
"""A part of the loss with a weight up to this is left out."""

MOMENTUM = 0.9
"""Of the optimizer "sgd"."""

Observer = Callable[[bool, Tensor], None]
"""Told of every forward, before anything moves: whether it used the stored noise, and its CE."""


def resolve_fidelity(options: StepOptions | FitOptions) -> Fidelity:
    """The four switches: the preset's, unless the options override them one by one."""
    preset = FIDELITY_PRESETS[options.fidelity]
    overrides = {name: getattr(options, name) for name in Fidelity.model_fields}
    return preset.model_copy(update={n: v for n, v in overrides.items() if v is not None})


@dataclass(eq=False)
class TrainingStep(ABC):
    """The options of a step of ``model``, with what follows from them.

    Attributes:
        model: is to be in train mode when the step is taken.
        training_size: the N of the default beta.
        observe: see ``Observer``.
        stages: what is computed elsewhere; None: nothing.
        fidelity: the four switches.
        beta: of the KL divergence in the loss.
        bayesian: whether the weights are drawn.
        ratio: of the adversarial loss in the loss; 0 where no weights are drawn.
        every_forward: whether forwards that are no part of the loss move the running statistics.
        accumulates: whether the gradients of the noise are never cleared.
        scale: of the loss, in float16.
    """

    model: Network
    options: StepOptions | FitOptions
    training_size: int
    observe: Observer | None = None
    stages: Stages | None = None

    def __post_init__(self) -> None:
        """What follows from the options."""
        check_model(self.model)
        options = self.options
        self.fidelity = resolve_fidelity(options)
        self.beta = default_beta(self.training_size) if options.beta is None else options.beta
        self.bayesian = self.model.bayesian
        self.ratio = options.ratio if self.bayesian else 0.0
        self.every_forward = self.fidelity.running_statistics == "every-forward"
        self.accumulates = self.fidelity.epsilon_gradients == "accumulated"
        self.scale = LossScale(self.model.spec.dtype)

    def __call__(self, x: Tensor, y: Tensor) -> Measurements:
        """One step on images x [N, 3, H, W] of classes y [N], int64.

        Nothing here waits for the device, except in float16.
        """
        with multiplying(tf32=self.options.tf32):
            return self._step(x, y)

    def set_beta(self, beta: float) -> None:
        """From the next step on."""
        self.beta = beta

    @abstractmethod
    def _step(self, x: Tensor, y: Tensor) -> Measurements: ...
