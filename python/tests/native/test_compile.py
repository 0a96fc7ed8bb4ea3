from __future__ import annotations

from pathlib import Path

import pytest
from conftest import MakeModel

from adversarial_sampling import AdversarialSamplingError, StepOptions
from adversarial_sampling.fast import FastStep, differentiate
from adversarial_sampling.native.compile import library

fresh = library.__wrapped__


@pytest.mark.parametrize(
    ("compiler", "message"),
    [("no-such-compiler -v", "no C\\+\\+ compiler 'no-such-compiler"), ("false", "do not compile")],
)
def test_why_there_are_no_kernels(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, compiler: str, message: str
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("CXX", compiler)
    with pytest.raises(AdversarialSamplingError, match=message) as error:
        fresh()
    assert error.value.code == "environment"
    assert not list(tmp_path.rglob("*.so"))


def test_a_cache_that_cannot_be_written(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    with pytest.raises(AdversarialSamplingError, match="cannot keep the compiled kernels") as error:
        fresh()
    assert error.value.code == "environment"


def test_without_kernels_torch_runs_the_network_and_it_is_said_why(
    monkeypatch: pytest.MonkeyPatch, make_model: MakeModel
) -> None:
    monkeypatch.setattr(differentiate.native, "reason_against", lambda _: "there is no compiler")
    assert FastStep(make_model(), StepOptions(), 9).computed_by == "torch: there is no compiler"
    with pytest.raises(AdversarialSamplingError, match="there is no compiler"):
        FastStep(make_model(), StepOptions(kernels="native"), 9)
