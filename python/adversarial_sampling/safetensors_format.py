"""Named tensors and metadata as the bytes of a safetensors file."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping

from safetensors.torch import load as from_safetensors
from safetensors.torch import save as to_safetensors
from torch import Tensor

from .errors import AdversarialSamplingError

METADATA = "__metadata__"
PREFIX = 8
"""Bytes that hold the header's length."""
LONGEST_HEADER = 100_000_000
"""The format's own limit."""


def encode_safetensors(
    tensors: Mapping[str, Tensor], metadata: Mapping[str, str]
) -> tuple[bytes, memoryview]:
    """The header and the numbers, to be written one after the other.

    The same tensors and metadata give the same bytes, here and in TypeScript: the library puts
    metadata in random order, so that the header is written anew, its metadata in the order given.

    Args:
        tensors: on any device.
        metadata: texts by name.
    """
    copies = {name: t.detach().cpu().contiguous() for name, t in tensors.items()}
    content = to_safetensors(copies)
    start = PREFIX + _header_length(content)
    entries = json.loads(content[PREFIX:start])
    notes = {METADATA: dict(metadata)} if metadata else {}
    header = json.dumps({**notes, **entries}, separators=(",", ":"), ensure_ascii=False).encode()
    header += b" " * (-len(header) % 8)
    return len(header).to_bytes(PREFIX, "little") + header, memoryview(content)[start:]


def decode_safetensors(
    content: bytes, source: str | os.PathLike[str]
) -> tuple[dict[str, Tensor], dict[str, str]]:
    """Tensors, on the CPU and in the order of the file, and metadata.

    Raises:
        AdversarialSamplingError: ``checkpoint`` when the content is damaged or of another format.
    """
    try:
        tensors = from_safetensors(content)
        header = json.loads(content[PREFIX : PREFIX + _header_length(content)])
        metadata = header.pop(METADATA, None) or {}
        return {name: tensors[name] for name in header}, metadata
    except Exception as error:  # the library raises whatever damaged bytes lead it to
        raise AdversarialSamplingError(
            f"{source} is damaged or not a safetensors file: {error}", code="checkpoint"
        ) from error


def is_safetensors(content: bytes) -> bool:
    """Whether these bytes begin as the format demands: no pickle, zip or tar archive does."""
    length = _header_length(content)
    return (
        length <= min(LONGEST_HEADER, len(content) - PREFIX)
        and content[PREFIX : PREFIX + 1] == b"{"
    )


def _header_length(content: bytes) -> int:
    return int.from_bytes(content[:PREFIX], "little")
