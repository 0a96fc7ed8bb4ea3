"""The same networks in plain torch.nn, deterministic: what all the others are measured against.

They owe nothing to this package's layers, so that these cannot make the floor they stand on faster.
"""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional as F

from adversarial_sampling._protocol import ARCHITECTURES, ResNetFacts, VggFacts
from adversarial_sampling.models.vgg import PLANES

from .inputs import CLASSES


def plain_network(kind: str) -> nn.Module:
    """A ResNet for images of any size, or a VGG for images of 32x32."""
    match ARCHITECTURES[kind]:
        case ResNetFacts(blocks=blocks):
            return PlainResNet(blocks)
        case VggFacts(convolutions=convolutions):
            return _vgg(convolutions)


class PlainBlock(nn.Module):
    """Two convolutions and a shortcut without parameters (option A)."""

    def __init__(self, channels: int, planes: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(channels, planes, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(planes)
        self.conv2 = nn.Conv2d(planes, planes, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(planes)
        self.stride = stride
        self.padding = (planes - channels) // 2

    def forward(self, x: Tensor) -> Tensor:
        """[N, channels, H, W] to [N, planes, H / stride, W / stride]."""
        out = self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x)))))
        if self.padding:
            x = F.pad(x[:, :, :: self.stride, :: self.stride], (0, 0) * 2 + (self.padding,) * 2)
        return F.relu(out + x)


class PlainResNet(nn.Module):
    """Three stages of ``blocks`` blocks."""

    def __init__(self, blocks: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, 16, 3, 1, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(16)
        stages = [(16, 16, 1), (16, 32, 2), (32, 64, 2)]
        self.stages = nn.Sequential(
            *(
                PlainBlock(planes if i else channels, planes, 1 if i else stride)
                for channels, planes, stride in stages
                for i in range(blocks)
            )
        )
        self.linear = nn.Linear(64, CLASSES)

    def forward(self, x: Tensor) -> Tensor:
        """[N, 3, H, H] to logits [N, classes]."""
        out = self.stages(F.relu(self.bn1(self.conv1(x))))
        return self.linear(out.mean(dim=(2, 3)))


def _vgg(convolutions: tuple[int, ...]) -> nn.Module:
    modules: list[nn.Module] = []
    channels = 3
    for planes, count in zip(PLANES, convolutions, strict=True):
        for _ in range(count):
            modules += [nn.Conv2d(channels, planes, 3, 1, 1), nn.BatchNorm2d(planes), nn.ReLU()]
            channels = planes
        modules.append(nn.MaxPool2d(2))
    return nn.Sequential(*modules, nn.Flatten(), nn.Linear(channels, CLASSES))
