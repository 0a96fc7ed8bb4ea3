from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import torch

from adversarial_sampling import AdversarialSamplingError
from adversarial_sampling.files import check_folder, pack, replace_file, unpack

PACKAGE = Path(__file__).parents[1]

FULL_DISK = """
import resource, sys
from adversarial_sampling import AdversarialSamplingError, LinearSpec, build, save
model = build(LinearSpec(in_features=1000, out_features=100))
resource.setrlimit(resource.RLIMIT_FSIZE, (5000, 5000))
try:
    save(model, sys.argv[1], format=sys.argv[2])
except AdversarialSamplingError as error:
    print(error.code)
"""


def test_tensors_and_metadata_come_back(tmp_path: Path) -> None:
    path = tmp_path / "a.safetensors"
    tensors = {"x": torch.arange(6.0).reshape(2, 3).T, "n": torch.tensor(3)}
    replace_file(path, pack(tensors, {"key": "value"}))
    found, metadata = unpack(path)
    assert metadata == {"key": "value"}
    assert all(torch.equal(found[name], tensor) for name, tensor in tensors.items())
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("format_", ["safetensors", "pt"])
def test_a_full_disk_leaves_the_old_file(tmp_path: Path, format_: str) -> None:
    path = tmp_path / "model"
    path.write_bytes(b"the old one")
    answer = subprocess.run(  # noqa: S603 - our own script
        [sys.executable, "-c", FULL_DISK, str(path), format_],
        cwd=PACKAGE,
        capture_output=True,
        text=True,
        check=True,
    )
    assert answer.stdout.strip() == "disk"
    assert path.read_bytes() == b"the old one"
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    path = tmp_path / "no" / "model"
    for attempt in (lambda: replace_file(path, b""), lambda: check_folder(path)):
        with pytest.raises(AdversarialSamplingError, match="cannot write") as error:
            attempt()
        assert error.value.code == "file"


def test_a_folder_is_not_replaced(tmp_path: Path) -> None:
    path = tmp_path / "model"
    path.mkdir()
    with pytest.raises(AdversarialSamplingError, match="cannot write"):
        replace_file(path, b"content")
    assert list(tmp_path.iterdir()) == [path]
