"""What all layers share: they answer with an output and a KL divergence."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Literal, NamedTuple

from torch import Tensor, nn

from .._protocol import TensorPart, TensorRole
from .kernels import Kernels

Tap = Callable[[str, Tensor], None]
"""Takes "input", "weight", "bias" or "output", and the tensor."""

WeightPart = Literal["weight", "bias"]

Weights = tuple[Tensor | None, Tensor | None]
"""Weight and bias; None where the layer has none."""


class Purpose(NamedTuple):
    """What a parameter or buffer is for, and of which part of the operation it is."""

    role: TensorRole
    part: TensorPart


class Layer(nn.Module, ABC):
    """An operation (``transform``) with its weight and bias (``weights``).

    Subclasses of ``Gaussian`` draw their weights, those of ``Point`` have them; both are called
    alike, so that one definition of a network serves both.
    """

    tap: Tap | None = None
    """Told of every tensor on the way, while somebody inspects."""

    given: Weights | None = None
    """Used in place of ``weights``, while somebody works on all weights as one vector."""

    kernels: Kernels | None = None
    """Used in place of torch's operations where they are faster, likewise."""

    elsewhere: Callable[..., Tensor] | None = None
    """Used in place of ``transform``, while the operation is computed elsewhere."""

    def __init__(self) -> None:
        super().__init__()
        self.purposes: dict[str, Purpose] = {}
        """Of its parameters and buffers, by the names of the checkpoint."""

    def hold(self, name: str, role: TensorRole, part: TensorPart, tensor: Tensor | None) -> None:
        """Takes a parameter or buffer under the name that the checkpoint has for it.

        None: the layer is made without it.
        """
        if isinstance(tensor, nn.Parameter):
            self.register_parameter(name, tensor)
        else:
            self.register_buffer(name, tensor)
        if tensor is not None:
            self.purposes[name] = Purpose(role, part)

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
        if self.elsewhere is not None:
            return self.elsewhere(*(part for part in (x, weight, bias) if part is not None))
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
