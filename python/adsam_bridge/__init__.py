"""The Python end of a session: what pythonia talks to when TypeScript drives the package.

Importing it guards the process (see ``guard``) and loads nothing heavy: torch comes with the first
request.
"""

from . import guard
from .dispatch import dispatch

guard.install()

__all__ = ["dispatch"]
