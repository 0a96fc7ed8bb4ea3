import pytest
import torch
from conftest import MakeImages, MakeModel

from adversarial_sampling import Images, StepOptions, WaveNoise, trace
from adversarial_sampling.noise import digest


def test_every_forward_is_recorded(make_model: MakeModel, make_images: MakeImages) -> None:
    model = make_model(dtype="float64").eval()
    own = model.noise
    batches = [make_images(4, seed=seed) for seed in range(2)]
    records = trace(model, batches, StepOptions(steps=2), 100, WaveNoise(10))
    assert not model.training
    assert model.noise is own
    drawn = len(model.stored_noise())
    assert [record.draws for record in records] == [
        (10, 10 + 3 * drawn),
        (10 + 3 * drawn, 10 + 6 * drawn),
    ]
    first = records[0].forwards
    assert [forward.fixed_noise for forward in first] == [True, True, True, False, False]
    assert list(first[0].eps) == list(model.stored_noise())
    assert first[0].eps["conv1.eps_weight"] == digest(WaveNoise(10).draw(model.conv1.mu_weight))
    assert first[0].eps != first[1].eps
    assert first[3].eps is None
    now = {name: digest(parameter) for name, parameter in model.named_parameters()}
    assert records[1].parameters == now
    assert all("running_" in name for name in records[0].running)
    assert 0 <= records[0].accuracy <= 1


def test_labels_and_inputs_are_cast(make_model: MakeModel, make_images: MakeImages) -> None:
    data = make_images(4)
    bytes_, ints = data.labels.to(torch.uint8), data.labels
    losses = [
        trace(
            make_model(dtype="float64"),
            [Images(data.images, y)],
            StepOptions(steps=0),
            9,
            WaveNoise(),
        )
        for y in (bytes_, ints)
    ]
    assert losses[0] == losses[1]


def test_a_plain_network_draws_nothing(make_model: MakeModel, make_images: MakeImages) -> None:
    [record] = trace(make_model(bayesian=False), [make_images(4)], StepOptions(), 9, WaveNoise())
    assert record.draws == (0, 0)
    [forward] = record.forwards
    assert forward.kl is None
    assert forward.eps is None
    assert forward.loss == pytest.approx(record.loss)
