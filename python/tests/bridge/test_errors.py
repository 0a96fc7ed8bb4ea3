from __future__ import annotations

import json
from typing import Any, NoReturn

import pytest

from adsam_bridge.errors import LONGEST_TEXT, describe
from adversarial_sampling.errors import AdversarialSamplingError


class MuteError(Exception):
    def __str__(self) -> NoReturn:
        raise RuntimeError("no words")

    __repr__ = __str__


class NoTextError(Exception):
    def __str__(self) -> Any:
        return 3  # noqa: PLE0307


class Nameless(type):
    @property
    def __module__(cls) -> NoReturn:
        raise RuntimeError("no name")


class UnnamedError(Exception, metaclass=Nameless):
    pass


class PretenderError(Exception):
    @property
    def __class__(self) -> NoReturn:
        raise RuntimeError("no class")


class Stop(BaseException):
    pass


def _told(error: BaseException) -> dict[str, Any]:
    try:
        _raise(error)
    except BaseException as caught:  # noqa: BLE001
        return json.loads(describe(caught).model_dump_json(by_alias=True).encode())


def _raise(error: BaseException) -> NoReturn:
    raise error


@pytest.mark.parametrize(
    "kind", [MuteError, NoTextError, UnnamedError, PretenderError, Stop, RecursionError]
)
def test_whatever_an_exception_is_it_can_be_told(kind: type[BaseException]) -> None:
    told = _told(kind())
    assert told["code"] is None
    assert told["message"] or kind in (UnnamedError, PretenderError, Stop, RecursionError)


def test_texts_are_told_as_far_as_they_can_be() -> None:
    assert _told(ValueError("lone \ud800 here"))["message"] == r"lone \ud800 here"
    endless = _told(ValueError("a" * 10_000_000))
    assert len(endless["message"]) < 2 * LONGEST_TEXT
    assert len(endless["traceback"]) < 2 * LONGEST_TEXT
    assert "(9900000 characters)" in endless["message"]


def test_a_reason_that_cannot_be_read_leaves_the_rest() -> None:
    told = _told(MuteError())
    assert told["type"] == f"{__name__}.MuteError"
    assert told["bases"] == ["builtins.Exception", "builtins.BaseException"]
    assert "test_errors.py" in told["traceback"]


def test_errors_of_the_package_keep_their_code_and_suggestion_as_long_as_they_are_such() -> None:
    told = _told(AdversarialSamplingError("full", code="disk", suggestion="free \ud800"))
    assert (told["code"], told["suggestion"]) == ("disk", r"free \ud800")
    odd: Any = {"code": "moon", "suggestion": None}
    assert _told(AdversarialSamplingError("odd", **odd))["code"] is None


def test_memory_that_is_used_up_is_the_environments() -> None:
    told = _told(MemoryError("1 TiB"))
    assert (told["code"], told["message"]) == ("environment", "not enough memory: 1 TiB")


def test_torch_without_memory_is_the_environments_fault() -> None:
    words = "[enforce fail at alloc_cpu.cpp:124] . DefaultCPUAllocator: can't allocate memory"
    assert describe(RuntimeError(words)).code == "environment"
    assert describe(MemoryError()).code == "environment"
    assert describe(ValueError(words)).code is None
