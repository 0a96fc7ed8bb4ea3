"""Files with a few bytes changed: read, or refused by one error of ours, whatever the bytes are."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from conftest import changed

from adversarial_sampling import AdversarialSamplingError, LinearSpec, build, load, save

SPEC = LinearSpec(in_features=3, out_features=2)


@pytest.mark.parametrize("format_", ["safetensors", "pt"])
def test_checkpoints(tmp_path: Path, format_: str) -> None:
    path = tmp_path / "model"
    save(build(SPEC), path, format=format_)
    whole, chance = path.read_bytes(), random.Random(7)  # noqa: S311 - no secret
    codes = [code_of(path, changed(whole, chance)) for _ in range(200)]
    assert set(codes) == {None, "checkpoint"}


def code_of(path: Path, content: bytes) -> str | None:
    path.write_bytes(content)
    try:
        load(path, SPEC)
    except AdversarialSamplingError as error:
        return error.code
    return None
