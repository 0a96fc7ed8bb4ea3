"""Every torch function that runs, with its tensors and the line of the user's that called it."""

from __future__ import annotations

import linecache
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from torch import Tensor
from torch.overrides import TorchFunctionMode

from adsam_bridge.outputs import tensors_in
from adsam_bridge.source_line import source_line

from .values import Snapshot, Values, snapshot

Changed = Callable[[Callable[..., Any], Sequence[Any], dict[str, Any]], Any]
"""Computes an operation in another way: of its function and its arguments."""

_READS = frozenset(
    {
        "size",
        "dim",
        "numel",
        "item",
        "get",
        "is_floating_point",
        "is_complex",
        "stride",
        "tolist",
        "register_hook",
        "has_names",
        "requires_grad",
        "is_contiguous",
        "data_ptr",
        "element_size",
        "ndimension",
        "len",
        "format",
        "repr",
        "hash",
        "iter",
        "storage_offset",
        "nelement",
        "bool",
        "is_same_size",
    }
)
"""What tells of a tensor, and computes none."""

_TENSOR_ATTRIBUTES = frozenset({"T", "mT", "H", "mH", "real", "imag", "data"})


_UNFILLED = frozenset({"empty", "empty_like", "new_empty", "empty_strided", "new_empty_strided"})
"""What gives memory as it was left."""


@dataclass
class Operation:
    """What ran."""

    name: str
    file: str
    line: int
    inputs: list[int]
    outputs: list[int]


class Recorder(TorchFunctionMode):
    """Notes what runs while it is entered.

    Args:
        change: computes the operation of that number in another way.
        values: whether numbers are kept; a run with a change needs none.
    """

    def __init__(self, change: tuple[int, Changed] | None = None, *, values: bool = True) -> None:
        super().__init__()
        self.operations: list[Operation] = []
        self.values = Values()
        self.gradients: dict[int, Snapshot] = {}
        self.taps: dict[str, int] = {}
        self.returns: dict[str, int | None] = {}
        self.counted = 0
        self._change = change
        self._keeps = values

    def given(self, tensor: Tensor) -> int:
        """The number of a tensor that no operation has made."""
        found = self.values.find(tensor)
        return self.values.add(tensor) if found is None else found

    def tapped(self, name: str, tensor: Tensor) -> None:
        """Is told of a tap."""
        if self._keeps:
            self.taps[name] = self.given(tensor)

    def returned(self, tensors: Mapping[str, Tensor]) -> None:
        """Is told of what the function gave."""
        self.returns = {name: self.values.find(tensor) for name, tensor in tensors.items()}

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        named = kwargs or {}
        name = name_of(func)
        if name in _READS:
            return func(*args, **named)
        place = self.counted
        self.counted += 1
        if not self._keeps:
            if self._change is not None and self._change[0] == place:
                return self._change[1](func, args, named)
            return func(*args, **named)
        before = [(tensor, self.given(tensor)) for tensor in tensors_in([args, named])]
        result = func(*args, **named)
        if name in _UNFILLED:
            result.detach().zero_()  # what was left there could be like anything
        changed = [t for t, number in before if self.values.find(t) != number]
        made = [*changed, *(t for t in tensors_in(result) if all(t is not c for c in changed))]
        file, line = source_line()
        outputs = [self._output(tensor, before) for tensor in made]
        inputs = list(dict.fromkeys(number for _, number in before))
        self.operations.append(Operation(name, file, line, inputs, outputs))
        return result

    def _output(self, tensor: Tensor, before: list[tuple[Tensor, int]]) -> int:
        passed = next((number for t, number in before if t is tensor), None)
        if passed is not None and self.values.find(tensor) == passed:
            return passed
        number = self.values.add(tensor)
        if tensor.requires_grad:
            tensor.register_hook(partial(self._gradient, number))
        return number

    def _gradient(self, number: int, gradient: Tensor) -> None:
        self.gradients[number] = snapshot(gradient.detach())


def name_of(func: Any) -> str:
    """A torch function's name, operators by the name of their function."""
    name = str(getattr(func, "__name__", type(func).__name__)).strip("_")
    if name == "get":  # an attribute such as .T; those that are no tensors are reads
        attribute = str(getattr(getattr(func, "__self__", None), "__name__", ""))
        name = attribute if attribute in _TENSOR_ATTRIBUTES else name
    return {
        "truediv": "div",
        "rtruediv": "rdiv",
        "set_grad_enabled": "no_grad",
        "data": "detach",
    }.get(name, name)


def text_of(operation: Operation) -> str:
    """The source line of an operation."""
    return linecache.getline(operation.file, operation.line).strip()
