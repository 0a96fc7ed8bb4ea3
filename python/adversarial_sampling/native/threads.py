"""Torch's parallel regions on the kernels' threads.

Torch's threads, those of GNU's OpenMP, wait awake for each other, and for any that the system keeps
from running: beside one busy process a step takes several times as long. The kernels' own do not.
"""

from __future__ import annotations

import ctypes
from functools import lru_cache

from ..errors import AdversarialSamplingError
from .compile import library


@lru_cache(maxsize=1)
def reason_not_shared() -> str | None:
    """Lets them run there from now on; one line on why they do not, None where they do.

    The numbers stay the same bit for bit: a region has as many members as before.
    """
    try:
        share = library().share_threads
    except AdversarialSamplingError as error:
        return str(error)
    share.restype = ctypes.c_char_p
    reason = share(b"/libtorch_cpu.so")
    return None if reason is None else reason.decode()
