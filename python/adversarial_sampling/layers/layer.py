"""What all layers share: they answer with an output and a KL divergence."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable

from torch import Tensor, nn

Tap = Callable[[str, Tensor], None]
"""Takes "input", "weight", "bias" or "output", and the tensor."""

Weights = tuple[Tensor | None, Tensor | None]
"""Weight and bias; None where the layer has none."""


class Layer(nn.Module, ABC):
    """An operation (``transform``) with its weight and bias (``weights``).

    Subclasses of ``Gaussian`` draw their weights, those of ``Point`` have them; both are called
    alike, so that one definition of a network serves both.
    """

    tap: Tap | None = None
    """Told of every tensor on the way, while somebody inspects."""

    given: Weights | None = None
    """Used in place of ``weights``, while somebody works on all weights as one vector."""

    @abstractmethod
    def weights(self, sample: bool, fix: bool) -> Weights:
        """Weight and bias of one forward; see ``forward`` for the arguments."""

    @abstractmethod
    def transform(self, x: Tensor, weight: Tensor | None, bias: Tensor | None) -> Tensor:
        """The operation itself."""

    @abstractmethod
    def kl(self) -> Tensor:
        """KL divergence of the weights from their prior, a scalar."""

    def respond(self, x: Tensor, sample: bool = True, fix: bool = False) -> Tensor:
        """The output alone, for callers that add up the KL divergence elsewhere."""
        weight, bias = self.given or self.weights(sample, fix)
        if self.tap is None:
            return self.transform(x, weight, bias)
        for part, tensor in (("input", x), ("weight", weight), ("bias", bias)):
            if tensor is not None:
                self.tap(part, tensor)
        out = self.transform(x, weight, bias)
        self.tap("output", out)
        return out

    def forward(self, x: Tensor, sample: bool = True, fix: bool = False) -> tuple[Tensor, Tensor]:
        """Output and KL divergence.

        Args:
            x: the input.
            sample: False uses the mean weights alone, and their KL counts as 0.
            fix: True uses the stored noise; otherwise it is drawn afresh and not stored.
        """
        out = self.respond(x, sample, fix)
        return out, self.kl() if sample else out.new_zeros(())
