"""Compiles the kernels, or says in one line why not: ``python -m adversarial_sampling.native``."""

import sys

from .network import reason_not_compiled

reason = reason_not_compiled()
sys.stdout.write(f"{reason or 'the kernels are compiled'}\n")
sys.exit(0 if reason is None else 1)
