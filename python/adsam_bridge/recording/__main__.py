"""Runs a program and watches it; see ``order.Order`` for the file that says how."""

from __future__ import annotations

import sys

from .notes import Notes
from .observer import watch
from .order import read_order
from .program import end_with, run_program
from .watcher import Watcher

order = read_order(sys.argv[1])
end_with(order.parent)
notes = Notes(order.notes)
watcher = Watcher(order, notes)
run_program(sys.argv[2:], lambda: watch(watcher))
