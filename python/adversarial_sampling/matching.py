"""Whether a checkpoint's tensors are a model's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from torch import Tensor

from .errors import AdversarialSamplingError

SHOWN = 3
"""How many names a message lists of each kind."""


def check_match(
    own: Mapping[str, Tensor], found: Mapping[str, Tensor], source: str, kind: str
) -> None:
    """Raises a ``checkpoint`` error unless names and shapes are the same."""
    shapes = [
        f"{name} {list(found[name].shape)} instead of {list(tensor.shape)}"
        for name, tensor in own.items()
        if name in found and found[name].shape != tensor.shape
    ]
    complaints = [
        _list("missing", [name for name in own if name not in found]),
        _list("unexpected", [name for name in found if name not in own]),
        _list("of another shape", shapes),
    ]
    complaints = [complaint for complaint in complaints if complaint]
    if complaints:
        raise AdversarialSamplingError(
            f"{source} does not fit {kind}: " + "; ".join(complaints),
            code="checkpoint",
            suggestion="give the spec that the checkpoint was made with: architecture, number of "
            "classes, Bayesian or plain",
        )


def means_of(tensors: Mapping[str, Tensor], source: str) -> dict[str, Tensor]:
    """A plain network's tensors under the names that a Bayesian one has for them.

    Raises:
        AdversarialSamplingError: ``checkpoint`` when the tensors are a Bayesian network's already.
    """
    bayesian = [name for name in tensors if keeps_initial_value(name)]
    if bayesian:
        raise AdversarialSamplingError(
            f"expected a plain network in {source}, but it holds {bayesian[0]}",
            code="checkpoint",
            suggestion="load it without pretrained",
        )
    return {_mean_name(name): tensor for name, tensor in tensors.items()}


def keeps_initial_value(name: str) -> bool:
    """Whether a tensor of this name has no counterpart in a plain network."""
    return name.rpartition(".")[2].startswith(("sigma_", "eps_"))


def _mean_name(name: str) -> str:
    layer, dot, part = name.rpartition(".")
    return f"{layer}{dot}mu_{part}" if part in ("weight", "bias") else name


def _list(what: str, names: Iterable[str]) -> str:
    names = list(names)
    if not names:
        return ""
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return f"{what}: {', '.join(names[:SHOWN])}{more}"
