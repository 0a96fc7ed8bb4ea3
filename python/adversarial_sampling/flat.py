"""All weights of a model in a few flat vectors, of which the model's own tensors are views."""

from __future__ import annotations

import torch
from torch import Tensor

from .layout import Layout, fill
from .models import Network
from .noise import NoiseSource


class FlatModel(Layout):
    """A model whose parameters and stored noise lie in the vectors here.

    They keep their names, values and shapes, and whatever moves the one moves the other.

    Attributes:
        theta: what is trained.
        eps: the stored noise, P elements; none for a plain network.
    """

    def __init__(self, model: Network) -> None:
        super().__init__(model)
        self.theta = self.gathered()
        self.eps = torch.zeros_like(self.theta[: self.size if self.bayesian else 0])
        parameters = self.parameters()
        for name, parameter in parameters.items():
            parameter.data = self.view(self.theta, name)
        if self.bayesian:
            for part in self.parts:
                part.of(self.eps).copy_(part.tensor("eps"))
                setattr(part.layer, part.name("eps"), part.of(self.eps))
        self._frozen = [name for name, p in parameters.items() if not p.requires_grad]

    @property
    def mu(self) -> Tensor:
        """The means, or the weights of a plain network."""
        return self.theta[: self.size]

    @property
    def log_sigma(self) -> Tensor:
        """Of a Bayesian model; no elements for a plain one."""
        return self.theta[self.size :]

    def draw_stored(self, source: NoiseSource) -> Tensor:
        """``eps ~ N(0, 1)``, one draw a tensor in registration order."""
        return fill(self.eps, self.parts, source)

    def clear_frozen(self, gradient: Tensor) -> None:
        """Parameters that ask for no gradient have one of 0."""
        for name in self._frozen:
            self.view(gradient, name).zero_()
