"""A network as the list of units that the kernels run."""

from __future__ import annotations

import ctypes
from itertools import count
from typing import cast

from torch import Tensor, nn

from ..errors import AdversarialSamplingError
from ..layers import BatchNorm, Layer, PlainConv2d, RandConv2d
from ..layers.conv import Convolution
from ..models import Network
from ..models.resnet import BasicBlock, ResNet
from ..models.vgg import VGG


class Unit(ctypes.Structure):
    """``Unit`` of network.h."""

    _fields_ = (
        *((name, ctypes.c_int64) for name in ("kind", "input", "shortcut", "in_", "out", "stride")),
        *((name, ctypes.c_int64) for name in ("weight", "bias", "scale", "shift")),
        ("eps", ctypes.c_double),
        ("momentum", ctypes.c_double),
    )


class _Field(ctypes.Structure):
    """``Field`` of library.cpp."""

    _fields_ = (("name", ctypes.c_char_p), ("offset", ctypes.c_int64))


def check_layout(kernels: ctypes.CDLL, unit: type[ctypes.Structure] = Unit) -> None:
    """Raises an ``environment`` error unless the kernels lay a unit out as ``unit`` does."""
    names = [field[0] for field in unit._fields_]
    here = {name.rstrip("_"): getattr(unit, name).offset for name in names}
    here[""] = ctypes.sizeof(unit)
    fields = kernels.unit_fields
    fields.restype = ctypes.POINTER(_Field)
    there: dict[str, int] = {}
    for field in map(fields().__getitem__, count()):
        there[field.name.decode()] = field.offset
        if not field.name:
            break
    if here != there:
        raise AdversarialSamplingError(
            f"expected kernels that lay a unit out as {here}, got {there}",
            code="environment",
            suggestion="install the Python package again: its files are of different versions",
        )


CONVOLUTION, MAX_POOL, LINEAR = range(3)


class Plan:
    """The units of a network, and the batch norms that move with them.

    Attributes:
        units: in order of execution; unit u makes image u + 1, image 0 is the input.
        norms: of each unit, None where it has none.
        classes: how many logits there are.
    """

    def __init__(self, model: Network, starts: dict[tuple[Layer, str], int]) -> None:
        """``starts``: where a layer's weight or bias starts among the flat weights."""
        self.units: list[Unit] = []
        self.norms: list[BatchNorm | None] = []
        self._starts = starts
        if isinstance(model, ResNet):
            last = self._resnet(model)
        elif isinstance(model, VGG):
            last = self._vgg(model)
        else:
            raise TypeError(f"expected a network, got {type(model).__name__}")
        weight = starts[last, "weight"]
        self.classes = _classes(last)
        features = self.units[-1].out if self.units[-1].kind == CONVOLUTION else self.units[-2].out
        self._add(LINEAR, in_=features, out=self.classes, weight=weight, bias=starts[last, "bias"])

    def _resnet(self, model: ResNet) -> Layer:
        self._convolution(model.conv1, model.bn1)
        for stage in (model.layer1, model.layer2, model.layer3):
            for block in cast("list[BasicBlock]", list(stage)):
                before = len(self.units)
                self._convolution(block.conv1, block.bn1)
                self._convolution(block.conv2, block.bn2, shortcut=before)
        return model.linear

    def _vgg(self, model: VGG) -> Layer:
        modules = list(model.features)
        for index, module in enumerate(modules):
            if isinstance(module, PlainConv2d | RandConv2d):
                self._convolution(module, cast("BatchNorm", modules[index + 1]))
            elif isinstance(module, nn.MaxPool2d):
                self._add(MAX_POOL)
        return model.classifier

    def _convolution(self, layer: Layer, norm: Layer, shortcut: int = -1) -> None:
        assert isinstance(norm, BatchNorm)
        convolution = cast("Convolution", layer.convolution)
        self._add(
            CONVOLUTION,
            norm,
            shortcut=shortcut,
            in_=convolution.in_channels,
            out=convolution.out_channels,
            stride=cast("int", convolution.stride),
            weight=self._starts[layer, "weight"],
            bias=self._starts.get((layer, "bias"), -1),
            scale=self._starts[norm, "weight"],
            shift=self._starts[norm, "bias"],
            eps=norm.eps,
            momentum=cast("float", norm.momentum),
        )

    def _add(self, kind: int, norm: BatchNorm | None = None, **fields: float) -> None:
        given = {"shortcut": -1, "stride": 1, "bias": -1, **fields}
        self.units.append(Unit(kind=kind, input=len(self.units), **given))
        self.norms.append(norm)


def _classes(last: Layer) -> int:
    return cast("Tensor", next(last.parameters())).shape[0]
