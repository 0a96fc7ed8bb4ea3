"""Residual networks for small images (He et al., CVPR 2016, section 4.2), n blocks in a stage."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .._protocol import NetworkSpec, ResNetFacts
from ..layers import Family
from .network import Network


class BasicBlock(nn.Module):
    """Two 3x3 convolutions and a shortcut without parameters (option A)."""

    def __init__(self, family: Family, channels: int, planes: int, stride: int) -> None:
        super().__init__()
        self.conv1 = family.conv3x3(channels, planes, stride=stride)
        self.bn1 = family.batch_norm(planes)
        self.conv2 = family.conv3x3(planes, planes)
        self.bn2 = family.batch_norm(planes)
        self.stride = stride
        self.padding = (planes - channels) // 2

    def forward(self, x: Tensor, sample: bool, fix: bool) -> Tensor:
        """[N, channels, H, W] to [N, planes, H / stride, W / stride]."""
        out = self.bn1.rectified(self.conv1.respond(x, sample, fix), sample, fix)
        out = self.conv2.respond(out, sample, fix)
        return self.bn2.rectified(out, sample, fix, plus=self._shortcut(x))

    def _shortcut(self, x: Tensor) -> Tensor:
        if self.stride == 1 and self.padding == 0:
            return x
        every_second = x[:, :, :: self.stride, :: self.stride]
        return F.pad(every_second, (0, 0, 0, 0, self.padding, self.padding))


class ResNet(Network):
    """conv, three stages of blocks with 16, 32 and 64 planes, global average pool, linear."""

    def __init__(self, spec: NetworkSpec, facts: ResNetFacts, family: Family) -> None:
        super().__init__(spec)
        blocks = facts.blocks
        self.conv1 = family.conv3x3(facts.channels, 16)
        self.bn1 = family.batch_norm(16)
        self.layer1 = _stage(family, blocks, 16, 16, stride=1)
        self.layer2 = _stage(family, blocks, 16, 32, stride=2)
        self.layer3 = _stage(family, blocks, 32, 64, stride=2)
        self.linear = family.linear(64, spec.classes)

    def narrowest(self, shape: torch.Size) -> str | None:
        """The first batch norm that sees one pixel alone: in images of up to 4x4."""
        edge = shape[-1]
        if edge == 1:
            return "bn1"
        for name in ("layer2", "layer3"):
            edge = (edge + 1) // 2
            if edge == 1:
                return f"{name}.0.bn1"
        return None

    def embed(self, x: Tensor, sample: bool, fix: bool) -> Tensor:
        """[N, 3, H, H] to [N, 64]."""
        x = self.bn1.rectified(self.conv1.respond(x, sample, fix), sample, fix)
        for stage in (self.layer1, self.layer2, self.layer3):
            for block in stage:
                x = block(x, sample, fix)
        return x.mean(dim=(2, 3))

    def classify(self, features: Tensor, sample: bool, fix: bool) -> Tensor:
        """[N, 64] to [N, classes]."""
        return self.linear.respond(features, sample, fix)


def _stage(
    family: Family, blocks: int, channels: int, planes: int, *, stride: int
) -> nn.ModuleList:
    first = BasicBlock(family, channels, planes, stride)
    return nn.ModuleList(
        [first, *(BasicBlock(family, planes, planes, 1) for _ in range(blocks - 1))]
    )
