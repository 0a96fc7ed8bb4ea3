"""Files that are there whole or not at all."""

from __future__ import annotations

import errno
import os
import secrets
from collections.abc import Generator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from safetensors import SafetensorError, safe_open
from safetensors.torch import save as to_safetensors
from torch import Tensor

from .errors import AdversarialSamplingError

NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def replace_file(path: str | os.PathLike[str], content: bytes) -> None:
    """Writes beside ``path`` and then renames: a failure leaves the old file as it was.

    Raises:
        AdversarialSamplingError: ``file`` when it may not be written, ``disk`` when there is no
            room.
    """
    target = Path(path)
    partial = target.with_name(f".{target.name}.{secrets.token_hex(4)}.partial")
    try:
        with partial.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(target)
    except OSError as error:
        full = error.errno in NO_ROOM
        raise AdversarialSamplingError(
            f"cannot write {target}: {error.strerror or error}",
            code="disk" if full else "file",
            suggestion="free some space" if full else "is the folder there, and writable?",
        ) from error
    finally:
        with suppress(OSError):
            partial.unlink()


def check_folder(path: str | os.PathLike[str]) -> None:
    """Raises a ``file`` error unless ``path`` can be written: better now than after an epoch."""
    folder = Path(path).parent
    if not folder.is_dir() or not os.access(folder, os.W_OK):
        raise AdversarialSamplingError(
            f"cannot write {path}: {folder} is not a folder that can be written to",
            code="file",
            suggestion="make the folder first",
        )


def pack(tensors: Mapping[str, Tensor], metadata: Mapping[str, str]) -> bytes:
    """A safetensors file of tensors on any device."""
    copies = {name: t.detach().cpu().contiguous() for name, t in tensors.items()}
    return to_safetensors(copies, dict(metadata))


def unpack(path: str | os.PathLike[str]) -> tuple[dict[str, Tensor], dict[str, str]]:
    """Tensors, on the CPU, and metadata of a safetensors file.

    Raises:
        AdversarialSamplingError: ``file`` when it is missing, ``checkpoint`` when it is damaged.
    """
    with readable(path):
        try:
            with safe_open(path, framework="pt", device="cpu") as file:
                tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
                return tensors, dict(file.metadata() or {})
        except SafetensorError as error:
            raise AdversarialSamplingError(
                f"{path} is damaged or not a safetensors file: {error}", code="checkpoint"
            ) from error


@contextmanager
def readable(path: str | os.PathLike[str]) -> Generator[None]:
    """Turns what the system says about a file that cannot be read into a ``file`` error."""
    try:
        yield
    except OSError as error:
        raise AdversarialSamplingError(
            f"cannot read {path}: {error.strerror or error}", code="file"
        ) from error
