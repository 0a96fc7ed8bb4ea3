"""Values in two parts: their tensors, and what holds them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple, cast

from torch import Tensor, nn

Path = tuple[Any, ...]
"""Where a tensor is: names and indices from outside in."""


class Parts(NamedTuple):
    """A value: its tensors, their places, and the value with None in those."""

    tree: Any
    paths: list[Path]
    tensors: list[Tensor]

    @property
    def names(self) -> list[str]:
        """What messages call the tensors."""
        return [".".join(map(str, path)) for path in self.paths]

    def value(self, tensors: list[Tensor]) -> Any:
        """The value, of other tensors in the same places."""
        return rebuilt(self.tree, dict(zip(self.paths, tensors, strict=True)))


def taken_apart(value: Any, kinds: type | tuple[type, ...] = Tensor) -> Parts:
    """Lists, tuples and dicts are looked into; all else stays as it is.

    Args:
        value: what is taken apart.
        kinds: what is taken for a tensor.
    """
    parts = Parts(None, [], [])
    return parts._replace(tree=_apart(value, (), parts, kinds))


def _apart(value: Any, path: Path, parts: Parts, kinds: type | tuple[type, ...]) -> Any:
    if isinstance(value, kinds):
        parts.paths.append(path)
        parts.tensors.append(value)
        return None
    if type(value) in (list, tuple):
        items = cast("list[Any]", value)
        return type(value)(_apart(item, (*path, i), parts, kinds) for i, item in enumerate(items))
    if type(value) is dict:
        fields = cast("dict[Any, Any]", value)
        return {name: _apart(item, (*path, name), parts, kinds) for name, item in fields.items()}
    return value


def rebuilt(tree: Any, tensors: Mapping[Path, Tensor], path: Path = ()) -> Any:
    """What ``taken_apart`` took apart."""
    if path in tensors:
        return tensors[path]
    if type(tree) in (list, tuple):
        items = cast("list[Any]", tree)
        return type(tree)(rebuilt(item, tensors, (*path, i)) for i, item in enumerate(items))
    if type(tree) is dict:
        fields = cast("dict[Any, Any]", tree)
        return {name: rebuilt(item, tensors, (*path, name)) for name, item in fields.items()}
    return tree


def told(argument: Any) -> Any:
    """What a TypeScript function is given for an argument: of a module, what it holds."""
    if not isinstance(argument, nn.Module):
        return argument
    plain = {
        name: value
        for name, value in vars(argument).items()
        if not name.startswith("_") and name != "training" and _is_plain(value)
    }
    return {
        "attributes": plain,
        "parameters": dict(argument.named_parameters()),
        "buffers": dict(argument.named_buffers()),
        "training": argument.training,
    }


def _is_plain(value: Any) -> bool:
    if isinstance(value, (list, tuple)):
        return all(_is_plain(item) for item in cast("tuple[Any, ...]", value))
    if type(value) is dict:
        fields = cast("dict[Any, Any]", value)
        return all(type(name) is str and _is_plain(item) for name, item in fields.items())
    return value is None or type(value) in (bool, int, float, str)
