from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from safetensors.torch import load, save

from adversarial_sampling import AdversarialSamplingError
from adversarial_sampling.safetensors_format import (
    decode_safetensors,
    encode_safetensors,
    is_safetensors,
)

TENSORS = {"x": torch.arange(6.0).reshape(2, 3).T, "n": torch.tensor(3), "ü": torch.zeros(0, 3)}
NOTES = {"b": "ü \U0001f600", "a": '"', "c": "\x7f"}

ENCODE_TWICE = """
import hashlib, torch
from adversarial_sampling.safetensors_format import encode_safetensors
notes = {name: name for name in "abcdefgh"}
for _ in range(2):
    print(hashlib.sha256(b"".join(encode_safetensors({"x": torch.ones(3)}, notes))).hexdigest())
"""


def encoded(tensors: dict[str, torch.Tensor], metadata: dict[str, str]) -> bytes:
    return b"".join(encode_safetensors(tensors, metadata))


def test_tensors_and_metadata_come_back() -> None:
    content = encoded(TENSORS, NOTES)
    found, metadata = decode_safetensors(content, "here")
    assert list(metadata.items()) == list(NOTES.items())
    assert found.keys() == TENSORS.keys()
    assert all(torch.equal(found[name], tensor) for name, tensor in TENSORS.items())
    assert is_safetensors(content)


def test_the_library_reads_what_is_written_here_and_the_other_way_round() -> None:
    theirs = load(encoded(TENSORS, NOTES))
    assert all(torch.equal(theirs[name], tensor) for name, tensor in TENSORS.items())
    contiguous = {name: tensor.contiguous() for name, tensor in TENSORS.items()}
    found, metadata = decode_safetensors(save(contiguous, {"one": "1"}), "here")
    assert metadata == {"one": "1"}
    assert all(torch.equal(found[name], tensor) for name, tensor in TENSORS.items())


def test_without_metadata_the_bytes_are_the_library_s() -> None:
    assert encoded({"n": torch.tensor(3)}, {}) == save({"n": torch.tensor(3)})


def test_the_bytes_are_the_same_in_every_process() -> None:
    hashes = {
        line
        for _ in range(2)
        for line in subprocess.run(  # noqa: S603 - our own script
            [sys.executable, "-c", ENCODE_TWICE],
            cwd=Path(__file__).parents[1],
            capture_output=True,
            text=True,
            check=True,
        ).stdout.split()
    }
    assert len(hashes) == 1


def test_numbers_are_aligned() -> None:
    tensors = {"a": torch.ones(1, dtype=torch.uint8), "b": torch.ones(1, dtype=torch.float64)}
    content = encoded(tensors, {"n": "odd"})
    length = int.from_bytes(content[:8], "little")
    assert length % 8 == 0
    assert json.loads(content[8 : 8 + length])["b"]["data_offsets"] == [0, 8]


def file(header: object, data: bytes = b"", length: int | None = None) -> bytes:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return (len(text) if length is None else length).to_bytes(8, "little") + text + data


def entry(dtype: str, shape: list[int], begin: int, end: int) -> dict[str, object]:
    return {"dtype": dtype, "shape": shape, "data_offsets": [begin, end]}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\0" * 7,
        file(b""),
        file(b"{a}"),
        file(b"[]"),
        file(b"{}", b"1234"),
        file(b"{}", b"", 7),
        file(b"{}", b"", 2**64 - 1),
        file({"a": entry("F32", [1], 0, 4)}, b"123"),
        file({"a": entry("F32", [1], 0, 4), "b": entry("F32", [1], 2, 6)}, b"123456"),
        file({"a": entry("F32", [1], 0, 4), "b": entry("F32", [1], 8, 12)}, b"1" * 12),
        file({"a": entry("F32", [2**40, 2**40], 0, 4)}, b"1234"),
        file({"a": entry("F4", [8], 0, 4)}, b"1234"),
        file({"a": entry("nothing", [1], 0, 4)}, b"1234"),
        file({"__metadata__": {"a": 1}}),
        file({"__metadata__": [1]}),
    ],
)
def test_damage(content: bytes) -> None:
    with pytest.raises(AdversarialSamplingError, match=r"^here is damaged or not a") as error:
        decode_safetensors(content, "here")
    assert error.value.code == "checkpoint"
