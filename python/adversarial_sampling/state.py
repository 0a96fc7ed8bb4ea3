"""Everything that a run needs to go on as if it had never stopped, in one safetensors file."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from pydantic import Field, ValidationError
from torch import Tensor

from ._protocol import (
    Best,
    FitOptions,
    Message,
    ModelSpec,
    Normalization,
    TrainingMeans,
    Validation,
)
from .errors import AdversarialSamplingError
from .files import read_file, replace_file
from .measurements import EpochSums
from .safetensors_format import decode_safetensors, encode_safetensors

STATE_VERSION = 1
_CHANGEABLE = frozenset({"epochs", "patience"})
"""Options that may be others when a run goes on."""


class Setting(Message):
    """What must be the same when a run goes on."""

    spec: ModelSpec
    device: str
    options: FitOptions
    normalization: Normalization | None
    train_shape: tuple[int, ...]
    test_shape: tuple[int, ...] | None


class Progress(Message, frozen=False):
    """How far a run has come."""

    epochs: int = 0
    """finished"""
    batch: int = 0
    """steps taken in the epoch under way"""
    steps: int = 0
    seconds: float = 0.0
    epoch: EpochSums = Field(default_factory=EpochSums)
    """of the epoch under way"""
    loss_scale: float = 1.0
    loss_scale_streak: int = 0
    train: TrainingMeans | None = None
    """of the last finished epoch"""
    validation: Validation | None = None
    best: Best | None = None
    """epoch by the metric"""


class _Header(Message):
    version: int
    setting: Setting
    progress: Progress


def write_state(
    path: str | os.PathLike[str], setting: Setting, progress: Progress, tensors: dict[str, Tensor]
) -> None:
    """Replaces the file at ``path``.

    Raises:
        AdversarialSamplingError: ``file`` when it cannot be written.
    """
    header = _Header(version=STATE_VERSION, setting=setting, progress=progress)
    metadata = {"training_state": header.model_dump_json(by_alias=True)}
    replace_file(path, *encode_safetensors(tensors, metadata))


def read_state(
    path: str | os.PathLike[str], setting: Setting
) -> tuple[Progress, dict[str, Tensor]]:
    """What ``write_state`` wrote.

    Raises:
        AdversarialSamplingError: ``file`` when it is missing, ``checkpoint`` when it is no training
            state, ``usage`` when it is of another setting (more epochs are fine).
    """
    tensors, metadata = decode_safetensors(read_file(path), path)
    try:
        header = _Header.model_validate_json(metadata.get("training_state", ""))
    except ValidationError as error:
        raise AdversarialSamplingError(
            f"{path} is not a training state of this version of the package",
            code="checkpoint",
            suggestion="resume from the file given as state, not from the checkpoint",
        ) from error
    _check_setting(path, header, setting)
    return header.progress, tensors


def _check_setting(path: str | os.PathLike[str], header: _Header, setting: Setting) -> None:
    before, now = _flat(header.setting), _flat(setting)
    for name, value in now.items():
        if name not in _CHANGEABLE and before[name] != value:
            raise AdversarialSamplingError(
                f"{path} was trained with {name} = {before[name]}, got {value}",
                suggestion="resume with what the run was started with, or start a new run",
            )
    done = header.progress.epochs + (1 if header.progress.batch else 0)
    if setting.options.epochs < done:
        raise AdversarialSamplingError(
            f"{path} is in epoch {done} already, got epochs = {setting.options.epochs}",
            suggestion=f"ask for at least {done} epochs",
        )


def _flat(setting: Setting) -> dict[str, Any]:
    """Option by option, so that a message can name the one that differs."""
    fields = setting.model_dump()
    return {**fields.pop("options"), **fields}


def subset(tensors: Mapping[str, Tensor], prefix: str) -> dict[str, Tensor]:
    """Those whose names start with ``prefix``, without it."""
    return {n.removeprefix(prefix): t for n, t in tensors.items() if n.startswith(prefix)}
