"""The published code's ``.pt`` files, read without running what is in them."""

from __future__ import annotations

import io
import os
import pickle
from collections.abc import Mapping
from pathlib import Path
from typing import cast

import torch
from torch import Tensor

from .errors import AdversarialSamplingError
from .files import readable


def read_pickled(path: str | os.PathLike[str]) -> dict[str, Tensor]:
    """The tensors by name of ``{"state_dict": ...}``, or of a bare state dict, on the CPU.

    Raises:
        AdversarialSamplingError: ``file`` when it is missing, ``checkpoint`` when it is damaged,
            holds anything but tensors, or would run code; it is not executed.
    """
    with readable(path):
        archive = io.BytesIO(Path(path).read_bytes())
    try:
        content: object = torch.load(archive, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        raise AdversarialSamplingError(
            f"{path} is damaged, or holds Python objects that could run code when they are "
            "loaded; nothing in it was executed",
            code="checkpoint",
            suggestion="save the state_dict alone: tensors by name",
        ) from error
    except Exception as error:  # torch raises whatever a damaged archive leads it to
        raise AdversarialSamplingError(
            f"{path} is damaged or not a torch checkpoint: {error}", code="checkpoint"
        ) from error
    if isinstance(content, Mapping) and "state_dict" in content:
        content = cast("Mapping[str, object]", content)["state_dict"]
    if not isinstance(content, Mapping):
        raise _not_tensors(path, content)
    tensors: dict[str, Tensor] = {}
    for name, value in cast("Mapping[object, object]", content).items():
        if not isinstance(name, str) or not isinstance(value, Tensor):
            raise _not_tensors(path, value)
        tensors[name] = value
    return tensors


def _not_tensors(path: str | os.PathLike[str], found: object) -> AdversarialSamplingError:
    return AdversarialSamplingError(
        f"expected tensors by name in {path}, found {type(found).__name__}", code="checkpoint"
    )
