"""CUDA for code that insists on it, where there is none: the device at hand serves."""

from __future__ import annotations

import contextlib
import sys
import threading
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from functools import wraps
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.parallel.data_parallel import __name__ as _DATA_PARALLEL
from torch.overrides import TorchFunctionMode

_ANSWERS = {
    "is_available": True,
    "is_bf16_supported": True,
    "device_count": 1,
    "current_device": 0,
    "get_device_name": "served by another device",
    "device": contextlib.nullcontext(),
    "set_device": None,
    "synchronize": None,
    "empty_cache": None,
    "reset_peak_memory_stats": None,
}
"""What torch.cuda says. What is not here, such as streams and events, raises torch's own error."""

_KINDS = ("Double", "Float", "Half", "BFloat16", "Byte", "Char", "Short", "Int", "Long", "Bool")


@contextmanager
def served_by(device: torch.device) -> Generator[None]:
    """Code inside that asks for CUDA gets this device, unless there is CUDA.

    Factories, which take a device by name, are served in this thread alone.
    """
    if torch.cuda.is_available():
        yield
        return
    with ExitStack() as changes:
        for owner, name, value in _replacements(device):
            changes.enter_context(_replaced(owner, name, value))
        mode, thread = _Mode(device), threading.get_ident()
        mode.__enter__()
        try:
            yield
        finally:
            if threading.get_ident() == thread:  # another one has modes of its own
                mode.__exit__(None, None, None)


class _Mode(TorchFunctionMode):
    """Torch's functions, with the device at hand for one of CUDA's."""

    def __init__(self, device: torch.device) -> None:
        super().__init__()
        self._device = device

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Sequence[type],
        args: Sequence[Any] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        return func(*args, **_served(kwargs or {}, self._device))


def _at_hand(value: Any, device: torch.device) -> Any:
    """This device for one of CUDA's; another value as it is."""
    if isinstance(value, torch.device):
        return device if value.type == "cuda" else value
    if isinstance(value, str):
        return device if value == "cuda" or value.startswith("cuda:") else value
    return device if isinstance(value, int) and not isinstance(value, bool) else value


def _served(named: Mapping[str, Any], device: torch.device) -> dict[str, Any]:
    if "device" not in named:
        return dict(named)
    return {**named, "device": _at_hand(named["device"], device)}


def _replacements(device: torch.device) -> Generator[tuple[object, str, object]]:
    for name, answer in _ANSWERS.items():
        yield torch.cuda, name, _answering(answer)
    for kind in _KINDS:
        yield torch.cuda, f"{kind}Tensor", getattr(torch, f"{kind}Tensor")
    for owner in (Tensor, nn.Module):
        yield owner, "to", _to(owner.to, device)
    yield Tensor, "cuda", _moved_to(device)
    yield Tensor, "pin_memory", _moved_to(device)
    yield torch, "load", _load(torch.load, device)
    yield torch, "set_default_device", _set_default_device(torch.set_default_device, device)
    # With one device, modules that ask for several run as they are.
    yield sys.modules[_DATA_PARALLEL], "_get_available_device_type", _answering(None)


def _moved_to(device: torch.device) -> Callable[..., Tensor]:
    def served(tensor: Tensor, *_: object, **__: object) -> Tensor:
        return tensor.to(device)

    return served


def _answering(answer: object) -> Callable[..., object]:
    return lambda *_, **__: answer


def _to(to: Callable[..., Any], device: torch.device) -> Callable[..., Any]:
    @wraps(to)
    def served(owner: Any, *values: Any, **named: Any) -> Any:
        return to(owner, *(_at_hand(value, device) for value in values), **_served(named, device))

    return served


def _load(load: Callable[..., Any], device: torch.device) -> Callable[..., Any]:
    @wraps(load)
    def served(file: Any, map_location: Any = None, *values: Any, **named: Any) -> Any:
        place = device if map_location is None else _at_hand(map_location, device)
        return load(file, place, *values, **named)

    return served


def _set_default_device(
    set_default: Callable[..., None], device: torch.device
) -> Callable[..., None]:
    def served(named: object) -> None:
        set_default(_at_hand(named, device))

    return served


@contextmanager
def _replaced(owner: Any, name: str, value: object) -> Generator[None]:
    own, before = name in vars(owner), getattr(owner, name)
    setattr(owner, name, value)
    try:
        yield
    finally:
        setattr(owner, name, before) if own else delattr(owner, name)
