"""Modules of the user's: every folder has its own, as if a program ran from there.

Every research repository has a ``utils``. While a folder is entered, ``sys.modules`` and
``sys.path`` are those that its code expects; what came from it is taken out again afterwards and
kept for the next time. What Python finds without the folder, such as packages, is shared by all.
"""

from __future__ import annotations

import builtins
import importlib
import os
import sys
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from importlib.abc import MetaPathFinder
from importlib.machinery import (
    BuiltinImporter,
    FrozenImporter,
    ModuleSpec,
    PathFinder,
    SourceFileLoader,
)
from types import ModuleType

from .imports import Imports


def _top(name: str) -> str:
    return name.partition(".")[0]


_LOADED_FIRST = frozenset(sys.modules)


@cache
def _reserved() -> frozenset[str]:
    """Names under which everybody's modules stay in place: other threads may import them any time.

    A folder's own module of such a name is in place for its own code's import statements alone.
    """
    standard = (name for name in sys.stdlib_module_names if PathFinder.find_spec(name))
    return frozenset(map(_top, _LOADED_FIRST)).union(standard)


_import_anywhere = builtins.__import__
_entered: Folder | None = None


class Folder:
    """A folder of the user's, and the modules that came from it."""

    def __init__(self, path: str) -> None:
        self.path = path
        self._finder = _Finder(self)
        self._modules: dict[str, ModuleType] = {}
        self._hidden: dict[str, ModuleType] = {}
        self._imports = Imports()
        self._places: list[str] | None = None
        self.path_outside: list[str] = []
        self.in_place: str | None = None

    @contextmanager
    def entered(self) -> Generator[None]:
        """Runs its code inside, one thread at a time; another one entered inside stands for it."""
        global _entered  # noqa: PLW0603 - sys.modules is one a process
        outer = _entered
        if outer is self:
            yield
            return
        if outer is not None:
            outer.leave()
        self.enter()
        _entered = self
        try:
            yield
        finally:
            self.leave()
            _entered = outer
            if outer is not None:
                outer.enter()

    def load(self, name: str) -> ModuleType:
        """The folder's module of that name, or everybody's; for code inside, as all below."""
        self._imports.ask(name)
        with self._in_place(_top(name)):
            return importlib.import_module(name)

    def reload(self, module: ModuleType) -> ModuleType:
        """The module as its file is now, with all of the folder's modules that it may import."""
        for name in [
            name for name in sys.modules if name != module.__name__ and self.gave(_top(name))
        ]:
            del sys.modules[name]
        return importlib.reload(module)

    def files_under(self, name: str) -> list[str]:
        """The files of a module, and of all the folder's modules that it rests on."""
        own = {**self._of(reserved=True), **{one: sys.modules[one] for one in _late(self.gave)}}
        if name in sys.modules:
            own.setdefault(name, sys.modules[name])
        files = (getattr(own[one], "__file__", None) for one in self._imports.under(name, own))
        return sorted(os.path.realpath(file) for file in files if file)

    def run_import(
        self,
        name: str,
        variables: Mapping[str, object],
        local: Mapping[str, object] | None,
        wanted: Sequence[str],
        level: int,
    ) -> ModuleType:
        """What an import statement in the folder's own code does."""
        self._imports.note(variables, name, wanted, level)
        with self._in_place(_top(name if level == 0 else str(variables["__package__"]))):
            return _import_anywhere(name, variables, local, wanted, level)

    def places(self) -> list[str]:
        """Where its modules are: in the folder, and where its code has Python look besides."""
        return [place for place in sys.path if place not in self.path_outside]

    def has(self, top: str) -> bool:
        """Whether it has a module of that name, as a program that runs there would find it."""
        if BuiltinImporter.find_spec(top) or FrozenImporter.find_spec(top):
            return False
        spec = PathFinder.find_spec(top, self.places())
        if spec is None or spec.origin is not None:
            return spec is not None
        anywhere = PathFinder.find_spec(top)  # a directory without __init__.py gives way to those
        return anywhere is not None and anywhere.origin is None

    def gave(self, top: str) -> bool:
        """Whether the module that is in place under that name came from it."""
        module = sys.modules.get(top)
        file = getattr(module, "__file__", None)
        return self._holds(getattr(module, "__path__", [file] if file else []))

    def _holds(self, paths: Iterable[str]) -> bool:
        places = {os.path.realpath(place) for place in self.places()}
        parents = (os.path.realpath(os.path.dirname(path)) for path in paths)  # noqa: PTH120
        return not places.isdisjoint(parents)

    def enter(self) -> None:
        """Puts its modules in place; see ``entered``."""
        self.path_outside = list(sys.path)
        if self._places is None:
            outside = {os.path.realpath(place) for place in self.path_outside}
            self._places = [] if self.path in outside else [self.path]
        sys.path[:0] = self._places
        sys.meta_path.insert(0, self._finder)
        builtins.__import__ = _import
        self._hidden = _taken(_late(self.has))
        sys.modules.update(self._of(reserved=False))

    def leave(self) -> None:
        """Takes them out again, with those that came meanwhile."""
        self._places = self.places()
        self._modules = {**self._of(reserved=True), **_taken(_late(self.gave))}
        sys.modules.update(self._hidden)
        builtins.__import__ = _import_anywhere
        with suppress(ValueError):
            sys.meta_path.remove(self._finder)
        sys.path[:] = self.path_outside

    def _of(self, *, reserved: bool) -> dict[str, ModuleType]:
        return {
            name: module
            for name, module in self._modules.items()
            if (_top(name) in _reserved()) == reserved
        }

    @contextmanager
    def _in_place(self, top: str) -> Generator[None]:
        """What the name means to the folder's own code, for the time of an import."""
        if top not in _reserved() or self.gave(top) or not self.has(top):
            yield
            return
        theirs = _taken(_within(top, sys.modules))
        sys.modules.update({name: self._modules[name] for name in _within(top, self._modules)})
        outer, self.in_place = self.in_place, top
        try:
            yield
        finally:
            self.in_place = outer
            self._modules.update(_taken(_within(top, sys.modules)))
            sys.modules.update(theirs)


class _Finder(MetaPathFinder):
    """Finds a folder's modules, and leaves on each whose it is."""

    def __init__(self, folder: Folder) -> None:
        self._folder = folder

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        top = _top(name)
        if path is None and top in _reserved() and top != self._folder.in_place:
            return PathFinder.find_spec(name, self._folder.path_outside, target)
        if not (self._folder.has(top) if path is None else self._folder.gave(top)):
            return None
        spec = PathFinder.find_spec(name, self._folder.places() if path is None else path, target)
        if spec is not None and type(spec.loader) is SourceFileLoader:
            spec.loader = _Loader(self._folder, name, spec.loader.path)
        return spec


class _Loader(SourceFileLoader):
    def __init__(self, folder: Folder, name: str, path: str) -> None:
        super().__init__(name, path)
        self.folder = folder


def _import(
    name: str,
    globals: Mapping[str, object] | None = None,  # noqa: A002 - named as by those who call it
    locals: Mapping[str, object] | None = None,  # noqa: A002
    fromlist: Sequence[str] | None = (),
    level: int = 0,
) -> ModuleType:
    """Every import statement while a folder is entered."""
    loader = None if globals is None else globals.get("__loader__")
    if globals is not None and isinstance(loader, _Loader) and loader.folder is _entered:
        return loader.folder.run_import(name, globals, locals, fromlist or (), level)
    return _import_anywhere(name, globals, locals, fromlist or (), level)


def _late(wanted: Callable[[str], bool]) -> list[str]:
    """Modules that came after everybody's, of such names as are wanted."""
    tops: dict[str, list[str]] = {}
    for name in sys.modules.keys() - _LOADED_FIRST:
        tops.setdefault(_top(name), []).append(name)
    own = (names for top, names in tops.items() if top not in _reserved() and wanted(top))
    return [name for names in own for name in names]


def _within(top: str, names: Iterable[str]) -> list[str]:
    return [name for name in list(names) if _top(name) == top]


def _taken(names: Iterable[str]) -> dict[str, ModuleType]:
    """These modules, taken out of ``sys.modules``."""
    return {name: sys.modules.pop(name) for name in names}
