"""Whether a checkpoint's tensors are a model's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import torch
from torch import Tensor

from .dtypes import dtype_name, kind_of
from .errors import AdversarialSamplingError

SHOWN = 3
"""How many names a message lists of each kind."""
LEAST_LOG_SIGMA = -20.0
"""Of a weight of 0, whose sigma would be 0; a spec's ``init_log_sigma`` goes down to it."""
WRAPPERS = ("module.", "_orig_mod.")
"""What DataParallel and torch.compile put before every name."""


def unwrapped(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Under the names that they had before their network was wrapped, also more than once.

    A wrapper's prefix goes when all names have it.
    """
    names = list(tensors)
    while wrapper := next((w for w in WRAPPERS if _all_start(names, w)), None):
        names = [name.removeprefix(wrapper) for name in names]
    return dict(zip(names, tensors.values(), strict=True))


def check_match(
    own: Mapping[str, Tensor], found: Mapping[str, Tensor], source: str, kind: str
) -> None:
    """Raises a ``checkpoint`` error unless names, shapes and kinds of numbers are the same."""
    both = [name for name in own if name in found]
    unexpected = [name for name in found if name not in own]
    shapes = [
        f"{name} {list(found[name].shape)} instead of {list(own[name].shape)}"
        for name in both
        if found[name].shape != own[name].shape
    ]
    dtypes = [
        f"{name} {dtype_name(found[name])} instead of {dtype_name(own[name])}"
        for name in both
        if kind_of(found[name]) != kind_of(own[name])
    ]
    complaints = [
        _list("missing", [name for name in own if name not in found]),
        _list("unexpected", unexpected),
        _list("of another shape", shapes),
        _list("of another dtype", dtypes),
    ]
    complaints = [complaint for complaint in complaints if complaint]
    if complaints:
        prefix = _wrapping(own, unexpected)
        raise AdversarialSamplingError(
            f"{source} does not fit {kind}: " + "; ".join(complaints),
            code="checkpoint",
            suggestion="give the spec that the checkpoint was made with: architecture, number of "
            "classes, Bayesian or plain"
            if prefix is None
            else f'take the prefix "{prefix}" from the names: save the state_dict of the network '
            "itself, not of what wraps it",
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
            suggestion="give a plain network; a Bayesian one is loaded without pretrained",
        )
    return {_mean_name(name): tensor for name, tensor in tensors.items()}


def log_sigmas_of(means: Mapping[str, Tensor], relative_sigma: float) -> dict[str, Tensor]:
    """The ``sigma_*`` for which sigma = ``relative_sigma`` * abs(``mu_*``), at least e^-20.

    MOPED's posterior: Krishnan, Subedar and Tickoo, "Specifying Weight Priors in Bayesian Deep
    Neural Networks with Empirical Bayes", AAAI 2020, whose delta this is.
    """

    def log_sigma(mean: Tensor) -> Tensor:
        # In float64, so that it is what the twin makes of it.
        sigma = mean.to(torch.float64).abs() * relative_sigma
        return sigma.log().clamp(min=LEAST_LOG_SIGMA)

    named = ((name.rpartition("mu_"), mean) for name, mean in means.items())
    return {f"{layer}sigma_{part}": log_sigma(mean) for (layer, mu, part), mean in named if mu}


def keeps_initial_value(name: str) -> bool:
    """Whether a tensor of this name has no counterpart in a plain network."""
    return name.rpartition(".")[2].startswith(("sigma_", "eps_"))


def _mean_name(name: str) -> str:
    layer, dot, part = name.rpartition(".")
    return f"{layer}{dot}mu_{part}" if part in ("weight", "bias") else name


def _all_start(names: list[str], prefix: str) -> bool:
    return bool(names) and all(name.startswith(prefix) for name in names)


def _wrapping(own: Mapping[str, Tensor], unexpected: list[str]) -> str | None:
    """What stands before a name that would be right without it."""
    depth = 1 + max((name.count(".") for name in own), default=0)
    for name in unexpected:
        parts = name.rsplit(".", depth)
        for start in range(1, len(parts)):
            rest = ".".join(parts[start:])
            if rest in own:
                return name.removesuffix(rest)
    return None


def _list(what: str, names: Iterable[str]) -> str:
    names = list(names)
    if not names:
        return ""
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return f"{what}: {', '.join(names[:SHOWN])}{more}"
