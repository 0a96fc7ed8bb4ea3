import pytest
import torch

from adversarial_sampling import AdversarialSamplingError
from adversarial_sampling.objective import accuracy, cross_entropy, default_beta, elbo


def test_cross_entropy_of_equal_logits_is_log_classes() -> None:
    loss = cross_entropy(torch.zeros(2, 10), torch.tensor([0, 9]))
    assert loss.item() == pytest.approx(2.302585092994046, rel=1e-6)


def test_elbo_weighs_the_divergence() -> None:
    assert elbo(torch.tensor(2.0), torch.tensor(30.0), 0.1).item() == pytest.approx(5.0)


def test_accuracy_is_a_part_of_one() -> None:
    logits = torch.eye(4)[torch.tensor([0, 1, 2, 2])]
    assert accuracy(logits, torch.tensor([0, 1, 2, 3])).item() == 0.75


def test_beta_by_default() -> None:
    assert default_beta(50_000) == pytest.approx(2e-7)
    with pytest.raises(AdversarialSamplingError, match="training_size"):
        default_beta(0)
