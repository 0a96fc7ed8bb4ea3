from math import isnan, nan

import torch

from adversarial_sampling._protocol import TrainingMeans
from adversarial_sampling.measurements import EpochSums, Measurements, read_back


def test_read_back_keeps_what_was_not_measured_apart() -> None:
    def scalar(value: float) -> torch.Tensor:
        return torch.tensor(value)

    plain = Measurements(scalar(1), scalar(1), None, None, None, scalar(0.5).double())
    worst = Measurements(scalar(nan), None, None, scalar(3), scalar(2), scalar(0.1).double())
    first, second = read_back([plain, worst])
    assert first.kl is first.adversarial_loss is None
    assert first.accuracy == 0.5
    assert isnan(second.loss)
    assert second.cross_entropy is None
    assert second.adversarial_rise == 2
    assert read_back([]) == []


def test_sums_are_weighted_by_images() -> None:
    sums = EpochSums()
    for loss, images in ((1.0, 30), (4.0, 10)):
        means = TrainingMeans(
            loss=loss,
            cross_entropy=loss,
            kl=None,
            adversarial_loss=None,
            adversarial_rise=None,
            accuracy=1.0,
        )
        sums.add(means, images)
    assert sums.means().loss == 1.75
    assert sums.means().kl is None
    again = EpochSums.model_validate_json(sums.model_dump_json())
    assert again == sums
