"""``python timed.py SCRIPT ARGUMENT...`` runs a script as Python does, and says how long it took.

What it imports of torch is not counted.
"""

import runpy
import sys
import time

import torch  # noqa: F401

began = time.perf_counter()
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
sys.stderr.write(f"seconds {time.perf_counter() - began}\n")
