"""The published code of Adversarial Sampling as a program: what of it is called, on what, and made how.

The code is not part of this: ADSAM_REFERENCE names a clone of github.com/AISIGSJTU/AS, which stays as it is. Without one a
stand-in serves, of the same names. Both insist on CUDA, which is served.
"""

import os
import sys
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

HERE = Path(__file__).parent
sys.path.insert(0, os.environ.get("ADSAM_REFERENCE") or str(HERE / "stand_in"))
sys.path.append(str(HERE / "absent"))  # found where PIL and torchvision are not installed

import main  # noqa: E402
from model import ResNetWrapper  # noqa: E402
from models.layers.batchnorm2d import RandBatchNorm2d  # noqa: E402
from models.layers.conv2d import RandConv2d  # noqa: E402
from models.layers.linear import RandLinear  # noqa: E402
from models.resnet_vi import RandBasicBlock, resnet20_vi  # noqa: E402
from models.vgg_vi import VGG_vi  # noqa: E402
from utils import AverageMeter  # noqa: E402

PRIOR = 0.15, 8, -3.0
"""Standard deviation of the prior, images, and log sigma at the start."""


ResNet = type(resnet20_vi(1))


def configuration(words: list[str]) -> dict[str, object]:
    """What the command line comes to."""
    return vars(main.parser.parse_args(words))


def averages(values: list[float], counts: list[int]) -> dict[str, float]:
    """What a meter shows in the end."""
    meter = AverageMeter()
    for value, count in zip(values, counts, strict=True):
        meter.update(value, count)
    return {"val": meter.val, "avg": meter.avg, "sum": meter.sum, "count": meter.count}


def filled(module):
    """Noise that is stored begins as memory happened to be; here it is drawn, and means that begin alike differ."""
    for name, tensor in module.state_dict().items():
        if "eps_" in name or name.endswith("mu_bias"):
            tensor.normal_(std=1.0 if "eps_" in name else 0.1)
        elif name.endswith("mu_weight"):
            tensor.normal_(
                mean=float(tensor.dim() == 1),
                std=tensor[0].numel() ** -0.5 if tensor.dim() > 1 else 0.1,
            )
        elif "sigma_" in name:
            tensor.fill_(PRIOR[2])
    return module


def wrapper() -> ResNetWrapper:
    """A ResNet-20 of known numbers."""
    torch.manual_seed(0)
    made = ResNetWrapper(N=PRIOR[1], num_classes=10, net="resnet20")
    filled(made.model)
    return made


def module_of(kind: str) -> nn.Module:
    """A layer, a block or a network."""
    match kind:
        case "conv2d":
            return filled(RandConv2d(*PRIOR, 3, 4, 3, stride=2, padding=1))
        case "linear":
            return filled(RandLinear(*PRIOR, 6, 4))
        case "batchnorm2d":
            return filled(RandBatchNorm2d(*PRIOR, 3))
        case "block":
            return filled(RandBasicBlock(*PRIOR, 4, 8, 2))
        case "vgg16":
            return filled(VGG_vi(*PRIOR))
        case _:
            return filled(resnet20_vi(PRIOR[1], init_s=PRIOR[2]))


class Watched:
    """One step of the training loop, with every forward of it."""

    def __init__(self) -> None:
        self.wrapper = wrapper()
        self.model = self.wrapper.model

    def step(self, x: Tensor, y: Tensor) -> dict[str, object]:
        seen: list[dict[str, Tensor]] = []

        def watch(_module: nn.Module, _given: object, answer: tuple[Tensor, Tensor]) -> None:
            loss = cross_entropy(answer[0], y)
            seen.append({"loss": loss.detach(), "kl": answer[1].detach()})

        hook = self.model.register_forward_hook(watch)
        loss, percent = self.wrapper.fit([(x, y)], epoch=0, ratio=0.8)
        hook.remove()
        parts = {"ascents": seen[:5], "adversarial": seen[5], "elbo": seen[6], "metric": seen[7]}
        return {**parts, "loss": loss, "percent": percent}

    def run(
        self, train_loader: list[tuple[Tensor, Tensor]], val_loader: list[tuple[Tensor, Tensor]]
    ) -> list[float]:
        """An epoch and its validation. The weights are put back: after several steps of Adam those whose gradients are nearly
        0 hang on rounding, in any two implementations; what one step leaves in them is told by ``step``.
        """
        before = {name: tensor.clone() for name, tensor in self.model.state_dict().items()}
        trained = self.wrapper.fit(train_loader, epoch=0, ratio=0.8)
        found = [*trained, *self.wrapper.validate(val_loader, sample=False)]
        self.model.load_state_dict(before)
        return found


def drawn(shape: list[int]) -> Tensor:
    """Numbers for an input."""
    return torch.randn(shape, generator=torch.Generator().manual_seed(1))


def images(number: int) -> tuple[Tensor, Tensor]:
    """A batch."""
    generator = torch.Generator().manual_seed(number)
    return torch.randn(4, 3, 8, 8, generator=generator), torch.randint(
        10, (4,), generator=generator
    )


def run(batches: int) -> list[float]:
    """A short training and a validation without noise: loss and percent right, of each."""
    made = wrapper()
    trained = made.fit([images(i) for i in range(batches)], epoch=0, ratio=0.8)
    return [*trained, *made.validate([images(100)], sample=False)]
