"""From a spec to a model."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager

import torch

from .._protocol import (
    ARCHITECTURES,
    BatchNorm2dSpec,
    Conv2dSpec,
    LinearSpec,
    ModelSpec,
    NetworkSpec,
    ResNetFacts,
    VggFacts,
)
from ..device import resolve_device
from ..errors import AdversarialSamplingError
from ..layers import Family, GaussianFamily, PlainFamily
from ..noise import GaussianNoise, seeded_generator
from .network import Network, parameter_dtype
from .resnet import ResNet
from .single import SingleBatchNorm2d, SingleConv2d, SingleLinear
from .vgg import VGG

MOST_WEIGHTS = 2**30
"""What one layer may have: 4 GiB of float32 numbers, three times over with log sigma and noise."""


def build(spec: ModelSpec, device: torch.device | str = "cpu") -> Network:
    """The model that ``spec`` describes, a network or one layer on its own, in train mode.

    Its initial values are those of ``spec.seed`` on every device, and its noise comes from a
    generator of its own, seeded alike. torch's global generator is left as it was.

    Raises:
        AdversarialSamplingError: ``usage`` when the spec contradicts itself or asks for a layer of
            more than 2^30 weights, ``environment`` when the device is not there.
    """
    _check_size(spec)
    device = resolve_device(device)
    with _initial_values(spec.seed):
        network = _construct(spec)
    network = network.to(device)
    network.noise = GaussianNoise(spec.seed, device)
    return network


def _check_size(spec: ModelSpec) -> None:
    weights = 0
    match spec:
        case Conv2dSpec():
            size = spec.kernel_size
            height, width = (size, size) if isinstance(size, int) else size
            weights = spec.out_channels * spec.in_channels * height * width // spec.groups
        case LinearSpec():
            weights = spec.in_features * spec.out_features
        case BatchNorm2dSpec():
            weights = spec.features
        case NetworkSpec():
            return  # its classes are bounded, and all else is given
    if weights > MOST_WEIGHTS:
        raise AdversarialSamplingError(
            f"expected a layer of up to {MOST_WEIGHTS} weights, got one of {weights}"
        )


def _construct(spec: ModelSpec) -> Network:
    match spec:
        case Conv2dSpec():
            return SingleConv2d(spec)
        case LinearSpec():
            return SingleLinear(spec)
        case BatchNorm2dSpec():
            return SingleBatchNorm2d(spec)
        case NetworkSpec():
            return _network(spec)


def _network(spec: NetworkSpec) -> Network:
    facts = ARCHITECTURES[spec.kind]
    match facts:
        case ResNetFacts():
            return ResNet(spec, facts, _family(spec, he=True))
        case VggFacts():
            return VGG(spec, facts, _family(spec, he=False))


def _family(spec: NetworkSpec, *, he: bool) -> Family:
    dtype = parameter_dtype(spec)
    if spec.bayesian:
        return GaussianFamily(spec.prior_sigma, spec.init_log_sigma, dtype)
    return PlainFamily(he=he, dtype=dtype)


@contextmanager
def _initial_values(seed: int) -> Generator[None]:
    # The initialisers draw from the CPU's global generator: lend it, and give it back.
    seeded = seeded_generator(seed, "cpu", "initial values").get_state()
    with torch.random.fork_rng(devices=[]):
        torch.set_rng_state(seeded)
        yield
