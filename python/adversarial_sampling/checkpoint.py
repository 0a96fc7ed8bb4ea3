"""Models in files: safetensors that say what they hold, and the published code's ``.pt``."""

from __future__ import annotations

import io
import os
from collections.abc import Mapping
from typing import Literal

import torch
from pydantic import TypeAdapter, ValidationError
from torch import Tensor

from ._protocol import ModelSpec, NetworkSpec, Normalization
from .canonical import javascript_json
from .errors import AdversarialSamplingError
from .files import read_file, replace_file
from .matching import check_match, keeps_initial_value, log_sigmas_of, means_of, unwrapped
from .models import Network, build, check_model
from .normalization import normalization_text
from .pickled import is_pickled, read_pickled
from .safetensors_format import decode_safetensors, encode_safetensors
from .version import __version__

FORMAT = "adversarial-sampling"
FORMAT_VERSION = "1"

_MODEL_SPEC: TypeAdapter[ModelSpec] = TypeAdapter(ModelSpec)


def save(
    model: Network,
    path: str | os.PathLike[str],
    format: Literal["safetensors", "pt"] = "safetensors",  # noqa: A002 - the option's name
) -> None:
    """Writes parameters and buffers; the file is there whole, or not at all.

    The same model gives the same bytes; as safetensors, those of the tfjs backend too.

    Args:
        model: to be saved.
        path: to be replaced.
        format: ``safetensors`` holds the spec and the normalization of its pixels as well; ``pt``
            is what the published code reads, which has no place for them.

    Raises:
        AdversarialSamplingError: ``file`` when it cannot be written, ``usage`` for a model that
            was cast or wrapped.
    """
    check_model(model)
    if format == "safetensors":
        parts = encode_safetensors(model.state_dict(), metadata_of(model.spec, model.normalization))
    else:
        buffer = io.BytesIO()
        tensors = {name: tensor.cpu() for name, tensor in model.state_dict().items()}
        torch.save({"state_dict": tensors}, buffer)
        parts = (buffer.getbuffer(),)
    replace_file(path, *parts)


def load(
    path: str | os.PathLike[str],
    spec: ModelSpec | None = None,
    device: torch.device | str = "cpu",
    pretrained: bool = False,
    relative_sigma: float | None = None,
) -> Network:
    """The model of a checkpoint, safetensors or ``.pt``. Nothing in the file is executed.

    Names may have the prefixes of DataParallel (``module.``) and torch.compile (``_orig_mod.``).

    Args:
        path: of the file.
        spec: what it holds; None when the file says so itself (``.pt`` does not).
        device: where the model is to live.
        pretrained: the file holds a plain network, whose weights become the means of the
            Bayesian one (weight -> mu_weight, bias -> mu_bias); sigmas stay initial.
        relative_sigma: with ``pretrained``, the sigmas in parts of the means' absolute values
            instead (the delta of MOPED).

    Raises:
        AdversarialSamplingError: ``file`` when it is missing, ``checkpoint`` when it is damaged
            or of another model, ``usage`` when nothing says what it holds.
    """
    content = read_file(path)
    if is_pickled(content):
        tensors, metadata = read_pickled(content, path), {}
    else:
        tensors, metadata = decode_safetensors(content, path)
    tensors = unwrapped(tensors)
    spec = spec or _spec_of(path, metadata, bayesian=pretrained)
    model = build(spec, device)
    if pretrained:
        tensors = _with_means(model, means_of(tensors, str(path)), relative_sigma)
    elif relative_sigma is not None:
        raise AdversarialSamplingError(
            "relative_sigma: expected pretrained with it, got a checkpoint with sigmas of its own"
        )
    load_tensors(model, tensors, str(path))
    model.normalization = _normalization_of(path, metadata)
    return model


def load_tensors(model: Network, tensors: Mapping[str, Tensor], source: str) -> None:
    """Overwrites all of the model's tensors, cast to its dtype.

    Raises:
        AdversarialSamplingError: ``checkpoint`` when the names, shapes or kinds of numbers
            (real, integer, complex, bool) differ.
    """
    own = model.state_dict()
    check_match(own, tensors, source, model.spec.kind)
    with torch.no_grad():
        for name, tensor in own.items():
            tensor.copy_(tensors[name])


def metadata_of(spec: ModelSpec, normalization: Normalization | None = None) -> dict[str, str]:
    """What a file says about the model in it."""
    said = {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "package_version": __version__,
        "spec": javascript_json(spec.model_dump(mode="json", by_alias=True)),
    }
    if normalization is not None:
        said["normalization"] = normalization_text(normalization)
    return said


def _normalization_of(
    path: str | os.PathLike[str], metadata: Mapping[str, str]
) -> Normalization | None:
    text = metadata.get("normalization")
    if metadata.get("format") != FORMAT or text is None:
        return None
    try:
        return Normalization.model_validate_json(text)
    except ValidationError as error:
        raise AdversarialSamplingError(
            f"{path} describes no normalization: {error.errors()[0]['msg']}", code="checkpoint"
        ) from error


def _spec_of(
    path: str | os.PathLike[str], metadata: Mapping[str, str], *, bayesian: bool
) -> ModelSpec:
    if metadata.get("format") != FORMAT:
        raise AdversarialSamplingError(
            f"{path} does not say what model it holds", suggestion="give its spec"
        )
    if metadata.get("format_version") != FORMAT_VERSION:
        raise AdversarialSamplingError(
            f"{path} has format {metadata.get('format_version')}, this version of the package "
            f"reads {FORMAT_VERSION}",
            code="checkpoint",
            suggestion=f"it was written by version {metadata.get('package_version')}",
        )
    try:
        spec = _MODEL_SPEC.validate_json(metadata.get("spec", ""))
    except ValidationError as error:
        raise AdversarialSamplingError(
            f"{path} describes no model: {error.errors()[0]['msg']}", code="checkpoint"
        ) from error
    if bayesian and isinstance(spec, NetworkSpec):
        return spec.model_copy(update={"bayesian": True})
    return spec


def _with_means(
    model: Network, means: Mapping[str, Tensor], relative_sigma: float | None
) -> dict[str, Tensor]:
    if not model.bayesian:
        raise AdversarialSamplingError(
            "expected the spec of a Bayesian model to take a plain network's weights as means"
        )
    initial = {n: t for n, t in model.state_dict().items() if keeps_initial_value(n)}
    sigmas = {} if relative_sigma is None else log_sigmas_of(means, relative_sigma)
    return {**initial, **means, **sigmas}
