"""What the functions of a module are written as, to see whether they have changed."""

from __future__ import annotations

import hashlib
import inspect
from collections.abc import Callable
from types import CodeType, FunctionType
from typing import Any

from adsam_bridge.functions import load_module
from adsam_bridge.modules import Folder

from .places import modules_of


def sources(folder: Folder, name: str) -> dict[str, str]:
    """A hash of the source of each function, and of methods as ``Class.method``.

    It covers what the function names of the folder's own modules too, and what that names.
    """
    module = load_module(name, folder)
    own = {module.__name__ for module in modules_of(folder)}
    found: dict[str, str] = {}
    for attribute, value in vars(module).items():
        if getattr(value, "__module__", None) != module.__name__:
            continue
        if isinstance(value, type):
            methods = {key: _plain(one) for key, one in vars(value).items()}
            found |= {f"{attribute}.{key}": _hash(one, own) for key, one in methods.items() if one}
        elif plain := _plain(value):
            found[attribute] = _hash(plain, own)
    return dict(sorted(found.items()))


def _plain(value: Any) -> FunctionType | None:
    function = inspect.unwrap(getattr(value, "__func__", value)) if callable(value) else None
    return function if isinstance(function, FunctionType) else None


def _hash(function: Callable[..., Any], own: set[str]) -> str:
    texts: dict[int, str] = {}
    _gather(function, own, texts)
    return hashlib.sha256("\0".join(sorted(texts.values())).encode()).hexdigest()[:16]


def _gather(value: Any, own: set[str], texts: dict[int, str]) -> None:
    if id(value) in texts:
        return
    texts[id(value)] = _text(value)
    if isinstance(value, type):
        for one in vars(value).values():
            if plain := _plain(one):
                _gather(plain, own, texts)
        for ancestor in value.__bases__:
            if ancestor.__module__ in own:
                _gather(ancestor, own, texts)
        return
    for name in _names(value.__code__):
        used = value.__globals__.get(name)
        if isinstance(used, (bool, int, float, str, tuple)):
            texts[hash((name, id(used)))] = f"{name} = {used!r}"
        if getattr(used, "__module__", None) in own and isinstance(used, (type, FunctionType)):
            _gather(inspect.unwrap(used), own, texts)


def _names(code: CodeType) -> list[str]:
    inner = [one for one in code.co_consts if isinstance(one, CodeType)]
    return [*code.co_names, *(name for one in inner for name in _names(one))]


def _text(value: Any) -> str:
    try:
        return inspect.getsource(value)
    except (OSError, TypeError):
        return f"{getattr(value, '__qualname__', '')} without source"
