"""Convolution."""

from torch.nn import functional as F

from .gaussian import Gaussian


class RandConv2d(Gaussian):
    def __init__(
        self,
        sigma_0,
        N,
        init_s,
        in_channels,
        out_channels,
        kernel_size,
        stride=1,
        padding=0,
        bias=True,
    ):
        shape = [out_channels, in_channels, kernel_size, kernel_size]
        super().__init__(sigma_0, init_s, shape, [out_channels] if bias else None)
        self.stride, self.padding = stride, padding

    def transform(self, x, weight, bias):
        return F.conv2d(x, weight, bias, self.stride, self.padding)
