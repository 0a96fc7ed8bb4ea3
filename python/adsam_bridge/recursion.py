"""How deep code of the user's may recurse."""

from __future__ import annotations

import operator
import sys
import warnings

DEEPEST = 1_000_000


def bound_recursion() -> None:
    """Has endless recursion end with Python's own error, whatever limit is asked for.

    Python takes any number. Since its frames left the stack (3.11), 100 million of them take all
    memory there is before they are too many.
    """
    set_limit = sys.setrecursionlimit

    def setrecursionlimit(limit: int, /) -> None:
        asked = operator.index(limit)
        if asked > DEEPEST:
            message = f"the recursion limit is {DEEPEST}, the highest here, instead of {asked}"
            warnings.warn(message, RuntimeWarning, stacklevel=2)
        set_limit(min(asked, DEEPEST))

    sys.setrecursionlimit = setrecursionlimit
