"""VGG networks with batch norm for 32x32 images (Simonyan & Zisserman, ICLR 2015)."""

from __future__ import annotations

from torch import Tensor, nn

from .._protocol import NetworkSpec, VggFacts
from ..layers import BatchNorm, Family, Layer
from .network import Network

PLANES = (64, 128, 256, 512, 512)


class VGG(Network):
    """Five groups of convolutions, each followed by a pooling, and one linear layer.

    The classifier is registered first, as in the published code: that decides the order of the
    checkpoint's tensors and of the stored noise.
    """

    def __init__(self, spec: NetworkSpec, facts: VggFacts, family: Family) -> None:
        super().__init__(spec)
        self.classifier = family.linear(PLANES[-1], spec.classes)
        self.features = nn.ModuleList(_features(family, facts))

    def executed(self) -> list[Layer]:
        """The classifier last."""
        return [m for m in [*self.features, self.classifier] if isinstance(m, Layer)]

    def embed(self, x: Tensor, sample: bool, fix: bool) -> Tensor:
        """[N, 3, 32, 32] to [N, 512]."""
        for module in self.features:
            if isinstance(module, BatchNorm):
                x = module.rectified(x, sample, fix)
            elif isinstance(module, Layer):
                x = module.respond(x, sample, fix)
            elif not isinstance(module, nn.ReLU):  # a batch norm is behind it, which has done it
                x = module(x)
        return x.flatten(1)

    def classify(self, features: Tensor, sample: bool, fix: bool) -> Tensor:
        """[N, 512] to [N, classes]."""
        return self.classifier.respond(features, sample, fix)


def _features(family: Family, facts: VggFacts) -> list[nn.Module]:
    modules: list[nn.Module] = []
    channels = facts.channels
    for planes, count in zip(PLANES, facts.convolutions, strict=True):
        for _ in range(count):
            modules += [
                family.conv3x3(channels, planes, bias=True),
                family.batch_norm(planes),
                nn.ReLU(),
            ]
            channels = planes
        modules.append(nn.MaxPool2d(2))
    # Five poolings leave one of 32 pixels, of which an average pool makes itself: it counts in the
    # names of what would follow.
    return [*modules, nn.AvgPool2d(1)]
