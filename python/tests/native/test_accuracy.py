"""How far the kernels' rounding takes logits, beside what torch's own convolutions make of it."""

from __future__ import annotations

import torch
from conftest import MakeModel

from adversarial_sampling.layout import Layout
from adversarial_sampling.native import Native


def test_rounding_of_a_forward(make_model: MakeModel) -> None:
    """Products of 512 channels summed in a row show here: they were further off than torch's."""
    x = torch.randn(32, 3, 32, 32, generator=torch.Generator().manual_seed(1))
    layout, exact = (
        Layout(make_model(kind="vgg16", bayesian=False, dtype=dtype).train())
        for dtype in ("float32", "float64")
    )
    weights = layout.gathered()
    truth = exact.output(weights.double(), x.double())
    native = Native(layout).forward(weights, x, by_batch=True, moves=False)
    error, own = ((logits - truth).norm() for logits in (native, layout.output(weights, x)))
    assert error < 0.85 * own
