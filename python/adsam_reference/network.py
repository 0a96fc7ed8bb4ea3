"""The published networks and layers behind the interface of this package's own."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import torch
from torch import Tensor, nn

from adversarial_sampling._protocol import (
    BatchNorm2dSpec,
    Conv2dSpec,
    LinearSpec,
    ModelSpec,
    NetworkSpec,
    TensorInfo,
    TensorRole,
)
from adversarial_sampling.errors import AdversarialSamplingError
from adversarial_sampling.models import Network, build, parameter_dtype
from adversarial_sampling.models.single import (
    ANY_N,
    batch_norm2d_arguments,
    conv2d_arguments,
    linear_arguments,
)
from adversarial_sampling.noise import GaussianNoise

from .checkout import Published


class PublishedNetwork(Network):
    """A model of the checkout, whose parameters, buffers and submodules it has for its own.

    Attributes:
        published: the model itself, as the published code makes it.
    """

    published: nn.Module

    def __init__(self, spec: ModelSpec, published: nn.Module) -> None:
        super().__init__(spec)
        own = vars(self)
        own["published"] = published  # not as a submodule: that would change the tensors' names
        for tables in ("_parameters", "_buffers", "_modules"):
            own[tables] = vars(published)[tables]
        infos = {info.name: info for info in build(spec).tensor_infos()}
        own["_infos"] = tuple(infos[name] for name in self.state_dict())

    @property
    def bayesian(self) -> bool:
        """Whether any weight is drawn."""
        return not isinstance(self.spec, NetworkSpec) or self.spec.bayesian

    def tensor_infos(self) -> tuple[TensorInfo, ...]:
        """Parameters and buffers, in the order of ``state_dict``."""
        return vars(self)["_infos"]

    def _of_role(self, *roles: TensorRole) -> dict[str, Tensor]:
        state = self.state_dict(keep_vars=True)
        return {info.name: state[info.name] for info in self.tensor_infos() if info.role in roles}

    def train(self, mode: bool = True) -> PublishedNetwork:
        """Into train or eval mode."""
        super().train(mode)
        self.published.train(mode)
        return self

    def embed(self, x: Tensor, sample: bool, fix: bool) -> Tensor:
        """What enters the last layer."""
        return self.forward(x, sample, fix, features=True)[0]

    def classify(self, features: Tensor, sample: bool, fix: bool) -> Tensor:
        """The last layer."""
        with self.served():
            return _call(self._last, features, sample, fix, bayesian=self.bayesian)[0]

    def forward(
        self, x: Tensor, sample: bool = True, fix: bool = False, features: bool = False
    ) -> tuple[Tensor, Tensor]:
        """As ``Network.forward``; the features are seen on their way into the last layer."""
        self.check_input(x.shape)
        if self.training:
            self.check_batch(x.shape)
        seen: list[Tensor] = []
        with self.served(), _watched(self._last, seen):
            out, kl = _call(self.published, x, sample, fix, bayesian=self.bayesian)
        return seen[0] if features else out, kl + out.new_zeros(())

    @contextmanager
    def served(self) -> Generator[None]:
        """Draws come from this model's noise inside it, and what moves to CUDA to its device."""
        device = self.device

        def normal(tensor: Tensor) -> Tensor:
            return tensor.copy_(self.noise.draw(torch.empty_like(tensor, device="cpu")))

        def cuda(tensor: Tensor) -> Tensor:
            return tensor.to(device)

        with patch.multiple(Tensor, normal_=normal, cuda=cuda):
            yield

    @property
    def _last(self) -> nn.Module:
        for name in "linear", "classifier":
            if name in vars(self)["_modules"]:
                return vars(self)["_modules"][name]
        return self.published


@contextmanager
def _watched(layer: nn.Module, seen: list[Tensor]) -> Generator[None]:
    """Notes what the layer is given; the published VGGs call ``forward`` past all hooks."""
    forward = layer.forward

    def watched(x: Tensor, *rest: Any, **named: Any) -> Any:
        seen.append(x)
        return forward(x, *rest, **named)

    with patch.object(layer, "forward", watched):
        yield


def _call(
    module: nn.Module, x: Tensor, sample: bool, fix: bool, *, bayesian: bool
) -> tuple[Tensor, Tensor | int]:
    return module(x, sample=sample, fix=fix) if bayesian else (module(x), 0)


def unsupported(why: str, suggestion: str | None = None) -> AdversarialSamplingError:
    """What the published code cannot do."""
    return AdversarialSamplingError(
        f"the published code does not do this: {why}", code="unsupported", suggestion=suggestion
    )


def publish(spec: ModelSpec, code: Published, device: torch.device) -> PublishedNetwork:
    """The model that ``spec`` describes, as the published code makes it, in train mode.

    Its initial values are drawn after the published code's own seeding. Stored noise begins at 0,
    where the published convolutions leave it as memory happened to be.

    Raises:
        AdversarialSamplingError: ``unsupported`` for what it has no argument for.
    """
    if spec.dtype not in ("float32", "float64"):
        raise unsupported(f"it has float32 and float64 parameters, got {spec.dtype}")
    make = _maker(spec, code)
    code.utils.set_seed(spec.seed)
    published = make().to(device=device, dtype=parameter_dtype(spec))
    model = PublishedNetwork(spec, published)
    model.noise = GaussianNoise(spec.seed)
    for eps in model.stored_noise().values():
        eps.zero_()
    return model


def _maker(spec: ModelSpec, code: Published) -> Callable[[], nn.Module]:
    match spec:
        case NetworkSpec():
            return lambda: _network(spec, code)
        case Conv2dSpec():
            if not isinstance(spec.kernel_size, int):
                raise unsupported("its kernels are square, of one number")
            return lambda: code.conv.RandConv2d(*conv2d_arguments(spec))
        case LinearSpec():
            if not spec.bias:
                raise unsupported("its linear layer without a bias fails")
            return lambda: code.linear.RandLinear(*linear_arguments(spec))
        case BatchNorm2dSpec():
            if not spec.affine:
                raise unsupported("its batch norm without scale and shift fails")
            return lambda: code.batch_norm.RandBatchNorm2d(*batch_norm2d_arguments(spec))


def _network(spec: NetworkSpec, code: Published) -> nn.Module:
    prior: dict[str, Any] = {"sigma_0": spec.prior_sigma, "init_s": spec.init_log_sigma, "N": ANY_N}
    match spec.kind.startswith("vgg"), spec.bayesian:
        case True, True:
            return code.vgg_vi.VGG_vi(vgg_name=spec.kind.upper(), nclass=spec.classes, **prior)
        case True, False:
            return code.vgg.VGG(spec.kind.upper(), spec.classes)
        case False, True:
            return getattr(code.resnet_vi, f"{spec.kind}_vi")(num_classes=spec.classes, **prior)
        case _:
            make = getattr(code.resnet, spec.kind)
            if spec.kind in ("resnet20", "resnet56"):
                return make(num_classes=spec.classes)
            if spec.classes != 10:
                raise unsupported(f"its plain {spec.kind} has 10 classes, got {spec.classes}")
            return make()
