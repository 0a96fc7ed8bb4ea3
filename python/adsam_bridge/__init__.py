"""The Python end of a session: what pythonia talks to when TypeScript drives `adversarial_sampling`.

Importing it guards the process (see `guard`) and loads nothing heavy; torch comes with the first request.
"""

from adsam_bridge import guard
from adsam_bridge.dispatch import dispatch

guard.install()

__all__ = ["dispatch"]
