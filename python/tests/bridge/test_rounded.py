"""Rounding by chance: what it moves, and what stays as it is."""

import pytest
import torch
from torch import Tensor

from adsam_bridge.proof.rounded import Rounded

WHOLE = torch.tensor([[1e12, 0.0, 3.0], [1.0, -1e12, 5e11]], dtype=torch.float64)


def rounded_twice(values: Tensor) -> Tensor:
    """A third of each, on its way to two places."""
    with Rounded(0):
        third = values / 3
        return torch.cat([third.t().reshape(-1), third.t().clone().reshape(-1)])


def test_a_result_is_one_of_the_two_neighbours_and_stays_that() -> None:
    values = torch.arange(1.0, 65.0, dtype=torch.float64)
    third = rounded_twice(values)
    assert torch.equal(third[:64], third[64:])
    assert torch.equal(third, third.float().double())
    exact = values / 3
    apart = (third[:64] - exact) / exact
    assert apart.abs().max() < 2**-23
    inexact = exact != exact.float().double()
    assert {float(sign) for sign in apart[inexact].sign()} == {-1.0, 1.0}
    assert torch.equal(third[:64][~inexact], exact[~inexact])


def test_whole_numbers_masks_and_selections_are_not_moved() -> None:
    values = torch.tensor([[7.0, 0.0, 3.0], [1.0, -5.0, 5.0]], dtype=torch.float64)
    with Rounded(0):
        kept = torch.where(values > 0, 2 * values + 1, -torch.inf).max(dim=1).values
    assert kept.tolist() == [15.0, 11.0]


def test_a_softmax_of_one_and_zeros_shows_rounding_in_its_gradient() -> None:
    def gradient() -> Tensor:
        scores = WHOLE.clone().requires_grad_()
        weights = torch.softmax(scores, dim=1)
        (found,) = torch.autograd.grad((weights * torch.tensor([1e6, 2.0, 3e6])).sum(), scores)
        return found

    assert gradient().abs().max() == 0
    with Rounded(0):
        assert gradient().abs().max() > 1e-3


@pytest.mark.parametrize("dtype", [torch.float32, torch.complex128, torch.float16])
def test_other_dtypes(dtype: torch.dtype) -> None:
    values = torch.ones(100, dtype=dtype)
    with Rounded(0):
        moved = (torch.exp(values) - torch.exp(values)).abs().max()
    assert (moved > 0) == (dtype != torch.float16)


def test_what_a_view_shares_with_what_is_kept_for_the_backward_pass_is_not_written_to() -> None:
    x = torch.ones(3, 2, dtype=torch.float64, requires_grad=True)
    with Rounded(0):
        y = (x / 3).exp()
        (y.square().sum() + (y.t() * y.detach().t()).sum()).backward()
    assert x.grad is not None
    assert torch.isfinite(x.grad).all()
