"""Training and prediction by kernels of our own, compiled for the processor that they run on."""

from .network import Native, reason_against
from .threads import reason_not_shared

__all__ = ["Native", "reason_against", "reason_not_shared"]
