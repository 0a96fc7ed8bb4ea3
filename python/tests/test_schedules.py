from __future__ import annotations

import pytest
from conftest import MakeImages, MakeModel

from adversarial_sampling import AdversarialSamplingError, EpochEvent, FitOptions, StepEvent, fit
from adversarial_sampling.schedules import beta_share, learning_rate


def test_learning_rate_falls_at_milestones() -> None:
    rates = [learning_rate(FitOptions(), epoch) for epoch in (0, 79, 80, 140, 199)]
    assert rates == pytest.approx([0.01, 0.01, 0.001, 1e-4, 1e-5])


@pytest.mark.parametrize(
    ("options", "shares"),
    [
        ({}, [1, 1, 1, 1, 1, 1, 1, 1]),
        ({"beta_warmup": 2}, [0, 0.25, 0.5, 0.75, 1, 1, 1, 1]),
        ({"beta_warmup": 1, "beta_cycle": 2}, [0, 0.5, 1, 1, 0, 0.5, 1, 1]),
        ({"beta_warmup": 1, "beta_cycle": 1}, [0, 0.5, 0, 0.5, 0, 0.5, 0, 0.5]),
    ],
    ids=str,
)
def test_beta_rises_step_by_step(options: dict[str, int], shares: list[float]) -> None:
    chosen = FitOptions.model_validate(options)
    assert [beta_share(chosen, i // 2, i % 2, 2) for i in range(8)] == shares


def test_a_run_is_trained_with_beta_as_it_says(
    make_model: MakeModel, make_images: MakeImages
) -> None:
    options = FitOptions.model_validate(
        {"epochs": 3, "batch": 4, "steps": 0, "beta": 1e-3, "beta_warmup": 2}
    )
    told: list[StepEvent | EpochEvent] = []
    fit(make_model(), make_images(8), options=options, on_event=told.append)
    betas = [event.beta for event in told if isinstance(event, StepEvent)]
    assert betas == pytest.approx([0, 2.5e-4, 5e-4, 7.5e-4, 1e-3, 1e-3])
    assert [e.beta for e in told if isinstance(e, EpochEvent)] == [betas[1], betas[3], betas[5]]
    for event in told:
        if isinstance(event, StepEvent):
            elbo = (event.cross_entropy or 0) + (event.beta or 0) * (event.kl or 0)
            assert event.loss == pytest.approx(
                0.2 * elbo + 0.8 * (event.adversarial_loss or 0), rel=1e-5
            )


@pytest.mark.parametrize("changes", [{"ratio": 1.0}, {"bayesian": False}], ids=str)
def test_a_loss_without_kl_has_no_beta(
    make_model: MakeModel, make_images: MakeImages, changes: dict[str, object]
) -> None:
    ratio, bayesian = changes.get("ratio", 0.8), changes.get("bayesian", True)
    options = FitOptions.model_validate({"epochs": 1, "steps": 0, "ratio": ratio})
    told: list[StepEvent | EpochEvent] = []
    fit(make_model(bayesian=bayesian), make_images(8), options=options, on_event=told.append)
    assert [event.beta for event in told] == [None, None]


@pytest.mark.parametrize(("warmup", "cycle"), [(0, 3), (4, 3)])
def test_a_cycle_has_room_for_its_warmup(
    make_model: MakeModel, make_images: MakeImages, warmup: int, cycle: int
) -> None:
    options = FitOptions(beta_warmup=warmup, beta_cycle=cycle)
    with pytest.raises(AdversarialSamplingError, match=r"beta_cycle: expected .*, got 3") as caught:
        fit(make_model(), make_images(8), options=options)
    assert caught.value.code == "usage"
