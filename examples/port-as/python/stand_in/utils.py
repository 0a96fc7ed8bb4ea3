"""The training step and what it is measured by."""

import torch
from torch.nn import functional as F


class AverageMeter:
    def __init__(self):
        self.val = self.avg = self.sum = self.count = 0

    def update(self, val, n=1):
        self.val = val
        self.sum += n * val
        self.count += n
        self.avg = self.sum / self.count


def accuracy(output, target, topk=(1,)):
    """Percent of the targets that are among the k largest."""
    ranked = output.topk(max(topk), dim=1).indices
    hits = (ranked == target[:, None]).to(output.dtype)
    return [hits[:, :k].sum(1).mean() * 100 for k in topk]


def get_beta(epoch_idx, N):
    return 1 / (100 * N)


def elbo(out, y, kl_sum, beta):
    return F.cross_entropy(out, y) + beta * kl_sum


def train(train_loader, model, optimizer, epoch, N, ratio=0.8, samplings=1):
    """One epoch of Adversarial Sampling; loss, and percent right."""
    losses, right = AverageMeter(), AverageMeter()
    model.train()
    layers = [layer for layer in model.modules() if hasattr(layer, "eps_weight")]
    noise = [
        eps for layer in layers for eps in (layer.eps_weight, layer.eps_bias) if eps is not None
    ]
    for images, labels in train_loader:
        x, y = images.cuda(), labels.cuda()
        for eps in noise:
            with torch.no_grad():
                eps.normal_()
            eps.requires_grad_()
        for _ in range(5):
            (-F.cross_entropy(model(x, fix=True)[0], y)).backward()
            with torch.no_grad():
                for eps in noise:
                    eps -= 0.02 * eps.grad.sign()  # the gradients stay, and add up
        adversarial = F.cross_entropy(model(x, fix=True)[0], y)
        bounds = [elbo(*_sampled(model, x, y), get_beta(epoch, N)) for _ in range(samplings)]
        loss = (1 - ratio) * sum(bounds) / samplings + ratio * adversarial
        logits = model(x)[0]
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.update(loss.item(), len(y))
        right.update(accuracy(logits.detach(), y)[0].item(), len(y))
    return losses.avg, right.avg


def _sampled(model, x, y):
    logits, kl = model(x)
    return logits, y, kl


def validate(val_loader, model, sample=True):
    """Loss, and percent right."""
    losses, right = AverageMeter(), AverageMeter()
    model.eval()
    with torch.no_grad():
        for images, labels in val_loader:
            logits = model(images.cuda(), sample=sample)[0]
            losses.update(F.cross_entropy(logits, labels.cuda()).item(), len(labels))
            right.update(accuracy(logits, labels.cuda())[0].item(), len(labels))
    return losses.avg, right.avg
