"""Named tensors on their way between the languages, in the safetensors format."""

from __future__ import annotations

import base64
import shutil
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path

import safetensors.torch
import torch
from safetensors import SafetensorError
from torch import Tensor

from adversarial_sampling._protocol import Bundle, FileBundle, InlineBundle
from adversarial_sampling.errors import AdversarialSamplingError

INLINE_BYTES = 1 << 16
DTYPES = (torch.float32, torch.float64, torch.int64, torch.uint8)


def unpack(bundle: Bundle) -> dict[str, Tensor]:
    """The tensors of a bundle, on the CPU."""
    if isinstance(bundle, InlineBundle):
        return safetensors.torch.load(base64.b64decode(bundle.base64))
    return safetensors.torch.load_file(bundle.path)


def pack(tensors: Mapping[str, Tensor], folders: Sequence[str]) -> Bundle:
    """A bundle of tensors; long ones become a file in one of `folders`, which its reader deletes.

    Raises:
        AdversarialSamplingError: ``disk`` when there is room in none.
    """
    portable = _apart({name: _portable(tensor) for name, tensor in tensors.items()})
    size = sum(tensor.nbytes for tensor in portable.values())
    if size <= INLINE_BYTES:
        return InlineBundle(base64=base64.b64encode(safetensors.torch.save(portable)).decode())
    reason = None
    for folder in _with_room(folders, size):
        path = Path(folder) / f"{uuid.uuid4().hex}.safetensors"
        try:
            safetensors.torch.save_file(portable, path)
        except (OSError, SafetensorError) as error:
            reason = error
            path.unlink(missing_ok=True)
        else:
            return FileBundle(path=str(path))
    raise AdversarialSamplingError(
        f"cannot write tensors of {size} bytes in {' or '.join(folders)}: {reason}",
        code="disk",
        suggestion="free some space, or name a folder that has room in the variable TMPDIR",
    ) from reason


def _with_room(folders: Sequence[str], size: int) -> list[str]:
    """Those with room for twice as much, since others need some too; and in any case the last."""
    roomy = [folder for folder in folders[:-1] if shutil.disk_usage(folder).free >= 2 * size]
    return [*roomy, folders[-1]]


def _apart(tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """Copies of those that share memory with an earlier one, which safetensors refuses."""
    seen: set[int] = set()
    for name, tensor in tensors.items():
        memory = tensor.untyped_storage().data_ptr()
        if memory in seen:
            tensors[name] = tensor.clone()
        seen.add(memory)
    return tensors


def _portable(tensor: Tensor) -> Tensor:
    """On the CPU, dense, of a dtype that TypeScript has an array for (halves become float32)."""
    tensor = tensor.detach().cpu().contiguous()
    return tensor if tensor.dtype in DTYPES else tensor.float()
