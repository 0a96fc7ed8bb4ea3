"""What every model is: a network that answers with logits and a KL divergence."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Generator
from contextlib import contextmanager

import torch
from torch import Tensor, nn

from .._protocol import (
    ARCHITECTURES,
    ModelSpec,
    NetworkSpec,
    Normalization,
    TensorInfo,
    TensorRole,
)
from ..dtypes import dtype_name
from ..errors import AdversarialSamplingError
from ..layers import BatchNorm, Gaussian, Layer, kl_divergence
from ..noise import GlobalNoise, NoiseSource

AUTOCAST = {"float16": torch.float16, "bfloat16": torch.bfloat16}
"""The dtypes that compute under autocast, with float32 parameters."""


def parameter_dtype(spec: ModelSpec) -> torch.dtype:
    """Of the parameters, the logits and the losses."""
    return torch.float64 if spec.dtype == "float64" else torch.float32


class Network(nn.Module, ABC):
    """A model with its ``spec``.

    Subclasses say what enters the last layer (``embed``) and what the last layer makes of it
    (``classify``).
    """

    normalization: Normalization | None = None
    """Of the pixels that it was trained on; None when it was trained on none, or nobody knows."""

    _noise: NoiseSource = GlobalNoise()

    def __init__(self, spec: ModelSpec) -> None:
        super().__init__()
        self.spec = spec

    @abstractmethod
    def embed(self, x: Tensor, sample: bool, fix: bool) -> Tensor:
        """What enters the last layer."""

    @abstractmethod
    def classify(self, features: Tensor, sample: bool, fix: bool) -> Tensor:
        """The last layer."""

    def check_input(self, shape: torch.Size) -> None:
        """Raises a ``usage`` error when inputs of this shape cannot be taken.

        A layer on its own says so itself, once it is given one.
        """
        if isinstance(self.spec, NetworkSpec):
            _check_images(shape, self.spec)

    def check_numbers(self) -> None:
        """Raises a ``usage`` error when it was cast since it was built, or has no numbers."""
        expected, device = parameter_dtype(self.spec), self.device
        named = str(expected).removeprefix("torch.")
        for name, tensor in (*self.named_parameters(), *self.named_buffers()):
            if tensor.is_floating_point() and tensor.dtype != expected:
                raise AdversarialSamplingError(
                    f"expected tensors of {named}, as the model's spec says, got "
                    f"{name} of {dtype_name(tensor)}",
                    suggestion=f'build it with dtype="{dtype_name(tensor)}" instead of casting it',
                )
            if tensor.device != device or tensor.is_meta:
                raise AdversarialSamplingError(
                    f"expected all of the model on one device, got {name} on {tensor.device}",
                    suggestion=None if tensor.is_meta else f'move it there: model.to("{device}")',
                )

    def narrowest(self, shape: torch.Size) -> str | None:
        """The first batch norm that sees one pixel alone of an image of this shape, if any does."""
        del shape
        return None

    def check_batch(self, shape: torch.Size, name: str = "the batch") -> None:
        """Raises a ``usage`` error when batch norm cannot go by the statistics of such a batch.

        One value a channel has no variance: that is one image, of which a layer sees one pixel.
        """
        if shape[0] > 1 or not any(isinstance(layer, BatchNorm) for layer in self.modules()):
            return
        if shape[0] == 0:
            raise AdversarialSamplingError(f"expected images in {name}, got shape {list(shape)}")
        layer = self.narrowest(shape)
        if layer is not None:
            raise AdversarialSamplingError(
                f"{name} has 1 image, of {shape[2]}x{shape[3]}, and of that batch norm {layer} "
                "sees 1 pixel: expected more than one value a channel, for a variance",
                suggestion="take another batch size, an image more or less, or larger images",
            )

    @property
    def noise(self) -> NoiseSource:
        """Where all layers draw fresh noise from."""
        return self._noise

    @noise.setter
    def noise(self, source: NoiseSource) -> None:
        self._noise = source
        for layer in self.gaussian_layers().values():
            layer.draw_from(source)

    @contextmanager
    def drawing_from(self, source: NoiseSource) -> Generator[None]:
        """Draws from ``source`` inside it, and from its own noise again afterwards."""
        own = self.noise
        self.noise = source
        try:
            yield
        finally:
            self.noise = own

    @contextmanager
    def in_mode(self, *, train: bool) -> Generator[None]:
        """In train or eval mode inside it, and in its own mode again afterwards."""
        before = self.training
        self.train(train)
        try:
            yield
        finally:
            self.train(before)

    @property
    def device(self) -> torch.device:
        """Where the parameters are (the CPU for a layer that has none)."""
        return next((p.device for p in self.parameters()), torch.device("cpu"))

    @property
    def bayesian(self) -> bool:
        """Whether any weight is drawn."""
        return any(layer.posteriors() for layer in self.gaussian_layers().values())

    def gaussian_layers(self) -> dict[str, Gaussian]:
        """By name, in registration order."""
        return {n: layer for n, layer in self.named_modules() if isinstance(layer, Gaussian)}

    def layers(self) -> dict[str, Layer]:
        """By name, in registration order."""
        return {n: layer for n, layer in self.named_modules() if isinstance(layer, Layer)}

    def executed(self) -> list[Layer]:
        """The layers in the order in which a forward calls them."""
        return list(self.layers().values())

    def stored_noise(self) -> dict[str, Tensor]:
        """The stored eps by name, in registration order, weight then bias."""
        return self._of_role("noise")

    def running_statistics(self) -> dict[str, Tensor]:
        """Running means and variances by name, in registration order."""
        return self._of_role("runningMean", "runningVariance")

    def tensor_infos(self) -> tuple[TensorInfo, ...]:
        """Parameters and buffers, in the order of ``state_dict``."""
        infos: list[TensorInfo] = []
        for name, tensor in self.state_dict().items():
            layer, _, own = name.rpartition(".")
            role, part = self.layers()[layer].purposes[own]
            infos.append(
                TensorInfo(
                    name=name,
                    layer=layer,
                    role=role,
                    part=part,
                    dtype=dtype_name(tensor),
                    shape=tuple(tensor.shape),
                )
            )
        return tuple(infos)

    def _of_role(self, *roles: TensorRole) -> dict[str, Tensor]:
        """The tensors themselves, not copies."""
        return {
            f"{layer_name}.{name}" if layer_name else name: getattr(layer, name)
            for layer_name, layer in self.layers().items()
            for name, purpose in layer.purposes.items()
            if purpose.role in roles
        }

    def kl(self) -> Tensor:
        """KL divergence of all weights from their prior, a scalar, in nats."""
        layers = self.gaussian_layers().values()
        return kl_divergence([p for layer in layers for p in layer.posteriors()], self.prior_sigma)

    @property
    def prior_sigma(self) -> float:
        """Standard deviation of the prior of every weight."""
        return self.spec.prior_sigma

    def output(
        self, x: Tensor, sample: bool = True, fix: bool = False, features: bool = False
    ) -> Tensor:
        """The output alone, in the parameters' dtype; ``forward`` without its KL divergence."""
        if not x.is_floating_point():
            raise AdversarialSamplingError(
                f"expected an input of floating point numbers, got {dtype_name(x)}",
                suggestion="normalise pixels first",
            )
        self.check_input(x.shape)
        if self.training:
            self.check_batch(x.shape)
        dtype = parameter_dtype(self.spec)
        if next((p.dtype for p in self.parameters()), dtype) != dtype:
            self.check_numbers()
        low = AUTOCAST.get(self.spec.dtype)
        with torch.autocast(x.device.type, dtype=low, enabled=low is not None):
            out = self.embed(x.to(dtype), sample, fix)
            if not features:
                out = self.classify(out, sample, fix)
        return out.to(dtype)

    def forward(
        self, x: Tensor, sample: bool = True, fix: bool = False, features: bool = False
    ) -> tuple[Tensor, Tensor]:
        """Output and KL divergence.

        Args:
            x: the input, [N, 3, H, W] for networks; cast to the parameters' dtype.
            sample: False uses the mean weights alone, and their KL counts as 0.
            fix: True uses the stored noise; otherwise it is drawn afresh and not stored.
            features: True answers what enters the last layer instead of logits [N, classes].

        Raises:
            AdversarialSamplingError: ``usage`` when the input has not the shape that it takes, or
                in train mode leaves a batch norm one value a channel.
        """
        out = self.output(x, sample, fix, features)
        return out, self.kl() if sample else out.new_zeros(())


def _check_images(shape: torch.Size, spec: NetworkSpec) -> None:
    facts = ARCHITECTURES[spec.kind]
    channels, side = facts.channels, facts.side
    if len(shape) != 4 or shape[1] != channels or shape[2] != shape[3] or shape[2] < 1:
        raise AdversarialSamplingError(
            f"expected square images of shape [N, {channels}, H, H], got {list(shape)}"
        )
    if side is not None and shape[2] != side:
        raise AdversarialSamplingError(
            f"{spec.kind} takes images of {side}x{side}, got {shape[2]}x{shape[3]}",
            suggestion=f"resize the images to {side}x{side} or take a ResNet",
        )
