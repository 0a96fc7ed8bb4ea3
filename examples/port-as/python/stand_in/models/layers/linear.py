"""Linear layer."""

from torch.nn import functional as F

from .gaussian import Gaussian


class RandLinear(Gaussian):
    def __init__(self, sigma_0, N, init_s, in_features, out_features, bias=True):
        super().__init__(
            sigma_0, init_s, [out_features, in_features], [out_features] if bias else None
        )

    def forward(self, input, sample=True, fix=False):
        return super().forward(input, sample, fix)

    def transform(self, x, weight, bias):
        return F.linear(x, weight, bias)
