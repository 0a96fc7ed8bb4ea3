"""VGG-16 of Gaussian layers, for images of 32 x 32; of few channels, so that it is quick."""

from torch import nn

from .layers.batchnorm2d import RandBatchNorm2d
from .layers.conv2d import RandConv2d
from .layers.gaussian import Gaussian
from .layers.linear import RandLinear

GROUPS = (2, 4), (2, 8), (3, 8), (3, 16), (3, 16)
"""How many convolutions come before each pooling, and their channels."""


class VGG_vi(nn.Module):
    def __init__(self, sigma_0, N, init_s, nclass=10):
        super().__init__()
        prior = sigma_0, N, init_s
        layers, before = [], 3
        for count, width in GROUPS:
            for _ in range(count):
                conv = RandConv2d(*prior, before, width, 3, padding=1)
                layers += [conv, RandBatchNorm2d(*prior, width), nn.ReLU()]
                before = width
            layers.append(nn.MaxPool2d(2))
        self.features = nn.Sequential(*layers)
        self.classifier = RandLinear(*prior, before, nclass)

    def forward(self, x, fix=False, sample=True):
        total = 0
        for layer in self.features:
            if isinstance(layer, Gaussian):
                x, kl = layer(x, sample=sample, fix=fix)
                total = total + kl
            else:
                x = layer(x)
        logits, kl = self.classifier(x.flatten(1), sample=sample, fix=fix)
        return logits, total + kl
