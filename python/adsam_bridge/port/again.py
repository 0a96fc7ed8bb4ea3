"""A call of Python's that can be made again: with other numbers, from the same random state."""

from __future__ import annotations

import random
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from typing import Any, cast

import numpy as np
import torch
from torch import Tensor, nn
from torch.func import functional_call

from adsam_bridge.outputs import gradients_of
from adversarial_sampling.dtypes import computed_in

from .structure import Parts, taken_apart, told

_State = tuple[Tensor, list[Tensor], Any, Any]


def random_state() -> _State:
    """That of torch's, Python's and numpy's generators."""
    cuda = torch.cuda.get_rng_state_all() if torch.cuda.is_initialized() else []
    return torch.get_rng_state(), cuda, random.getstate(), np.random.get_state()  # noqa: NPY002


def set_random_state(state: _State) -> None:
    """Puts generators back to where they were."""
    torch.set_rng_state(state[0])
    if state[1]:
        torch.cuda.set_rng_state_all(state[1])
    random.setstate(state[2])
    np.random.set_state(state[3])  # noqa: NPY002


def drew_since(state: _State) -> bool:
    """Whether anything has been drawn since."""
    now = random_state()
    pairs = zip([state[0], *state[1]], [now[0], *now[1]], strict=False)
    arrays = (state[3][1], now[3][1])
    return (
        any(not torch.equal(was, now) for was, now in pairs)
        or state[2] != now[2]
        or state[3][2:] != now[3][2:]
        or not np.array_equal(*arrays)
    )


@contextmanager
def drawing_from(state: _State) -> Generator[None]:
    """Draws inside begin there; the program's own go on afterwards as if nothing had been drawn."""
    before = random_state()
    set_random_state(state)
    try:
        yield
    finally:
        set_random_state(before)


class Again:
    """The arguments of a call as they were before it, and the random state."""

    def __init__(self, function: Callable[..., Any], arguments: dict[str, Any]) -> None:
        self.state = random_state()
        given = taken_apart({name: told(value) for name, value in arguments.items()})
        self.wanted = [
            i
            for i, tensor in enumerate(given.tensors)
            if torch.is_grad_enabled() and tensor.requires_grad
        ]
        self.versions = [_version(tensor) for tensor in given.tensors]
        self.given = given
        self.parts = given._replace(tensors=[tensor.detach().clone() for tensor in given.tensors])
        self._function = function
        self._modules = {
            name: value for name, value in arguments.items() if isinstance(value, nn.Module)
        }

    def changed(self) -> list[str]:
        """The tensors among the arguments that have been written to since."""
        pairs = zip(self.given.names, self.given.tensors, self.versions, strict=True)
        return [name for name, tensor, version in pairs if _version(tensor) != version]

    def result(self, tensors: Sequence[Tensor]) -> Any:
        """What Python gives for other numbers in the same places, drawing the same."""
        arguments = self.parts.value(list(tensors))
        held = nn.ModuleList(self._modules.values())
        swapped = {
            f"held.{i}.{name}": tensor
            for i, argument in enumerate(self._modules)
            for kind in ("parameters", "buffers")
            for name, tensor in arguments[argument][kind].items()
        }

        def run(modules: Sequence[nn.Module]) -> Any:
            return self._function({**arguments, **dict(zip(self._modules, modules, strict=True))})

        with drawing_from(self.state):
            return functional_call(_Host(held), swapped, (run,)) if swapped else run(list(held))

    def __call__(self, dtype: str, tensors: list[Tensor], wanted: list[int]) -> dict[str, Tensor]:
        """Named outputs in a dtype, and gradients with respect to the tensors of those numbers."""
        real = cast("torch.dtype", getattr(torch, dtype))
        cast_ones = [tensor.detach().to(computed_in(tensor.dtype, real)) for tensor in tensors]
        leaves = {str(i): cast_ones[i].requires_grad_() for i in wanted}
        with torch.set_grad_enabled(bool(leaves)):
            outputs = named_outputs(self.result(cast_ones))
        found = {name: tensor.detach() for name, tensor in outputs.items()}
        if leaves:
            gradients = gradients_of(list(outputs.values()), leaves)
            names = self.parts.names
            found |= {f"gradient.{names[int(i)]}": value for i, value in gradients.items()}
        return found


def _version(tensor: Tensor) -> int:
    return 0 if tensor.is_inference() else tensor._version  # noqa: SLF001


class _Host(nn.Module):
    """What ``functional_call`` gives other parameters, whatever method of the modules is called."""

    def __init__(self, held: nn.ModuleList) -> None:
        super().__init__()
        self.held = held

    def forward(self, run: Callable[[nn.ModuleList], Any]) -> Any:
        return run(self.held)


def named_outputs(result: Any) -> dict[str, Tensor]:
    """Tensors and numbers of a result by their places: ``output``, ``output.1``."""
    parts = taken_apart(_numbers_as_tensors(result))
    return {
        ".".join(["output", *map(str, path)]): tensor
        for path, tensor in zip(parts.paths, parts.tensors, strict=True)
    }


def _numbers_as_tensors(result: Any) -> Any:
    if type(result) in (int, float):
        return torch.tensor(float(result), dtype=torch.float64)
    if type(result) in (list, tuple):
        return [_numbers_as_tensors(item) for item in cast("list[Any]", result)]
    if type(result) is dict:
        fields = cast("dict[Any, Any]", result)
        return {name: _numbers_as_tensors(item) for name, item in fields.items()}
    return result


def plain_parts(result: Any) -> Parts:
    """A result without its graph, as it crosses."""
    parts = taken_apart(result)
    return parts._replace(tensors=[tensor.detach() for tensor in parts.tensors])
