"""What a function computed on the way, and whether a known fault in it explains another's."""

from .explain import explain
from .trace import trace

__all__ = ["explain", "trace"]
