"""Derivatives of any function of tensors: products with its Jacobian from either side."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

import torch
from torch import Tensor
from torch.autograd import forward_ad

from adsam_bridge.functions import module_of
from adsam_bridge.outputs import tensors_in
from adversarial_sampling.dtypes import dtype_name
from adversarial_sampling.errors import AdversarialSamplingError

Cotangents = dict[str, dict[str, Tensor]]


class Pullback:
    """v to v^T J of one evaluation of a function, at every v that one likes."""

    def __init__(
        self,
        outputs: Sequence[Tensor],
        inputs: Mapping[str, Tensor],
        parameters: Mapping[str, Tensor],
    ) -> None:
        self._outputs = outputs
        self._inputs = inputs
        self._parameters = parameters

    def __call__(self, *cotangents: Tensor | float | None) -> Cotangents:
        """One for each tensor that came out, in order; None stands for zeros.

        Inputs and parameters that played no part get zeros.
        """
        if len(cotangents) != len(self._outputs):
            raise AdversarialSamplingError(
                f"expected a cotangent for each of {len(self._outputs)} tensors that came out, "
                f"got {len(cotangents)}"
            )
        pairs = [
            (output, _shaped(given, output, f"cotangent {i}"))
            for i, (output, given) in enumerate(zip(self._outputs, cotangents, strict=True))
            if output.requires_grad and given is not None
        ]
        leaves = {**self._inputs, **{f"parameters.{k}": v for k, v in self._parameters.items()}}
        found = dict(zip(leaves, _grads(pairs, list(leaves.values())), strict=True))
        return {
            "inputs": {name: found[name] for name in self._inputs},
            "parameters": {name: found[f"parameters.{name}"] for name in self._parameters},
        }


def vjp(function: Callable[..., Any], /, *values: Any, **named: Any) -> tuple[Any, Pullback]:
    """What a function gives, and its pullback.

    Differentiated are the real and complex tensors among its arguments, by their places and names,
    and the parameters of the module that it is, or is a method of.
    """
    leaves = _leaves(values, named)
    given = [leaves.get(str(i), value) for i, value in enumerate(values)]
    result = function(*given, **{name: leaves.get(name, value) for name, value in named.items()})
    module = module_of(function)
    parameters = {} if module is None else dict(module.named_parameters())
    trained = {name: tensor for name, tensor in parameters.items() if tensor.requires_grad}
    return _detached(result), Pullback(list(tensors_in(result)), leaves, trained)


def jvp(
    function: Callable[..., Any], tangents: Mapping[str, Tensor], /, *values: Any, **named: Any
) -> tuple[Any, list[Tensor]]:
    """What a function gives, and J t: one tangent for each tensor that comes out.

    Args:
        function: that is differentiated.
        tangents: t, by the places and names of arguments; zeros for those without one.
        values: its arguments by place.
        named: its arguments by name.
    """
    leaves = _leaves(values, named)
    strange = [name for name in tangents if name not in leaves]
    if strange:
        raise AdversarialSamplingError(
            f"expected tangents of arguments that are real or complex tensors "
            f"({', '.join(leaves) or 'none'}), got {', '.join(strange)}"
        )
    shaped = {name: _shaped(t, leaves[name], f"tangent {name}") for name, t in tangents.items()}
    with forward_ad.dual_level():
        duals = {name: forward_ad.make_dual(leaves[name].detach(), t) for name, t in shaped.items()}
        given = [duals.get(str(i), value) for i, value in enumerate(values)]
        result = function(*given, **{name: duals.get(name, value) for name, value in named.items()})
        parts = [forward_ad.unpack_dual(output) for output in tensors_in(result)]
        primal = _map(result, lambda tensor: forward_ad.unpack_dual(tensor).primal.detach())
        return primal, [_tangent_of(part) for part in parts]


def _tangent_of(part: Any) -> Tensor:
    return torch.zeros_like(part.primal) if part.tangent is None else part.tangent.detach()


def _leaves(values: Sequence[Any], named: Mapping[str, Any]) -> dict[str, Tensor]:
    candidates = {**{str(i): value for i, value in enumerate(values)}, **named}
    return {
        name: value.detach().clone().requires_grad_()
        for name, value in candidates.items()
        if isinstance(value, Tensor) and (value.is_floating_point() or value.is_complex())
    }


def _grads(pairs: Sequence[tuple[Tensor, Tensor]], leaves: Sequence[Tensor]) -> Sequence[Tensor]:
    if not pairs or not leaves:
        return [torch.zeros_like(leaf) for leaf in leaves]
    outputs, cotangents = zip(*pairs, strict=True)
    return torch.autograd.grad(
        outputs, leaves, cotangents, retain_graph=True, allow_unused=True, materialize_grads=True
    )


def _shaped(given: Any, like: Tensor, what: str) -> Tensor:
    if isinstance(given, (int, float)):
        given = torch.full_like(like, given)
    if not isinstance(given, Tensor):
        raise AdversarialSamplingError(f"{what}: expected a tensor, got {type(given).__name__}")
    if given.shape != like.shape:
        raise AdversarialSamplingError(
            f"{what}: expected shape {list(like.shape)}, got {list(given.shape)}"
        )
    if not (given.is_floating_point() or given.is_complex()):
        raise AdversarialSamplingError(f"{what}: expected real numbers, got {dtype_name(given)}")
    return given.to(like.device, like.dtype)


def _detached(result: Any) -> Any:
    return _map(result, lambda tensor: tensor.detach())


def _map(result: Any, change: Callable[[Tensor], Tensor]) -> Any:
    if isinstance(result, Tensor):
        return change(result)
    if type(result) in (list, tuple):
        return type(result)(_map(value, change) for value in result)
    if type(result) is dict:
        return {key: _map(value, change) for key, value in cast("dict[Any, Any]", result).items()}
    return result
