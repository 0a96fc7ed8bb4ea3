"""Compiles the kernels, or says in one line why not: ``python -m adversarial_sampling.native``.

With ``--look`` it says whether they are there, and compiles nothing.
"""

import sys

from ..errors import AdversarialSamplingError
from .compile import compiled_file
from .network import reason_not_compiled


def look() -> str | None:
    """One line on why there are no compiled kernels; None where there are."""
    try:
        return None if compiled_file().exists() else "not compiled yet: the first training will"
    except AdversarialSamplingError as error:
        return str(error)


reason = look() if sys.argv[1:] == ["--look"] else reason_not_compiled()
sys.stdout.write(f"{reason or 'the kernels are compiled'}\n")
sys.exit(0 if reason is None else 1)
