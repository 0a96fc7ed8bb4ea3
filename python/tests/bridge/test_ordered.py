"""Equal numbers in order, where torch leaves it open."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor

from adsam_bridge.proof.ordered import Ordered

_tied = torch.tensor([[1.0, 3.0, 1.0, 3.0], [2.0, 2.0, 2.0, 2.0]])
_apart = torch.tensor([[1.0, 3.0, 2.0, 0.0], [4.0, 5.0, 7.0, 6.0]])


@pytest.mark.parametrize(
    ("called", "indices"),
    [
        (lambda x: torch.topk(x, 3).indices, [[1, 3, 0], [0, 1, 2]]),
        (lambda x: x[:1].t().topk(2, dim=0, largest=False)[1], [[0], [2]]),
        (lambda x: torch.sort(x, descending=True).indices, [[1, 3, 0, 2], [0, 1, 2, 3]]),
        (lambda x: x.t().sort(0)[1].t(), [[0, 2, 1, 3], [0, 1, 2, 3]]),
        (lambda x: x.argsort(), [[0, 2, 1, 3], [0, 1, 2, 3]]),
        (lambda x: torch.argsort(x, dim=-1, descending=True), [[1, 3, 0, 2], [0, 1, 2, 3]]),
    ],
)
def test_the_lower_index_comes_first(called: Callable[[Tensor], Tensor], indices: Any) -> None:
    with Ordered() as ordered:
        found = called(_tied)
    assert found.tolist() == indices
    assert ordered.decided


def test_what_has_an_order_and_gradients_stay_torchs() -> None:
    leaf = _apart.clone().requires_grad_()
    with Ordered() as ordered:
        values, indices = leaf.topk(2)
        assert torch.equal(values, _apart.topk(2).values)
        assert torch.equal(indices, _apart.topk(2).indices)
        assert torch.tensor(3.0).sort()[0] == 3
        assert not ordered.decided
        tied = _tied.clone().requires_grad_()
        tied.topk(1)[0].sum().backward()
    assert tied.grad is not None
    assert tied.grad.tolist() == [[0, 1, 0, 0], [1, 0, 0, 0]]
    assert list(ordered.decided) == ["topk"]
