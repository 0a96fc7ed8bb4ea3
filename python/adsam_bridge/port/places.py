"""Where a function is: its own place, other modules' imports of it, and what else holds it."""

from __future__ import annotations

import gc
import inspect
import sys
from collections.abc import Iterator
from types import FrameType, ModuleType
from typing import Any, NamedTuple, cast

from adsam_bridge.functions import load_module
from adsam_bridge.modules import Folder
from adversarial_sampling.errors import AdversarialSamplingError


class Place(NamedTuple):
    """An attribute of a module or a class."""

    owner: ModuleType | type
    name: str

    def __str__(self) -> str:
        if isinstance(self.owner, ModuleType):
            return f"{self.owner.__name__}:{self.name}"
        return f"{self.owner.__module__}:{self.owner.__qualname__}.{self.name}"


def place_of(target: str, folder: Folder) -> Place:
    """The place that ``module:name`` or ``module:Class.method`` names.

    Raises:
        AdversarialSamplingError: ``usage`` where there is none that can be patched.
    """
    name, colon, path = target.partition(":")
    if not colon or not path:
        *modules, last = target.split(".")
        raise AdversarialSamplingError(
            f'expected "module:function" or "module:Class.method", got "{target}"',
            suggestion=f"did you mean {'.'.join(modules)}:{last}?" if modules else None,
        )
    module = load_module(name, folder)
    if module not in list(modules_of(folder)):
        raise AdversarialSamplingError(
            f"expected a module of {folder.path}, got {name}, which other programs share",
            suggestion="patch the function of yours that calls it",
        )
    owner: Any = module
    *classes, last = path.split(".")
    for part in classes:
        owner = vars(owner).get(part)
        if not isinstance(owner, type):
            raise AdversarialSamplingError(f"there is no class {'.'.join(classes)} in {name}")
    if last not in vars(owner):
        raise AdversarialSamplingError(
            f"there is no {path} in {name}", suggestion=_instead(owner, last)
        )
    return Place(owner, last)


def _instead(owner: Any, name: str) -> str:
    """Where a class has an inherited method from, or what there is."""
    for base in getattr(owner, "__mro__", ()):
        if name in vars(base):
            return f"it is inherited: patch {Place(base, name)}"
    names = [own for own, value in vars(owner).items() if inspect.isroutine(value)]
    return f"it has {', '.join(names) or 'none'}"


def modules_of(folder: Folder) -> Iterator[ModuleType]:
    """The folder's modules that are loaded; call it while the folder is entered."""
    for name, module in list(sys.modules.items()):
        if folder.gave(name.partition(".")[0]):
            yield module


def places_of(value: object, folder: Folder) -> list[Place]:
    """All attributes of the folder's modules, and of their classes, that are this value."""
    found: list[Place] = []
    for module in modules_of(folder):
        for name, held in list(vars(module).items()):
            if held is value:
                found.append(Place(module, name))
            if isinstance(held, type) and held.__module__ == module.__name__:
                found += [Place(held, own) for own, one in vars(held).items() if one is value]
    return found


def put(place: Place, value: object) -> None:
    """Writes it; a module of torch's own would take a function for a submodule otherwise."""
    setattr(place.owner, place.name, value)


def holders_of(function: object, known: list[object], folder: Folder) -> list[str]:
    """What else holds a function, and goes on calling it: lists, dicts, partials, closures."""
    ours = {id(known), *(id(one) for one in known)}
    found: list[str] = []
    for holder in gc.get_referrers(function):
        if id(holder) in ours or isinstance(holder, FrameType) or _belongs(holder, known):
            continue
        found.append(_described(holder, folder))
    return sorted(set(found))


def _belongs(holder: Any, known: list[object]) -> bool:
    return any(vars(one) is holder for one in known if hasattr(one, "__dict__"))


def _described(holder: Any, folder: Folder) -> str:
    for module in modules_of(folder):
        for name, value in vars(module).items():
            if value is holder:
                return f"{module.__name__}:{name}"
            if getattr(value, "__dict__", None) is holder:
                return f"{module.__name__}:{name}"
            defaults = getattr(value, "__defaults__", None)
            if defaults is not None and cast("object", defaults) is holder:
                return f"a default of {module.__name__}:{name}"
            closure = cast("Any", getattr(value, "__closure__", None)) or ()
            if any(cell is holder for cell in closure):
                return f"the closure of {module.__name__}:{name}"
    return f"a {type(holder).__name__}"
