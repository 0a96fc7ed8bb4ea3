"""A TypeScript function as one of Python's, its gradients included."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial, reduce
from typing import Any, NamedTuple

import torch
from torch import Tensor

from adsam_bridge.crossing import in_graph

from .structure import Parts, Path, rebuilt


class Native(NamedTuple):
    """A function of TypeScript's, and its pullback."""

    forward: Callable[..., dict[str, Any]]
    pullback: Callable[..., list[Tensor]]

    def __call__(self, arguments: Parts) -> tuple[Any, dict[str, Tensor]]:
        """What the function gives, in torch's graph, and what arguments are afterwards, by name."""
        tree, paths, tensors = arguments
        wanted = torch.is_grad_enabled() and any(tensor.requires_grad for tensor in tensors)
        answer = self.forward(tree, paths, tensors, wanted)
        found = _as_torch_has_them(answer["tensors"], tensors)
        if wanted:
            found = in_graph(found, tensors, partial(self._gradients, tree, paths))
        places = [tuple(path) for path in answer["paths"]]
        return rebuilt(answer["tree"], dict(zip(places, found, strict=True))), answer["state"]

    def _gradients(
        self,
        tree: Any,
        paths: list[Path],
        cotangents: Sequence[Tensor | None],
        inputs: Sequence[Tensor],
        needed: list[int],
    ) -> list[Tensor]:
        return self.pullback(tree, paths, list(inputs), needed, list(cotangents))


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
