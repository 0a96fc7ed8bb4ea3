"""What TypeScript computes, as an operation in torch's graph."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, cast

import torch
from torch import Tensor

from adversarial_sampling.errors import AdversarialSamplingError

Pullback = Callable[[Sequence[Tensor | None], Sequence[Tensor], list[int]], Sequence[Tensor | None]]
"""Of cotangents (None for zeros), the inputs, and which of these need a gradient: those."""


def in_graph(
    outputs: Sequence[Tensor], inputs: Sequence[Tensor], pullback: Pullback
) -> tuple[Tensor, ...]:
    """The outputs, which torch can differentiate once with respect to the inputs."""
    return cast("tuple[Tensor, ...]", _Crossing.apply(pullback, outputs, *inputs))


class _Crossing(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any, pullback: Pullback, outputs: Sequence[Tensor], *inputs: Tensor
    ) -> tuple[Tensor, ...]:
        ctx.pullback = pullback
        ctx.save_for_backward(*inputs)
        whole = [one for one in outputs if not (one.is_floating_point() or one.is_complex())]
        ctx.mark_non_differentiable(*whole)
        ctx.set_materialize_grads(False)
        return tuple(outputs)

    @staticmethod
    def backward(ctx: Any, *cotangents: Tensor | None) -> Any:
        inputs = ctx.saved_tensors
        needed = [i for i, needs in enumerate(ctx.needs_input_grad[2:]) if needs]
        gradients: list[Tensor | None] = [None] * len(inputs)
        with torch.no_grad():
            found = ctx.pullback(cotangents, inputs, needed)
        for i, gradient in zip(needed, found, strict=True):
            if gradient is not None:
                gradients[i] = gradient.to(inputs[i].device, inputs[i].dtype)
        return None, None, *_Once.apply(gradients, *cotangents, *inputs)


class _Once(torch.autograd.Function):
    """Gradients that depend on cotangents and inputs, in a way that nobody knows.

    torch's own ``once_differentiable`` does not tell it to ``torch.autograd.grad``, which then
    takes the derivative for zero.
    """

    @staticmethod
    def forward(_: Any, gradients: Sequence[Tensor | None], *__: Tensor | None) -> Any:
        return tuple(gradients)

    @staticmethod
    def backward(ctx: Any, *_: Tensor | None) -> Any:  # noqa: ARG004 - as torch names it
        raise AdversarialSamplingError(
            "expected first derivatives of what TypeScript computes, got second ones",
            suggestion="it gives a function and its pullback, which torch cannot differentiate",
        )
