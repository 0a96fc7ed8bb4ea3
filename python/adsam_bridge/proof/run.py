"""One run: on copies, in one precision, with draws noted or given."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import torch
from torch import Tensor

from adsam_bridge.outputs import gradients_of
from adsam_bridge.port.patch import python_alone
from adsam_bridge.port.structure import Parts, taken_apart
from adversarial_sampling.dtypes import computed_in
from adversarial_sampling.errors import AdversarialSamplingError

from .draws import Draws
from .named import named_tensors
from .ordered import Ordered
from .rounded import Rounded
from .state import named_state, set_state, widen_state
from .widened import Widened


class Watch(AbstractContextManager[Any], Protocol):
    """Is entered while the function runs, and sees what it gives before anything is copied."""

    def returned(self, tensors: Mapping[str, Tensor]) -> None:
        """Is told of outputs and state by name."""


@dataclass
class Run:
    """What is called, and on what."""

    function: Callable[..., Any]
    owner: object
    positional: Sequence[str]
    """Inputs that go by position."""
    given: Mapping[str, Any]
    state: Mapping[str, Tensor]
    """What the owner starts from."""


def run(
    target: str,
    one: Run,
    precision: str,
    differentiate: Sequence[str],
    draws: Sequence[Tensor] | None,
    watch: Watch | None = None,
    rounding: int | None = None,
) -> dict[str, Any]:
    """Outputs, gradients and state by name, what was drawn, and what put equal numbers in order.

    Args:
        target: of the function, for messages.
        one: the call; its owner may be changed.
        precision: ``float32``; ``float64``; or ``widened``, which is float64 where the code itself
            asks for float32 as well.
        differentiate: names of inputs, and of the state's tensors after ``state.``.
        draws: what is drawn, in order; None to draw from a fixed seed.
        watch: follows what the function does.
        rounding: a seed, by which each kernel rounds to float32 either up or down (``Rounded``).
    """
    dtype = torch.float32 if precision == "float32" else torch.float64
    parts, arrays = _tensors_of(one.given)
    leaves = {
        name: tensor.detach().to(computed_in(tensor.dtype, dtype), copy=True)
        for name, tensor in zip(parts.names, parts.tensors, strict=True)
    }
    whole = next((name for name in differentiate if name in arrays), None)
    if whole is not None:
        raise AdversarialSamplingError(f"differentiate: {whole} is a numpy array, without gradient")
    widen_state(one.owner, dtype)
    set_state(one.owner, one.state)
    held = {f"state.{name}": tensor for name, tensor in named_state(one.owner).items()}
    wanted = {name: _leaf(name, {**leaves, **held}) for name in differentiate}
    arguments, arrived = _arguments(parts, leaves, wanted, arrays)
    drawn, ordered = Draws(draws), Ordered()
    rounded = nullcontext() if rounding is None else Rounded(rounding)
    # Rounding first: what it draws itself is none of the function's draws.
    with rounded, _surroundings(dtype, drawn, ordered, widened=precision == "widened"):
        by_position = [arguments.pop(name) for name in one.positional]
        with python_alone(), watch or nullcontext():
            result = one.function(*by_position, **arguments)
    outputs, single = named_tensors(target, result, dtype)
    state = {
        **{name: tensor for name, (tensor, before) in arrived.items() if _differs(tensor, before)},
        **named_state(one.owner),
    }
    if watch is not None:
        watch.returned({**outputs, **{f"state.{name}": one for name, one in state.items()}})
    gradients = gradients_of(list(outputs.values()), wanted, rounded) if wanted else {}
    return {
        "single": single,
        "outputs": {name: tensor.detach() for name, tensor in outputs.items()},
        "gradients": {name: tensor.detach() for name, tensor in gradients.items()},
        "state": {name: tensor.detach().clone() for name, tensor in state.items()},
        "draws": [
            {"name": draw.name, "file": draw.file, "line": draw.line, "values": draw.values}
            for draw in drawn.drawn
        ],
        "ordered": list(ordered.decided),
    }


def _leaf(name: str, known: Mapping[str, Tensor]) -> Tensor:
    found = known.get(name)
    if found is None:
        raise AdversarialSamplingError(
            f"differentiate: there is no tensor {name}",
            suggestion=f"there are {', '.join(known)}",
        )
    return found.requires_grad_()


def _tensors_of(given: Mapping[str, Any]) -> tuple[Parts, frozenset[str]]:
    """Arguments apart, numpy's arrays as tensors too, and the names of those."""
    parts = taken_apart(dict(given), (Tensor, np.ndarray))
    found: list[Any] = parts.tensors
    arrays = {
        name for name, one in zip(parts.names, found, strict=True) if isinstance(one, np.ndarray)
    }
    return parts._replace(tensors=[torch.as_tensor(one) for one in found]), frozenset(arrays)


def _arguments(
    parts: Parts,
    leaves: Mapping[str, Tensor],
    wanted: Mapping[str, Tensor],
    arrays: frozenset[str],
) -> tuple[dict[str, Any], dict[str, tuple[Tensor, Tensor]]]:
    """Arguments that may be written to, and each tensor of theirs as it comes and as it was."""
    tensors = [leaf.clone() if name in wanted else leaf for name, leaf in leaves.items()]
    arrived = {
        name: (tensor, tensor.detach().clone())
        for name, tensor in zip(parts.names, tensors, strict=True)
    }
    values: list[Any] = [
        tensor.numpy() if name in arrays else tensor  # the same numbers: writing is seen
        for name, tensor in zip(parts.names, tensors, strict=True)
    ]
    return parts.value(values), arrived


def _differs(now: Tensor, before: Tensor) -> bool:
    if now.shape != before.shape or now.dtype != before.dtype:
        return True
    return not torch.equal(now.detach().nan_to_num(), before.nan_to_num())


@contextmanager
def seeded() -> Generator[None]:
    """What torch draws inside starts from a fixed seed, and goes on as it was afterwards."""
    devices = range(torch.cuda.device_count()) if torch.cuda.is_initialized() else []
    with torch.random.fork_rng(devices):
        torch.manual_seed(0)
        yield


@contextmanager
def _surroundings(
    dtype: torch.dtype, draws: Draws, ordered: Ordered, *, widened: bool
) -> Generator[None]:
    default = torch.get_default_dtype()
    with ExitStack() as stack:
        stack.enter_context(seeded())
        stack.callback(torch.set_default_dtype, default)
        torch.set_default_dtype(dtype)
        stack.enter_context(torch.enable_grad())
        if widened:
            stack.enter_context(Widened())
        stack.enter_context(ordered)
        stack.enter_context(draws)
        yield
