"""Who can be measured, by name."""

from __future__ import annotations

from collections.abc import Callable

from . import ours, passes, peers, published
from .request import Contender, Request
from .turns import Turns

CONTENDERS: dict[Contender, Callable[[Request, Turns], None]] = {
    "fit": ours.train,
    "fits": ours.train_again,
    "definition": ours.step,
    "predict": ours.answer,
    "passes": passes.run,
    "graph": passes.replay,
    "published-step": published.train,
    "published-predict": published.answer,
    "bayesian-torch": peers.bayesian_torch,
}
