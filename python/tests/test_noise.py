from math import sin, sqrt

import pytest
import torch

from adversarial_sampling import AdversarialSamplingError, GaussianNoise, WaveNoise
from adversarial_sampling._protocol import GaussianNoiseSpec, WaveNoiseSpec
from adversarial_sampling.noise import digest, noise_from, seeded_generator, wave


def test_wave_is_the_formula() -> None:
    values = wave(3, 5)
    expected = [sin(12.9898 * (i + 1) + 78.233 * 4) for i in range(5)]
    assert values.dtype == torch.float64
    assert values.tolist() == pytest.approx(expected, abs=1e-15)


def test_wave_noise_counts_its_draws_and_rounds_to_float32() -> None:
    noise = WaveNoise(7)
    drawn = noise.draw(torch.zeros(2, 3, dtype=torch.float64))
    assert noise.next == 8
    assert drawn.shape == (2, 3)
    assert drawn.dtype == torch.float64
    expected = (sqrt(2) * wave(7, 6)).float().double().reshape(2, 3)
    assert torch.equal(drawn, expected)


def test_gaussian_noise_repeats_and_goes_back_without_moving_the_global_generator() -> None:
    before = torch.get_rng_state()
    noise, like = GaussianNoise(5), torch.zeros(1000)
    state = noise.state
    first = noise.draw(like)
    assert not torch.equal(noise.draw(like), first)
    noise.restore(state)
    assert torch.equal(noise.draw(like), first)
    assert torch.equal(GaussianNoise(5).draw(like), first)
    assert abs(first.mean()) < 0.1
    assert abs(first.std() - 1) < 0.1
    assert torch.equal(torch.get_rng_state(), before)


def test_any_seed_from_0_on() -> None:
    like = torch.zeros(3)
    large = GaussianNoise(2**64).draw(like)
    assert not torch.equal(large, GaussianNoise(0).draw(like))
    with pytest.raises(AdversarialSamplingError, match="seed >= 0, got -1"):
        GaussianNoise(-1)


def test_streams_of_one_seed_are_apart() -> None:
    first, second = (
        torch.rand(3, generator=seeded_generator(5, "cpu", stream)) for stream in ("a", "b")
    )
    assert not torch.equal(first, second)


def test_noise_from_its_spec() -> None:
    own, like = GaussianNoise(1), torch.zeros(3)
    assert noise_from(GaussianNoiseSpec(), own, "cpu") is own
    seeded = noise_from(GaussianNoiseSpec(seed=9), own, "cpu")
    assert torch.equal(seeded.draw(like), GaussianNoise(9).draw(like))
    waves = noise_from(WaveNoiseSpec(next=4), own, "cpu")
    assert torch.equal(waves.draw(like), WaveNoise(4).draw(like))


def test_digest_is_sum_norm_and_projection() -> None:
    t = torch.tensor([[3.0, 0.0], [0.0, -4.0]])
    projection = float(3 * wave(5000, 4)[0] - 4 * wave(5000, 4)[3])
    assert digest(t) == pytest.approx((-1.0, 5.0, projection), abs=1e-15)
