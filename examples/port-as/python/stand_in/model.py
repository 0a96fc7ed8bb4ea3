"""A network, and what is done with it."""

import torch
from models.resnet_vi import resnet20_vi
from torch.distributions import Categorical
from utils import train, validate


class ResNetWrapper:
    def __init__(self, N, num_classes=10, net="resnet20"):
        self.N = N
        self.model = resnet20_vi(N, num_classes=num_classes)

    def fit(self, train_loader, lr=0.01, epoch=None, ratio=0.0, samplings=1):
        optimizer = torch.optim.Adam(self.model.parameters(), lr)
        return train(train_loader, self.model, optimizer, epoch, self.N, ratio, samplings)

    def validate(self, val_loader, sample=True):
        return validate(val_loader, self.model, sample)

    def sample_predict(self, x, Nsamples):
        self.model.eval()
        with torch.no_grad():
            logits = torch.stack([self.model(x)[0] for _ in range(Nsamples)])
        entropies = Categorical(logits=logits).entropy()
        mean = entropies.mean(0)
        return logits, mean, (entropies - mean).abs().mean(0)
