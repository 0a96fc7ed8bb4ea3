"""Batch norm."""

import torch
from torch.nn import functional as F

from .gaussian import Gaussian


class RandBatchNorm2d(Gaussian):
    def __init__(self, sigma_0, N, init_s, num_features, eps=1e-5, momentum=0.1):
        super().__init__(sigma_0, init_s, [num_features], [num_features])
        self.eps, self.momentum = eps, momentum
        self.register_buffer("running_mean", torch.zeros(num_features))
        self.register_buffer("running_var", torch.ones(num_features))
        self.register_buffer("num_batches_tracked", torch.tensor(0))

    def transform(self, x, weight, bias):
        if self.training:
            self.num_batches_tracked += 1
        running = self.running_mean, self.running_var
        return F.batch_norm(x, *running, weight, bias, self.training, self.momentum, self.eps)
