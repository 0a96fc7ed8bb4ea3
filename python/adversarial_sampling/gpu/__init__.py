"""Native kernels for NVIDIA GPUs, in Triton, which torch brings along there.

They do what torch's take longest for in small residual networks: batch norm, with the sum and the
ReLU behind it, and convolutions of few channels. Everything adds up in an order of its own that
is the same every time.
"""

from .available import native_kernels, reason_against

__all__ = ["native_kernels", "reason_against"]
