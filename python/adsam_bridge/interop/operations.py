"""What TypeScript can ask of objects: the operations of src/schema/interop.ts, by name."""

from __future__ import annotations

import asyncio
import difflib
import inspect
import itertools
from collections.abc import AsyncIterator, Callable, Iterator
from types import ModuleType, TracebackType
from typing import Any, get_args

from torch import Tensor

from adsam_bridge.functions import load_module
from adsam_bridge.modules import Folder
from adsam_bridge.port.patch import patch
from adversarial_sampling._protocol import Operation
from adversarial_sampling.errors import AdversarialSamplingError

from .aliases import as_signed
from .gradients import Pullback, jvp, vjp
from .outgoing import type_name

_END = object()
_loop: asyncio.AbstractEventLoop | None = None


def finished(value: Any) -> Any:
    """What a coroutine comes to; another value as it is.

    One event loop serves the session, so that its tasks and queues outlive the call that made
    them; it runs while a call does.
    """
    global _loop  # noqa: PLW0603 - one a process, as its thread of jobs is
    if not inspect.isawaitable(value):
        return value
    if _loop is None:
        _loop = asyncio.new_event_loop()

    async def result() -> Any:
        return await value

    return _loop.run_until_complete(result())


def leave_loop() -> None:
    """Has another event loop serve from now on: the thread of this one was given up."""
    global _loop  # noqa: PLW0603
    _loop = None


def _import(folder: Folder, name: str) -> ModuleType:
    return load_module(name, folder)


def _reload(folder: Folder, module: ModuleType) -> ModuleType:
    return folder.reload(module)


def _call(_: Folder, function: Callable[..., Any], /, *values: Any, **named: Any) -> Any:
    return function(*values, **as_signed(function, named))


def _method(_: Folder, owner: Any, name: str, /, *values: Any, **named: Any) -> Any:
    function = _attribute(owner, name)
    return function(*values, **as_signed(function, named))


def _get(_: Folder, owner: Any, name: str) -> Any:
    return _attribute(owner, name)


def _set(_: Folder, owner: Any, name: str, value: Any) -> None:
    setattr(owner, name, value)


def _attribute(owner: Any, name: str) -> Any:
    """The attribute of that name, with the nearest one where there is none."""
    try:
        return getattr(owner, name)
    except AttributeError as error:
        if hasattr(type(owner), name) or name in getattr(owner, "__dict__", {}):
            raise  # a property's own error
        what = owner.__name__ if isinstance(owner, (type, ModuleType)) else type_name(type(owner))
        near = difflib.get_close_matches(name, [n for n in dir(owner) if n[0] != "_"], 1)
        raise AdversarialSamplingError(
            f"there is no {name} in {what}",
            suggestion=f"did you mean {near[0]}?" if near else "names() tells what it has",
        ) from error


def _length(_: Folder, owner: Any) -> int:
    return len(owner)


def _item(_: Folder, owner: Any, key: Any) -> Any:
    return owner[key]


def _set_item(_: Folder, owner: Any, key: Any, value: Any) -> None:
    owner[key] = value


def _remove_item(_: Folder, owner: Any, key: Any) -> None:
    del owner[key]


def _contains(_: Folder, owner: Any, value: Any) -> bool:
    return value in owner


def _iterate(_: Folder, owner: Any) -> Iterator[Any] | AsyncIterator[Any]:
    return aiter(owner) if hasattr(type(owner), "__aiter__") else iter(owner)


def _next(_: Folder, iterator: Any, count: int = 1) -> list[Any]:
    """Up to so many values; fewer at the end."""
    if hasattr(type(iterator), "__next__"):
        return list(itertools.islice(iterator, count))
    values = (finished(anext(iterator, _END)) for _ in range(count))
    return list(itertools.takewhile(lambda value: value is not _END, values))


def _close(_: Folder, iterator: Any) -> None:
    """Ends a generator: its `finally` blocks run. Other iterators have nothing to end."""
    close = getattr(iterator, "close", None) or getattr(iterator, "aclose", None)
    if close is not None:
        finished(close())


def _enter(_: Folder, manager: Any) -> Any:
    kind = type(manager)
    return (kind.__aenter__ if hasattr(kind, "__aenter__") else kind.__enter__)(manager)


def _exit(
    _: Folder,
    manager: Any,
    kind: type[BaseException] | None = None,
    error: BaseException | None = None,
    trace: TracebackType | None = None,
) -> bool:
    """Leaves it; whether it holds the error back."""
    its = type(manager)
    leave = its.__aexit__ if hasattr(its, "__aexit__") else its.__exit__
    return bool(finished(leave(manager, kind, error, trace)))


def _within(_: Folder, manager: Any, work: Callable[[Any], None]) -> None:
    """As ``with`` and ``async with`` do; the loop stands still meanwhile, for what work asks."""
    value = finished(_enter(_, manager))
    try:
        work(value)
    except BaseException as error:
        if not _exit(_, manager, type(error), error, error.__traceback__):
            raise
    else:
        _exit(_, manager)


def _text(_: Folder, value: Any) -> str:
    return str(value)


def _names(_: Folder, owner: Any) -> list[str]:
    return [name for name in dir(owner) if not name.startswith("_")]


def _same(_: Folder, one: Any, other: Any) -> bool:
    return one is other


def _vjp(
    _: Folder, function: Callable[..., Any], /, *values: Any, **named: Any
) -> tuple[Any, Pullback]:
    return vjp(function, *values, **named)


def _jvp(
    _: Folder, function: Callable[..., Any], tangents: Any, /, *values: Any, **named: Any
) -> tuple[Any, list[Tensor]]:
    return jvp(function, tangents, *values, **named)


OPERATIONS: dict[Operation, Callable[..., Any]] = {
    "import": _import,
    "reload": _reload,
    "call": _call,
    "method": _method,
    "get": _get,
    "set": _set,
    "length": _length,
    "item": _item,
    "setItem": _set_item,
    "removeItem": _remove_item,
    "contains": _contains,
    "iterate": _iterate,
    "next": _next,
    "close": _close,
    "enter": _enter,
    "exit": _exit,
    "within": _within,
    "text": _text,
    "names": _names,
    "same": _same,
    "vjp": _vjp,
    "jvp": _jvp,
    "patch": patch,
}
assert OPERATIONS.keys() == set(get_args(Operation))
