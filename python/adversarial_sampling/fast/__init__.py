"""The training step over flat vectors: what ``AdversarialStep`` says, several times faster."""

from .step import FastStep

__all__ = ["FastStep"]
