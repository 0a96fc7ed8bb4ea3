"""``.pt`` files, as ``torch.save`` writes them, read without running what is in them."""

from __future__ import annotations

import io
import os
import pickle
import re
import warnings
from collections.abc import Mapping
from typing import cast

import torch
from torch import Tensor

from .errors import AdversarialSamplingError
from .safetensors_format import is_safetensors

PICKLES = tuple(bytes((0x80, protocol)) for protocol in (2, 3, 4, 5))
"""What torch before 1.6 wrote: one pickle after the other."""
ZIP = b"PK\x03\x04"
TAR = b"ustar"
TAR_PLACE = 257


def is_pickled(content: bytes) -> bool:
    """Whether this is a zip archive, a pickle or a tar archive: what torch writes or wrote."""
    return not is_safetensors(content) and (content.startswith((ZIP, *PICKLES)) or _is_tar(content))


def read_pickled(content: bytes, source: str | os.PathLike[str]) -> dict[str, Tensor]:
    """The tensors by name of ``{"state_dict": ...}``, or of a bare state dict, on the CPU.

    Read are zip archives and the older plain pickles, both of pickle protocol 2 (torch's own) or 3.

    Raises:
        AdversarialSamplingError: ``checkpoint`` when it is damaged, of another format or protocol,
            holds anything but dense tensors, or would run code; it is not executed.
    """
    found = _unpickled(content, source)
    if isinstance(found, Mapping) and "state_dict" in found:
        found = cast("Mapping[str, object]", found)["state_dict"]
    if not isinstance(found, Mapping):
        raise _not_tensors(source, type(found).__name__)
    tensors: dict[str, Tensor] = {}
    for name, value in cast("Mapping[object, object]", found).items():
        if not isinstance(name, str) or not isinstance(value, Tensor):
            raise _not_tensors(source, f"{type(value).__name__} under {name!r}")
        if value.layout is not torch.strided or value.is_quantized or value.is_meta:
            raise _not_tensors(source, f"{name}, which is sparse, quantized or without numbers")
        tensors[name] = value
    return tensors


def _unpickled(content: bytes, source: str | os.PathLike[str]) -> object:
    if _is_tar(content):
        raise _unread(source, "is a tar archive of torch before 0.1.10")
    try:
        with warnings.catch_warnings():  # of protocol 3, which is read or refused as a whole
            warnings.filterwarnings("ignore", message="Detected pickle protocol")
            return torch.load(io.BytesIO(content), map_location="cpu", weights_only=True)
    except Exception as error:  # torch raises whatever a damaged archive leads it to
        raise _refusal(source, error) from error


def _refusal(source: str | os.PathLike[str], error: Exception) -> AdversarialSamplingError:
    text = str(error)
    if isinstance(error, pickle.UnpicklingError):
        if found := re.search(r"GLOBAL (\S+)", text):
            return AdversarialSamplingError(
                f"{source} holds {found[1]}, a Python object that could run code when it is "
                "loaded; nothing in it was executed",
                code="checkpoint",
                suggestion="save the state_dict alone: tensors by name",
            )
        if "Unsupported operand" in text:
            return _unread(source, "is damaged, or of a pickle protocol other than 2 and 3")
    reason = text.strip().partition("\n")[0] or type(error).__name__
    return AdversarialSamplingError(
        f"{source} is damaged or not a torch checkpoint: {reason}", code="checkpoint"
    )


def _unread(source: str | os.PathLike[str], what: str) -> AdversarialSamplingError:
    return AdversarialSamplingError(
        f"{source} {what}, which is not read safely; nothing in it was executed",
        code="checkpoint",
        suggestion="load it with torch where you trust it, and save the state_dict again",
    )


def _is_tar(content: bytes) -> bool:
    return content[TAR_PLACE : TAR_PLACE + len(TAR)] == TAR


def _not_tensors(source: str | os.PathLike[str], found: str) -> AdversarialSamplingError:
    return AdversarialSamplingError(
        f"expected tensors by name in {source}, got {found}",
        code="checkpoint",
        suggestion="save the state_dict alone",
    )
