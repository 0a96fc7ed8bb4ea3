"""A network run by the kernels."""

from __future__ import annotations

import ctypes
import weakref
from functools import lru_cache
from typing import Any

import torch
from torch import Tensor

from ..errors import AdversarialSamplingError
from ..layout import Layout
from ..models import Network
from ..models.resnet import ResNet
from ..models.vgg import VGG
from .compile import library
from .plan import Plan, Unit, check_layout

NAMES = {torch.float32: "float32", torch.float64: "float64"}


def reason_against(model: Network) -> str | None:
    """One line on why the kernels cannot run ``model`` here; None where they can."""
    if not isinstance(model, ResNet | VGG):
        return "the kernels run ResNets and VGGs"
    if model.device.type != "cpu":
        return f"the kernels run on the CPU, the model is on {model.device}"
    if model.spec.dtype not in NAMES.values():
        return f"the kernels compute in float32 and float64, the model in {model.spec.dtype}"
    return reason_not_compiled()


@lru_cache(maxsize=1)
def reason_not_compiled() -> str | None:
    """One line on why the kernels cannot be had on this machine; None where they can."""
    try:
        _kernels()
    except AdversarialSamplingError as error:
        return str(error)
    return None


@lru_cache(maxsize=1)
def _kernels() -> ctypes.CDLL:
    kernels = library()
    check_layout(kernels)
    kernels.failure.restype = ctypes.c_char_p
    return kernels


class Native:
    """Forwards and backwards of a ResNet or VGG on the CPU through P flat weights.

    A 3x3 convolution takes 36 products for 16 outputs where its definition takes 144 (Lavin & Gray,
    "Fast Algorithms for Convolutional Neural Networks", CVPR 2016). Results differ from torch's in
    rounding, and are the same from run to run, on any number of threads.
    """

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        starts = {(part.layer, part.part): part.start for part in layout.parts}
        self.plan = Plan(layout.model, starts)
        name, kernels = NAMES[layout.dtype], _kernels()
        self._forward = getattr(kernels, f"{name}_forward")
        self._backward = getattr(kernels, f"{name}_backward")
        units = (Unit * len(self.plan.units))(*self.plan.units)
        self._network = ctypes.c_void_p()
        opening = getattr(kernels, f"{name}_open")
        _check(opening(units, ctypes.c_int64(len(units)), ctypes.byref(self._network)))
        closing = weakref.finalize(self, getattr(kernels, f"{name}_close"), self._network)
        # Not when the process ends: another thread may be computing in it.
        closing.atexit = False

    def forward(self, weights: Tensor, x: Tensor, *, by_batch: bool, moves: bool) -> Tensor:
        """Logits [N, classes] of images x [N, 3, H, H].

        Args:
            weights: P elements, laid out as ``Layout`` says.
            x: images.
            by_batch: normalise by the statistics of the batch, else by the running ones.
            moves: and move the running ones.
        """
        self._layout.model.check_input(x.shape)
        if by_batch:
            self._layout.model.check_batch(x.shape)
        x = x.to(self._layout.dtype).contiguous()
        logits = x.new_empty(len(x), self.plan.classes)
        running = (ctypes.c_void_p * (2 * len(self.plan.norms)))()
        for index, norm in enumerate(self.plan.norms):
            if norm is None:
                continue
            assert norm.running_mean is not None
            assert norm.running_var is not None
            running[2 * index] = norm.running_mean.data_ptr()
            running[2 * index + 1] = norm.running_var.data_ptr()
            if moves and norm.num_batches_tracked is not None:
                norm.num_batches_tracked.add_(1)
        code = self._forward(
            self._network,
            ctypes.c_int64(torch.get_num_threads()),
            _pointer(weights),
            _pointer(x),
            ctypes.c_int64(len(x)),
            ctypes.c_int64(x.shape[2]),
            running,
            ctypes.c_int64(by_batch),
            ctypes.c_int64(moves),
            _pointer(logits),
        )
        _check(code)
        return logits

    def backward(self, weights: Tensor, logits: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
        """CE of the last forward's logits, and its gradient with respect to the weights."""
        if y.min() < 0 or y.max() >= self.plan.classes:
            raise AdversarialSamplingError(
                f"expected labels from 0 to {self.plan.classes - 1}", code="data"
            )
        loss, gradient = logits.new_empty(()), torch.empty_like(weights)
        y = y.long().contiguous()
        code = self._backward(
            self._network,
            _pointer(weights),
            _pointer(logits),
            _pointer(y),
            _pointer(loss),
            _pointer(gradient),
        )
        _check(code)
        return loss, gradient


def _pointer(tensor: Tensor) -> Any:
    return ctypes.c_void_p(tensor.data_ptr())


NO_MEMORY = 1
"""``Answer`` of library.cpp; 0 is done."""


def _check(answer: int) -> None:
    if answer == NO_MEMORY:
        raise MemoryError("there is not enough memory to run the network")
    if answer != 0:
        raise RuntimeError(f"the kernels failed: {_kernels().failure().decode()}")
