"""Python functions that are run again and again, so that a port can be held against them."""

from .subject import subject

__all__ = ["subject"]
