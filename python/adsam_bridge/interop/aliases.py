"""What pydantic calls the fields of a model when one is made."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pydantic import AliasChoices, AliasPath, BaseModel

_Path = list[str | int]


class _Within(dict[str | int, "Any"]):
    """What lies within an argument, by the steps of paths."""


def asked_as(kind: type, fields: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments that give a class these fields: by aliases, and within others by paths."""
    asked = _Within()
    for name, value in fields.items():
        _put(asked, _path(kind, name), value)
    return {str(name): _whole(value) for name, value in asked.items()}


def as_signed(function: Callable[..., Any], named: Mapping[str, Any]) -> dict[str, Any]:
    """Arguments as a model takes them: its signature has the fields that are reached by paths."""
    if not isinstance(function, type) or not issubclass(function, BaseModel):
        return dict(named)
    paths = {name for name in named if _is_path(function, name)}
    plain = {name: value for name, value in named.items() if name not in paths}
    return {**plain, **asked_as(function, {name: named[name] for name in named if name in paths})}


def _path(kind: type, field: str) -> _Path:
    settings = getattr(kind, "model_config", {})
    if settings.get("populate_by_name") or settings.get("validate_by_name"):
        return [field]
    choices = _choices(kind, field)
    plain = next((one for one in choices if isinstance(one, str)), None)
    if plain is not None:
        return [plain]
    return list(choices[0].path) if choices and isinstance(choices[0], AliasPath) else [field]


def _choices(kind: type, field: str) -> list[str | AliasPath]:
    info = getattr(kind, "__pydantic_fields__", {}).get(field)
    alias = None if info is None else info.validation_alias
    if isinstance(alias, AliasChoices):
        return alias.choices
    return [] if alias is None else [alias]


def _is_path(kind: type, name: str) -> bool:
    choices = _choices(kind, name)
    return bool(choices) and isinstance(choices[0], AliasPath) and _path(kind, name) != [name]


def _put(within: _Within, path: _Path, value: Any) -> None:
    first, *rest = path
    if not rest:
        within[first] = value
        return
    inner = within.setdefault(first, _Within())
    if isinstance(inner, _Within):  # and not a value that is given whole
        _put(inner, rest, value)


def _whole(value: Any) -> Any:
    """A dict, or a list where its steps are numbers: None where no field says what stands there."""
    if not isinstance(value, _Within):
        return value
    if not all(isinstance(step, int) for step in value):
        return {step: _whole(one) for step, one in value.items()}
    steps = [step for step in value if isinstance(step, int)]
    items: list[Any] = [None] * max(step + 1 if step >= 0 else -step for step in steps)
    for step in steps:
        items[step] = _whole(value[step])
    return items
