"""Python functions that are run again and again, so that a port can be held against them."""

from .origins import origins
from .subject import subject

__all__ = ["origins", "subject"]
