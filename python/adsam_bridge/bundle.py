"""Named tensors on their way between the languages, in the safetensors format."""

from __future__ import annotations

import base64
import uuid
from collections.abc import Mapping
from pathlib import Path

import safetensors.torch
import torch
from torch import Tensor

from adversarial_sampling._protocol import Bundle, FileBundle, InlineBundle

INLINE_BYTES = 1 << 16
DTYPES = (torch.float32, torch.float64, torch.int64, torch.uint8)


def unpack(bundle: Bundle) -> dict[str, Tensor]:
    """The tensors of a bundle, on the CPU."""
    if isinstance(bundle, InlineBundle):
        return safetensors.torch.load(base64.b64decode(bundle.base64))
    return safetensors.torch.load_file(bundle.path)


def pack(tensors: Mapping[str, Tensor], folder: str) -> Bundle:
    """A bundle of tensors; long ones become a file in `folder`, which its reader deletes."""
    portable = _apart({name: _portable(tensor) for name, tensor in tensors.items()})
    if sum(tensor.nbytes for tensor in portable.values()) <= INLINE_BYTES:
        return InlineBundle(base64=base64.b64encode(safetensors.torch.save(portable)).decode())
    path = Path(folder) / f"{uuid.uuid4().hex}.safetensors"
    safetensors.torch.save_file(portable, path)
    return FileBundle(path=str(path))


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
