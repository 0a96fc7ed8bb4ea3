"""Named tensors on their way between the languages, in the safetensors format."""

from __future__ import annotations

import base64
import math
import shutil
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path

import safetensors.torch
import torch
from safetensors import SafetensorError
from torch import Tensor

from adversarial_sampling._protocol import Bundle, FileBundle, InlineBundle, MappedTensor
from adversarial_sampling.dtypes import dtype_name
from adversarial_sampling.errors import AdversarialSamplingError

INLINE_BYTES = 1 << 16
CROSSING = (
    torch.bool,
    torch.uint8,
    torch.int8,
    torch.uint16,
    torch.int16,
    torch.uint32,
    torch.int32,
    torch.uint64,
    torch.int64,
    torch.float16,
    torch.bfloat16,
    torch.float32,
    torch.float64,
    torch.complex64,
    torch.complex128,
)
"""What TypeScript has arrays for."""


def unpack(bundle: Bundle) -> dict[str, Tensor]:
    """The tensors of a bundle, in their order and on the CPU."""
    if not bundle.names:
        return {}
    if isinstance(bundle, InlineBundle):
        tensors = safetensors.torch.load(base64.b64decode(bundle.base64))
    else:
        tensors = safetensors.torch.load_file(bundle.path)
    tensors |= {place.name: _mapped(place) for place in bundle.mapped}
    pairs = set(bundle.complex)
    return {
        name: torch.view_as_complex(tensors[name]) if name in pairs else tensors[name]
        for name in bundle.names
    }


def _mapped(place: MappedTensor) -> Tensor:
    """What the file holds, in pages that are its own until someone writes to them."""
    dtype: torch.dtype = getattr(torch, place.dtype)
    end = place.offset + math.prod(place.shape) * dtype.itemsize
    try:
        held = torch.from_file(place.path, shared=False, size=end, dtype=torch.uint8)
    except RuntimeError as error:
        raise AdversarialSamplingError(
            f"{place.name} cannot be mapped from {place.path}: {error}",
            code="file",
            suggestion="keep no data sets (ADSAM_CACHE=off): they are copied then",
        ) from error
    return held[place.offset :].view(dtype).reshape(place.shape)


def pack(tensors: Mapping[str, Tensor], folders: Sequence[str]) -> Bundle:
    """A bundle of tensors; long ones become a file in one of `folders`, which its reader deletes.

    Raises:
        AdversarialSamplingError: ``usage`` for a dtype or layout that cannot cross, ``disk`` when
            there is room in no folder.
    """
    if not tensors:
        return _NOTHING
    crossing = {name: _crossing(name, tensor) for name, tensor in tensors.items()}
    names = tuple(crossing)
    pairs = tuple(name for name in names if crossing[name].is_complex())
    crossing |= {name: torch.view_as_real(crossing[name]) for name in pairs}
    crossing = _apart(crossing)
    size = sum(tensor.nbytes for tensor in crossing.values())
    if size <= INLINE_BYTES:
        return InlineBundle(base64=_inline(crossing), names=names, complex=pairs, mapped=())
    reason = None
    for folder in _with_room(folders, size):
        path = Path(folder) / f"{uuid.uuid4().hex}.safetensors"
        try:
            safetensors.torch.save_file(crossing, path)
        except (OSError, SafetensorError) as error:
            reason = error
            path.unlink(missing_ok=True)
        else:
            return FileBundle(path=str(path), names=names, complex=pairs, mapped=())
    raise AdversarialSamplingError(
        f"cannot write tensors of {size} bytes in {' or '.join(folders)}: {reason}",
        code="disk",
        suggestion="free some space, or name a folder that has room in the variable TMPDIR",
    ) from reason


def _inline(tensors: dict[str, Tensor]) -> str:
    return base64.b64encode(safetensors.torch.save(tensors)).decode()


_NOTHING = InlineBundle(base64=_inline({}), names=(), complex=(), mapped=())
"""What most calls carry."""


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


def _crossing(name: str, tensor: Tensor) -> Tensor:
    """On the CPU, its numbers one after another, as they are."""
    if tensor.layout != torch.strided or tensor.is_nested or tensor.is_meta:
        kind = "meta" if tensor.is_meta else "nested" if tensor.is_nested else str(tensor.layout)
        raise AdversarialSamplingError(
            f"{name}: expected a dense tensor, got a {kind.removeprefix('torch.')} one",
            suggestion="make it dense in Python, as tensor.to_dense() does for sparse ones",
        )
    if tensor.dtype not in CROSSING:
        names = ", ".join(str(dtype).removeprefix("torch.") for dtype in CROSSING)
        raise AdversarialSamplingError(
            f"{name}: expected one of {names}, got {dtype_name(tensor)}",
            suggestion="convert it in Python, as tensor.float() does",
        )
    # A view may owe a conjugation or a sign to what is in memory.
    return tensor.detach().cpu().resolve_conj().resolve_neg().contiguous()
