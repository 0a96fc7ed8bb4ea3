"""A TypeScript function as one of Python's, its gradients included."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce
from typing import Any, NamedTuple

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from .structure import Parts, rebuilt


class Native(NamedTuple):
    """A function of TypeScript's, and its pullback."""

    forward: Callable[..., dict[str, Any]]
    pullback: Callable[..., list[Tensor]]

    def __call__(self, arguments: Parts) -> Any:
        """What the function gives, in torch's graph."""
        tree, paths, tensors = arguments
        wanted = torch.is_grad_enabled() and any(tensor.requires_grad for tensor in tensors)
        answer = self.forward(tree, paths, tensors, wanted)
        found = _as_torch_has_them(answer["tensors"], tensors)
        if wanted:
            found = _Crossing.apply(self, arguments, found, *tensors)
        places = [tuple(path) for path in answer["paths"]]
        return rebuilt(answer["tree"], dict(zip(places, found, strict=True)))


def _as_torch_has_them(found: Sequence[Tensor], given: Sequence[Tensor]) -> list[Tensor]:
    """TensorFlow.js has float32 and int32 alone; the caller goes on in the dtypes that it gave."""
    floats = [tensor for tensor in given if tensor.is_floating_point()]
    dtypes = [tensor.dtype for tensor in floats]
    real = reduce(torch.promote_types, dtypes, dtypes[0]) if dtypes else torch.float32
    whole = torch.int32 if any(tensor.dtype == torch.int32 for tensor in given) else torch.int64
    device = given[0].device if given else torch.device("cpu")

    def cast(tensor: Tensor) -> Tensor:
        if tensor.is_floating_point():
            return tensor.to(device, real)
        if tensor.is_complex():
            return tensor.to(device, real.to_complex())
        return tensor.to(device, whole if tensor.dtype == torch.int32 else tensor.dtype)

    return [cast(tensor) for tensor in found]


class _Crossing(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any, native: Native, arguments: Parts, found: list[Tensor], *tensors: Tensor
    ) -> tuple[Tensor, ...]:
        ctx.native, ctx.tree, ctx.paths = native, arguments.tree, arguments.paths
        ctx.save_for_backward(*tensors)
        whole = [one for one in found if not (one.is_floating_point() or one.is_complex())]
        ctx.mark_non_differentiable(*whole)
        ctx.set_materialize_grads(False)
        return tuple(found)

    @staticmethod
    @once_differentiable  # which takes its context by place alone
    def backward(  # pyright: ignore[reportIncompatibleMethodOverride]
        ctx: Any, *cotangents: Tensor | None
    ) -> Any:
        tensors = ctx.saved_tensors
        needed = [i for i, needs in enumerate(ctx.needs_input_grad[3:]) if needs]
        gradients: list[Tensor | None] = [None] * len(tensors)
        found = ctx.native.pullback(ctx.tree, ctx.paths, list(tensors), needed, list(cotangents))
        for i, gradient in zip(needed, found, strict=True):
            gradients[i] = gradient.to(tensors[i].device, tensors[i].dtype)
        return None, None, None, *gradients
