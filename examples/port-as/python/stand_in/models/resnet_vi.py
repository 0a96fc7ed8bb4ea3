"""ResNet-20 of Gaussian layers, for small images."""

from torch import nn
from torch.nn import functional as F

from .layers.batchnorm2d import RandBatchNorm2d
from .layers.conv2d import RandConv2d
from .layers.linear import RandLinear


class RandBasicBlock(nn.Module):
    """Called with (x, KL so far, sample, fix), which it gives too."""

    def __init__(self, sigma_0, N, init_s, in_planes, planes, stride=1):
        super().__init__()
        prior = sigma_0, N, init_s
        self.conv1 = RandConv2d(*prior, in_planes, planes, 3, stride, padding=1, bias=False)
        self.bn1 = RandBatchNorm2d(*prior, planes)
        self.conv2 = RandConv2d(*prior, planes, planes, 3, padding=1, bias=False)
        self.bn2 = RandBatchNorm2d(*prior, planes)
        self.stride, self.around = stride, (planes - in_planes) // 2

    def forward(self, x):
        given, kl, sample, fix = x
        out = given
        for layer in self.conv1, self.bn1, self.conv2, self.bn2:
            out, more = layer(out, sample=sample, fix=fix)
            kl = kl + more
            if layer is self.bn1:
                out = F.relu(out)
        shortcut = given[:, :, :: self.stride, :: self.stride]
        out = F.relu(out + F.pad(shortcut, (0, 0, 0, 0, self.around, self.around)))
        return out, kl, sample, fix


class ResNet(nn.Module):
    def __init__(self, sigma_0, N, init_s, num_classes):
        super().__init__()
        prior = sigma_0, N, init_s
        self.conv1 = RandConv2d(*prior, 3, 16, 3, padding=1, bias=False)
        self.bn1 = RandBatchNorm2d(*prior, 16)
        widths = [16, 16, 32, 64]
        for i, (before, width) in enumerate(zip(widths, widths[1:], strict=False)):
            first = RandBasicBlock(*prior, before, width, 1 if i == 0 else 2)
            rest = [RandBasicBlock(*prior, width, width) for _ in range(2)]
            setattr(self, f"layer{i + 1}", nn.Sequential(first, *rest))
        self.linear = RandLinear(*prior, 64, num_classes)

    def forward(self, x, sample=True, fix=False):
        out, kl = self.conv1(x, sample=sample, fix=fix)
        out, more = self.bn1(out, sample=sample, fix=fix)
        state = F.relu(out), kl + more, sample, fix
        for stage in self.layer1, self.layer2, self.layer3:
            state = stage(state)
        logits, last = self.linear(state[0].mean((2, 3)), sample=sample, fix=fix)
        return logits, state[1] + last


def resnet20_vi(N, sigma_0=0.15, init_s=0.15, num_classes=10):
    return ResNet(sigma_0, N, init_s, num_classes)
