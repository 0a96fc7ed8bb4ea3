from __future__ import annotations

from copy import deepcopy

import pytest
import torch
from conftest import MakeImages, MakeModel
from torch import Tensor
from torch.nn import functional as F

from adversarial_sampling import AdversarialStep, FitOptions, Network, StepOptions, resolve_fidelity

TRAINING_SIZE = 40


def defined_step(
    model: Network,
    optimizer: torch.optim.Optimizer,
    x: Tensor,
    y: Tensor,
    options: StepOptions,
    *,
    reference: bool,
) -> tuple[float, float]:
    """Loss and accuracy of one step by its definition, with torch's plain tools."""
    eps = list(model.stored_noise().values())
    for e in eps:
        e.requires_grad_(False)
        e.copy_(model.noise.draw(e))
        e.requires_grad_()
    for _ in range(options.steps):
        statistics = {n: b.clone() for n, b in model.named_buffers() if "eps_" not in n}
        if not reference:
            for e in eps:
                e.grad = None
        (-F.cross_entropy(model(x, fix=True)[0], y)).backward()
        with torch.no_grad():
            for e in eps:
                e.sub_(options.step_size * e.grad.sign())
            if not reference:
                for name, value in statistics.items():
                    dict(model.named_buffers())[name].copy_(value)
    logits, _ = model(x, fix=True)
    loss = options.ratio * F.cross_entropy(logits, y)
    for _ in range(options.samplings):
        logits, kl = model(x)
        bound = F.cross_entropy(logits, y) + kl / TRAINING_SIZE / 100
        loss = loss + (1 - options.ratio) * bound / options.samplings
    if reference:
        with torch.no_grad():
            logits, _ = model(x)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item(), (logits.argmax(1) == y).double().mean().item()


@pytest.mark.parametrize("fidelity", ["paper", "reference"])
@pytest.mark.parametrize(("steps", "samplings"), [(3, 2), (0, 1)])
def test_the_step_is_what_its_definition_says(
    make_model: MakeModel, make_images: MakeImages, fidelity: str, steps: int, samplings: int
) -> None:
    options = StepOptions.model_validate(
        {"fidelity": fidelity, "steps": steps, "samplings": samplings, "ratio": 0.6}
    )
    model, twin = (make_model(dtype="float64") for _ in range(2))
    step = AdversarialStep(model, options, TRAINING_SIZE)
    optimizer = torch.optim.Adam(twin.parameters(), lr=options.learning_rate)
    for seed in range(3):
        data = make_images(6, seed=seed)
        x, y = data.images.double(), data.labels
        measured = step(x, y)
        loss, accuracy = defined_step(
            twin, optimizer, x, y, options, reference=fidelity == "reference"
        )
        assert measured.loss.item() == pytest.approx(loss, rel=1e-10)
        assert measured.accuracy.item() == accuracy
    expected = twin.state_dict()
    for name, tensor in model.state_dict().items():
        assert torch.allclose(tensor, expected[name], rtol=1e-7, atol=1e-9), name


def test_measurements_add_up(make_model: MakeModel, make_images: MakeImages) -> None:
    seen: list[tuple[bool, float]] = []
    data, options = make_images(6), StepOptions(steps=2, step_size=0.5, beta=1e-6, ratio=0.25)
    step = AdversarialStep(
        make_model(), options, 1, lambda fixed, loss: seen.append((fixed, loss.item()))
    )
    measured = step(data.images, data.labels)
    assert [fixed for fixed, _ in seen] == [True, True, True, False, False]
    losses = [loss for _, loss in seen]
    assert measured.adversarial_loss.item() == pytest.approx(losses[2])
    assert measured.adversarial_rise.item() == pytest.approx(losses[2] - losses[0], rel=1e-4)
    assert measured.adversarial_rise.item() > 0
    assert measured.cross_entropy.item() == pytest.approx(losses[3])
    bound = losses[3] + 1e-6 * measured.kl.item()
    assert measured.loss.item() == pytest.approx(0.75 * bound + 0.25 * losses[2], rel=1e-5)


@pytest.mark.parametrize(
    ("ratio", "forwards"),
    [
        (0.0, [False, False]),
        (1e-7, [False, False]),
        (1.0, [True, True, False]),
        (1 - 1e-8, [True, True, False]),
    ],
)
def test_a_part_without_weight_is_left_out(
    make_model: MakeModel, make_images: MakeImages, ratio: float, forwards: list[bool]
) -> None:
    seen: list[bool] = []
    data = make_images(6)
    step = AdversarialStep(
        make_model(), StepOptions(ratio=ratio, steps=1), 9, lambda fixed, _: seen.append(fixed)
    )
    measured = step(data.images, data.labels)
    assert seen == forwards
    assert (measured.adversarial_loss is None) == (ratio < 0.5)
    assert (measured.cross_entropy is None) == (measured.kl is None) == (ratio > 0.5)


def test_paper_statistics_move_once_for_each_loss_forward(
    make_model: MakeModel, make_images: MakeImages
) -> None:
    data = make_images(6)
    for fidelity, moves in (("paper", 1 + 2), ("reference", 4 + 1 + 2 + 1)):
        model = make_model()
        options = StepOptions.model_validate({"fidelity": fidelity, "steps": 4, "samplings": 2})
        AdversarialStep(model, options, 9)(data.images, data.labels)
        assert model.bn1.num_batches_tracked.item() == moves


def test_a_plain_network_takes_a_plain_step(make_model: MakeModel, make_images: MakeImages) -> None:
    model = make_model(bayesian=False)
    twin, data = deepcopy(model), make_images(6)
    step = AdversarialStep(model, StepOptions(optimizer="sgd", learning_rate=0.1), 9)
    optimizer = torch.optim.SGD(twin.parameters(), lr=0.1, momentum=0.9)
    for _ in range(2):
        measured = step(data.images, data.labels)
        logits, _ = twin(data.images)
        loss = F.cross_entropy(logits, data.labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        assert measured.loss.item() == pytest.approx(loss.item())
        assert measured.cross_entropy.item() == measured.loss.item()
        assert measured.accuracy.item() == (logits.argmax(1) == data.labels).double().mean()
        assert measured.kl is measured.adversarial_loss is measured.adversarial_rise is None
    assert torch.allclose(model.linear.weight, twin.linear.weight, atol=1e-7)
    assert model.bn1.num_batches_tracked.item() == 2


def test_restarting_the_optimizer_forgets_its_moments(
    make_model: MakeModel, make_images: MakeImages
) -> None:
    data = make_images(6)
    step = AdversarialStep(make_model(), StepOptions(ratio=0), 9)
    step(data.images, data.labels)
    assert step.optimizer.state
    step.restart_optimizer()
    assert not step.optimizer.state


def test_no_gradient_is_left_behind(make_model: MakeModel, make_images: MakeImages) -> None:
    model, data = make_model(), make_images(6)
    AdversarialStep(model, StepOptions(steps=1), 9)(data.images, data.labels)
    for e in model.stored_noise().values():
        assert e.grad is None
        assert not e.requires_grad


def test_switches_override_the_preset_one_by_one() -> None:
    options = FitOptions(fidelity="paper", metric_forward=True, epsilon_gradients="accumulated")
    fidelity = resolve_fidelity(options)
    assert fidelity.metric_forward
    assert fidelity.epsilon_gradients == "accumulated"
    assert fidelity.optimizer_reset == "never"
    assert fidelity.running_statistics == "loss-forwards"
    assert not resolve_fidelity(FitOptions(metric_forward=False)).metric_forward
