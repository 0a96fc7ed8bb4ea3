"""Notes what goes into the functions that are watched, and what comes out."""

from __future__ import annotations

import atexit
import json
import os
from collections.abc import Mapping
from types import CodeType, FrameType
from typing import Any

from .kept import Kept
from .looks import Look, Looks, inside
from .notes import Notes
from .order import Order, Site
from .types_seen import type_of

_VARARGS, _VARKEYWORDS = 0x04, 0x08
_GENERATOR = 0x20 | 0x200
"""Plain or asynchronous: what these return is no result."""
_ATTRIBUTES_OFTEN = 32
"""In how many calls of each function the attributes of its object are looked at."""
_CODES = 100_000
_RESULTS_BY_FLAGS = 64
"""Of each function; of one that has more, results do not depend on flags alone."""

Flags = tuple[tuple[str, str], ...]
"""The parameters of a call that are a bool, None, or a value of a Literal, as JSON."""


class Watcher:
    """What is watched of a program."""

    def __init__(self, order: Order, notes: Notes) -> None:
        self._sites = order.sites
        self._names = {name for _, _, name in order.sites}
        self._notes = notes
        self._looks = Looks(order)
        self._known: dict[int, tuple[CodeType, Site | None]] = {}
        """By id: codes compare slowly. They are kept, so that no other one gets the id."""
        self._seen: set[tuple[int, str, str, Look]] = set()
        self._kept = None if order.keeping is None else Kept(order.keeping)
        self._faults: set[str] = set()
        self._process = os.getpid()
        self._calls: dict[int, int] = {}
        self._open: dict[int, tuple[Site, Any, Flags]] = {}
        """Of the calls that run, by the id of their frame: the site, the object, the flags."""
        self._by_flags: dict[int, set[tuple[Flags, Look]]] = {}
        atexit.register(self._tell_calls)
        os.register_at_fork(after_in_child=self._calls.clear)

    def site(self, code: CodeType) -> Site | None:
        """That of a code, if it is watched."""
        known = self._known.get(id(code))
        if known is not None:
            return known[1]
        found = None
        if code.co_name in self._names:
            path = os.path.realpath(code.co_filename)
            found = self._sites.get((path, code.co_firstlineno, code.co_name))
        if len(self._known) > _CODES:
            self._known = {i: one for i, one in self._known.items() if one[1] is not None}
        self._known[id(code)] = code, found
        return found

    def runs(self, frame: FrameType) -> bool:
        """Whether a call that began runs in a frame."""
        return id(frame) in self._open

    def begins(self, frame: FrameType, site: Site) -> None:
        """A call, before any of it has run."""
        count = self._calls[site.number] = self._calls.get(site.number, 0) + 1
        if count & (count - 1) == 0:  # the next power of two: known also if the program is killed
            self._notes.write("calls", os.getpid(), site.number, count)
        owner = None
        code, values = frame.f_code, frame.f_locals
        named = code.co_argcount + code.co_kwonlyargcount
        flags: list[tuple[str, str]] = []
        for name in code.co_varnames[1 if site.bound else 0 : named]:
            if name in values:
                self._note(site, "parameter", name, values[name])
                flags += _flag(name, values[name], site)
        if self._kept is not None and site.callable_as is not None:
            self._keep(self._kept, site.callable_as, site.bound, code, values)
        if site.bound and code.co_argcount > 0 and count <= _ATTRIBUTES_OFTEN:
            owner = values.get(code.co_varnames[0])
        if code.co_flags & _VARARGS:
            for value in values.get(code.co_varnames[named], ()):
                self._note(site, "parameter", code.co_varnames[named], value)
            named += 1
        if code.co_flags & _VARKEYWORDS:
            for value in values.get(code.co_varnames[named], {}).values():
                self._note(site, "parameter", code.co_varnames[named], value)
        self._open[id(frame)] = site, owner, tuple(flags)

    def _keep(
        self,
        kept: Kept,
        called: tuple[str, str],
        bound: bool,
        code: CodeType,
        values: Mapping[str, Any],
    ) -> None:
        named = code.co_argcount + code.co_kwonlyargcount
        rest = code.co_varnames[named:]
        if code.co_flags & _VARARGS and values.get(rest[0]):
            kept.leave_out(*called)  # what is given by place alone has no name
            return
        first = 1 if bound else 0  # what it is a method of is made anew
        given = {name: values[name] for name in code.co_varnames[first:named] if name in values}
        if code.co_flags & _VARKEYWORDS:
            given.update(values.get(rest[1 if code.co_flags & _VARARGS else 0], {}))
        kept.keep(*called, given)

    def gives(self, frame: FrameType, value: object, what: str) -> None:
        """What a call gives: a ``result``, or one ``item`` of a generator's."""
        begun = self._open.get(id(frame))
        if begun is None:
            return
        site, owner, flags = begun
        if what == "item" or not frame.f_code.co_flags & _GENERATOR:
            self._note(site, what, "", value)
        if what == "result" and not frame.f_code.co_flags & _GENERATOR:
            self._note_by_flags(site, flags, value)
        if what == "result":
            del self._open[id(frame)]
            if owner is not None:
                for name, held in _attributes(owner).items():
                    self._note(site, "attribute", name, held)

    def fails(self, frame: FrameType) -> None:
        """A call has ended by an exception."""
        self._open.pop(id(frame), None)

    def failed(self, error: Exception) -> None:
        """Something here went wrong, which is not to be the program's trouble."""
        fault = f"{type(error).__name__}: {error}"
        if fault not in self._faults:
            self._faults.add(fault)
            self._notes.write("fault", fault)

    def _note(self, site: Site, what: str, name: str, value: object) -> None:
        look = self._looks.of(value)
        seen = site.number, what, name, look
        if seen not in self._seen:
            self._seen.add(seen)
            self._notes.write("seen", site.number, what, name, type_of(look))

    def _note_by_flags(self, site: Site, flags: Flags, value: object) -> None:
        seen = self._by_flags.setdefault(site.number, set())
        look = self._looks.of(value)
        if (flags, look) in seen or len(seen) > _RESULTS_BY_FLAGS:
            return
        seen.add((flags, look))
        told = dict(flags) if len(seen) <= _RESULTS_BY_FLAGS else None
        self._notes.write("by flags", site.number, told, type_of(look))

    def _tell_calls(self) -> None:
        for number, count in self._calls.items():
            self._notes.write("calls", os.getpid(), number, count)
        if self._kept is not None and os.getpid() == self._process:
            for name, count in self._kept.left_out.items():
                self._notes.write("left", name, count)
            for what, count in self._kept.unkept.items():
                self._notes.write("unkept", what, count)
        self._notes.write("end", os.getpid())


def _flag(name: str, value: object, site: Site) -> list[tuple[str, str]]:
    if value is None or value is True or value is False:
        return [(name, json.dumps(value))]
    literal = name in site.literals and type(value) in (str, int)
    return [(name, json.dumps(value))] if literal else []


def _attributes(owner: object) -> dict[str, Any]:
    """Public ones; torch keeps those of its modules in dictionaries of their own."""
    had = inside(owner)
    inner = [had.get(name) for name in ("_parameters", "_buffers", "_modules")]
    found = {
        **had,
        **{name: one for group in inner if type(group) is dict for name, one in group.items()},
    }
    return {
        name: one for name, one in found.items() if type(name) is str and not name.startswith("_")
    }
