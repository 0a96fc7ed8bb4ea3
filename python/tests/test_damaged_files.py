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
    whole, chance = path.read_bytes(), random.Random(7)
    refused = 0
    for _ in range(200):
        path.write_bytes(changed(whole, chance))
        try:
            load(path, SPEC)
        except AdversarialSamplingError as error:
            assert error.code == "checkpoint"
            refused += 1
    assert refused > 50
