"""What a caller gives for a model."""

from __future__ import annotations

from torch import nn

from ..errors import AdversarialSamplingError
from .network import Network


def check_model(model: object) -> None:
    """Raises a ``usage`` error for what is no network of the package's as it was built.

    What wraps one (``torch.compile``, ``DataParallel``, ``Sequential``) runs it, but has neither a
    spec nor the names of its tensors; and kernels of the package's would not go through it.
    """
    if isinstance(model, Network):
        model.check_numbers()
        return
    kind = f"{type(model).__module__}.{type(model).__qualname__}"
    named = model.named_modules() if isinstance(model, nn.Module) else ()
    within = next((name for name, one in named if isinstance(one, Network)), None)
    raise AdversarialSamplingError(
        f"expected a Network of adversarial_sampling, got {kind}",
        suggestion="make one by build or load"
        if within is None
        else f'give the one within: model.get_submodule("{within}")',
    )
