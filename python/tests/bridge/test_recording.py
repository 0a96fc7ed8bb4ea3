"""Each program in a process of its own, as adsam starts it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from adsam_bridge.contract import code_of
from adsam_bridge.modules import Folder

PYTHON = Path(__file__).parents[2]
MODULE = """
import threading
def double(x): return 2 * x
def flagged(x, how="mean", both=False): return (x, x) if both else x
def count(n):
    for i in range(n):
        yield i
class A:
    def __init__(self, size): self.size = size
    def twice(self): return double(self.size)
class B(A): pass
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "watched.py").write_text(MODULE)
    return tmp_path


def record(
    folder: Path, program: str, *words: str
) -> tuple[subprocess.CompletedProcess[str], list[Any]]:
    """How a program ended, and what was noted of it."""
    (folder / "main.py").write_text(program)
    order, notes = folder / "order.json", folder / "notes"
    place = Folder(str(folder))
    with place.entered():
        code = code_of(["watched"], place)
    code["sites"] = [[*site, ["how"]] for site in code["sites"]]  # as adsam adds what it knows
    order.write_text(
        json.dumps({"code": code, "notes": str(notes), "parent": os.getpid(), "keeping": None})
    )
    ended = subprocess.run(  # noqa: S603
        [sys.executable, "-m", "adsam_bridge.recording", order, "main.py", *words],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(PYTHON)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    return ended, [json.loads(line) for line in notes.read_text().splitlines()]


def calls(notes: list[Any]) -> int:
    """How many were counted, of all functions and processes."""
    counts = {
        (process, site): n for kind, process, site, n in (one for one in notes if one[0] == "calls")
    }
    return sum(counts.values())


def seen(notes: list[Any]) -> set[tuple[str, str, str]]:
    return {
        (what, name, kind["kind"])
        for _, _, what, name, kind in (one for one in notes if one[0] == "seen")
    }


def test_a_program_runs_as_it_does_by_itself(folder: Path) -> None:
    program = """
import sys, watched
print(sys.argv, sys.path[0], __name__, __file__, "torch" in sys.modules, "pathlib" in sys.modules)
print(sys.modules["__main__"].__dict__ is globals(), __spec__, __package__)
print(watched.double(1))
raise KeyError("at the end")
"""
    (folder / "main.py").write_text(program)
    alone = subprocess.run(
        [sys.executable, "main.py", "--x", "1"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    watched, _ = record(folder, program, "--x", "1")
    assert watched.returncode == alone.returncode == 1
    assert watched.stdout.replace(" True\n", " False\n", 1) == alone.stdout.replace(
        " True\n", " False\n", 1
    )
    assert watched.stderr == alone.stderr


def test_generators_go_on_and_are_closed(folder: Path) -> None:
    _, notes = record(
        folder,
        "import watched\nlist(watched.count(3))\nnext(watched.count(2))\nwatched.double(2)\n",
    )
    assert calls(notes) == len(["count", "count", "double"])
    assert seen(notes) == {
        ("parameter", "n", "int"),
        ("item", "", "int"),
        ("parameter", "x", "int"),
        ("result", "", "int"),
    }


def test_threads_are_watched_too(folder: Path) -> None:
    program = """
import threading, watched
thread = threading.Thread(target=watched.double, args=("a",))
thread.start()
thread.join()
"""
    assert ("result", "", "str") in seen(record(folder, program)[1])


def test_processes_that_were_forked_write_what_they_see(folder: Path) -> None:
    program = """
import os, watched
watched.double(1)
if os.fork() == 0:
    watched.double("a")
    os._exit(0)
os.wait()
"""
    _, notes = record(folder, program)
    assert {("result", "", "int"), ("result", "", "str")} <= seen(notes)
    assert calls(notes) == len([1, "a"])


def test_methods_say_what_their_object_has(folder: Path) -> None:
    _, notes = record(folder, "import watched\nwatched.B(3).twice()\n")
    assert ("attribute", "size", "int") in seen(notes)


def test_nothing_of_the_values_runs(folder: Path) -> None:
    program = """
import watched
class Strange(list):
    def __iter__(self): print("iter"); return super().__iter__()
    def __len__(self): print("len"); return 0
    def __getattribute__(self, name): print("get", name); return super().__getattribute__(name)
    @property
    def __class__(self): print("class"); return int
watched.double.__call__
watched.A(Strange([1]))
class Meta(type):
    def __instancecheck__(cls, other): print("check"); return True
watched.A(Meta("M", (), {})())
"""
    ended, notes = record(folder, program)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")
    assert ("parameter", "size", "list") in seen(notes)


def test_a_program_that_has_a_profiler_of_its_own_keeps_it(folder: Path) -> None:
    program = """
import sys, watched
watched.double(1)
seen = []
sys.setprofile(lambda frame, event, value: seen.append(event))
watched.double("a")
sys.setprofile(None)
print("call" in seen)
"""
    ended, notes = record(folder, program)
    assert ended.stdout == "True\n"
    assert ("result", "", "int") in seen(notes)


def test_results_are_told_with_the_flags_of_their_calls(folder: Path) -> None:
    program = """
from watched import flagged
for _ in range(3):
    flagged(1)
    flagged(2, "sum", both=True)
flagged(None)
flagged([], how=[])
for many in range(100):
    flagged(1, how=many)
"""
    _, notes = record(folder, program)
    told = [
        (flags, kind["kind"])
        for _, _, flags, kind in (line for line in notes if line[0] == "by flags")
    ]
    assert told[:4] == [
        ({"how": '"mean"', "both": "false"}, "int"),
        ({"how": '"sum"', "both": "true"}, "tuple"),
        ({"x": "null", "how": '"mean"', "both": "false"}, "none"),
        ({"both": "false"}, "list"),
    ]
    assert len(told) == 65
    assert told[-1] == (None, "int")  # too many to say anything
