"""What a process is asked to be."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

Contender = Literal[
    "fit",
    "fits",
    "definition",
    "predict",
    "passes",
    "graph",
    "published-step",
    "published-predict",
    "bayesian-torch",
]


class Unmeasured(Exception):  # noqa: N818 - an answer that was foreseen
    """Why this contender cannot take part here."""


class Request(BaseModel):
    """A contender and its work; camelCase on the command line."""

    model_config = ConfigDict(alias_generator=to_camel, extra="forbid", frozen=True)

    contender: Contender
    network: str
    """architecture, such as ``resnet20``"""
    batch: int
    size: int
    """side of the images, pixels"""
    passes: int = 7
    """forwards and backwards of one call; a training step has seven: five of the ascent, one
    adversarial, one of the ELBO"""
    samples: int = 30
    """Monte Carlo samples of a prediction"""
    calls: int = 200
    """calls that may be asked for in all; of "fits", the batches of an epoch"""
    device: str
    threads: int
    seed: int = 42
    spec: dict[str, Any] = {}
    """fields of ``NetworkSpec`` beside its kind"""
    options: dict[str, Any] = {}
    """fields of ``FitOptions`` or ``PredictOptions`` that are not the default"""
    checkout: str | None = None
    """folder of the published code"""
