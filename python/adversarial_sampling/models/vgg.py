"""VGG networks with batch norm for 32x32 images (Simonyan & Zisserman, ICLR 2015)."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from .._protocol import NetworkSpec
from ..errors import AdversarialSamplingError
from ..layers import Family, Layer
from .network import Network, check_images

SIZE = 32

CONVOLUTIONS = {
    "vgg11": (1, 1, 2, 2, 2),
    "vgg13": (2, 2, 2, 2, 2),
    "vgg16": (2, 2, 3, 3, 3),
    "vgg19": (2, 2, 4, 4, 4),
}
"""How many convolutions before each of the five poolings."""

PLANES = (64, 128, 256, 512, 512)


class VGG(Network):
    """Five groups of convolutions, each followed by a pooling, and one linear layer.

    The classifier is registered first, as in the published code: that decides the order of the
    checkpoint's tensors and of the stored noise.
    """

    def __init__(self, spec: NetworkSpec, family: Family) -> None:
        super().__init__(spec)
        self.classifier = family.linear(PLANES[-1], spec.classes)
        self.features = nn.ModuleList(_features(family, CONVOLUTIONS[spec.kind]))

    def check_input(self, shape: torch.Size) -> None:
        """Images of 32x32."""
        check_images(shape)
        if shape[2] != SIZE:
            raise AdversarialSamplingError(
                f"{self.spec.kind} takes images of {SIZE}x{SIZE}, got {shape[2]}x{shape[3]}",
                suggestion=f"resize the images to {SIZE}x{SIZE} or take a ResNet",
            )

    def executed(self) -> list[Layer]:
        """The classifier last."""
        return [m for m in [*self.features, self.classifier] if isinstance(m, Layer)]

    def embed(self, x: Tensor, sample: bool, fix: bool) -> Tensor:
        """[N, 3, 32, 32] to [N, 512]."""
        for module in self.features:
            x = module.respond(x, sample, fix) if isinstance(module, Layer) else module(x)
        return x.flatten(1)

    def classify(self, features: Tensor, sample: bool, fix: bool) -> Tensor:
        """[N, 512] to [N, classes]."""
        return self.classifier.respond(features, sample, fix)


def _features(family: Family, convolutions: tuple[int, ...]) -> list[nn.Module]:
    modules: list[nn.Module] = []
    channels = 3
    for planes, count in zip(PLANES, convolutions, strict=True):
        for _ in range(count):
            modules += [
                family.conv3x3(channels, planes, bias=True),
                family.batch_norm(planes),
                nn.ReLU(),
            ]
            channels = planes
        modules.append(nn.MaxPool2d(2))
    return [*modules, nn.AvgPool2d(SIZE >> len(convolutions))]
