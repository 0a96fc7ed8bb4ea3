from __future__ import annotations

import random
from collections.abc import Callable

import pytest
import torch

from adversarial_sampling import Images, Network, NetworkSpec, build

MakeImages = Callable[..., Images]
MakeModel = Callable[..., Network]


SPEC = NetworkSpec(kind="resnet20", classes=3, seed=5)


def same(a: Network, b: Network) -> bool:
    theirs = b.state_dict()
    return all(torch.equal(tensor, theirs[name]) for name, tensor in a.state_dict().items())


@pytest.fixture
def changed_model() -> Network:
    """A model that differs from a new one in every kind of tensor."""
    model = build(SPEC)
    with torch.no_grad():
        for tensor in model.state_dict().values():
            tensor.add_(1)
    return model


def changed(content: bytes, chance: random.Random) -> bytes:
    """With some of its first bytes, where headers are, changed, left out, doubled or cut off."""
    new = bytearray(content)
    for _ in range(chance.choice((1, 2, 8))):
        place, length = chance.randrange(min(len(new), 1000)), chance.randrange(1, 20)
        match chance.randrange(5):
            case 0:
                new[place] ^= 1 << chance.randrange(8)
            case 1:
                new[place] = chance.choice(b'\0\xff{}[]",:-019R.ct')
            case 2:
                del new[place : place + length]
            case 3:
                new[place:place] = new[place : place + length]
            case _:
                new = new[: place + 1]
    return bytes(new)


@pytest.fixture(autouse=True)
def _one_thread() -> None:
    torch.set_num_threads(1)


@pytest.fixture
def make_images() -> MakeImages:
    """Images whose class is the channel that is bright: learnt within a few steps."""

    def make(count: int, classes: int = 3, size: int = 8, seed: int = 0) -> Images:
        generator = torch.Generator().manual_seed(seed)
        labels = torch.randint(classes, (count,), generator=generator)
        images = torch.randn(count, 3, size, size, generator=generator) / 4
        images[torch.arange(count), labels] += 1
        return Images(images, labels)

    return make


@pytest.fixture
def make_model() -> MakeModel:
    """A small ResNet with little noise, so that it learns quickly."""

    def make(**changes: object) -> Network:
        fields = {"kind": "resnet20", "classes": 3, "init_log_sigma": -4.0, **changes}
        return build(NetworkSpec.model_validate(fields))

    return make
