"""What Python code draws, by where it draws it, and the same again in another run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from types import TracebackType
from typing import Any

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode

from adsam_bridge.source_line import source_line
from adsam_bridge.tracing.recorder import name_of
from adversarial_sampling.errors import AdversarialSamplingError


@dataclass
class Draw:
    """What was drawn, and the line of the user's that asked for it."""

    name: str
    file: str
    line: int
    values: Tensor


class Draws:
    """Notes all draws while it is entered, and puts others in their place.

    Of dropout it is the mask, 1 where a number is kept.

    Args:
        given: what is drawn instead, in order.
    """

    def __init__(self, given: Sequence[Tensor] | None) -> None:
        self.drawn: list[Draw] = []
        self._given = given
        self._names: list[str] = []
        self._counts: Counter[str] = Counter()
        self._modes = ExitStack()

    def __enter__(self) -> None:
        self._modes.enter_context(_Functions(self._names))
        self._modes.enter_context(_Kernels(self))

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._modes.close()

    def take(self, kernel: str, result: Tensor) -> None:
        """Is told of what was drawn, and may change it."""
        name = self._names[0] if self._names else kernel
        place = len(self.drawn)
        if self._given is not None:
            if place >= len(self._given) or self._given[place].shape != result.shape:
                expected = (
                    f"{len(self._given)} draws"
                    if place >= len(self._given)
                    else f"a draw of shape {list(self._given[place].shape)}"
                )
                raise AdversarialSamplingError(
                    f"expected {expected} as before, got one more of shape {list(result.shape)} "
                    f"by {name}: what is drawn hangs on the numbers",
                )
            result.copy_(self._given[place])
        file, line = source_line()
        self.drawn.append(Draw(f"{name}.{self._counts[name]}", file, line, result.detach().clone()))
        self._counts[name] += 1


class _Functions(TorchFunctionMode):
    """The functions that run now, outermost first."""

    def __init__(self, names: list[str]) -> None:
        super().__init__()
        self._names = names

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        self._names.append(name_of(func))
        try:
            return func(*args, **(kwargs or {}))
        finally:
            self._names.pop()


class _Kernels(TorchDispatchMode):
    """Sees what draws, whatever function it is part of."""

    def __init__(self, draws: Draws) -> None:
        super().__init__()
        self._draws = draws

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        result = func(*args, **(kwargs or {}))
        if torch.Tag.nondeterministic_seeded in func.tags and isinstance(result, Tensor):
            self._draws.take(func.overloadpacket.__name__.strip("_"), result)
        return result
