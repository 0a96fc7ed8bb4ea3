"""Which of a folder's modules rest on which, as their import statements say when they run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence


class Imports:
    """What a folder's modules have imported so far."""

    def __init__(self) -> None:
        self._by: dict[str, set[str]] = {}
        self._asked: set[str] = set()

    def ask(self, name: str) -> None:
        """Notes a module that no other one imports: whoever runs the program asks for it."""
        self._asked.update(_with_parents(name))

    def note(
        self, variables: Mapping[str, object], name: str, wanted: Sequence[str], level: int
    ) -> None:
        """Notes an import statement; the arguments are those of ``__import__``."""
        if level:
            outer = str(variables["__package__"]).rsplit(".", level - 1)[0]
            name = f"{outer}.{name}" if name else outer
        names = {*_with_parents(name), *(f"{name}.{one}" for one in wanted)}
        self._by.setdefault(str(variables["__name__"]), set()).update(names)

    def under(self, name: str, loaded: Iterable[str]) -> set[str]:
        """A module and all that it rests on, of those that are loaded.

        What was loaded by no statement (``importlib.import_module``) may be anybody's, and belongs
        to all.
        """
        loaded = set(loaded)
        found: set[str] = set()
        waiting = {*_with_parents(name), *loaded.difference(self._asked, *self._by.values())}
        while waiting:
            one = waiting.pop()
            found.add(one)
            waiting |= self._by.get(one, set()) - found
        return found & loaded


def _with_parents(name: str) -> list[str]:
    """A module's name, and those of the packages that it is in."""
    parts = name.split(".")
    return [".".join(parts[:count]) for count in range(1, len(parts) + 1)]
