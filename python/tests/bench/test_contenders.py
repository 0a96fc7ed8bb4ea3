from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import pytest
import torch
from torch import Tensor

from adsam_bench import inputs, ours, published
from adsam_bench.contenders import CONTENDERS
from adsam_bench.memory import PeakMemory
from adsam_bench.networks import plain_network
from adsam_bench.request import Request, Unmeasured
from adsam_bench.turns import Turns
from adversarial_sampling import AdversarialStep, FitResult, NetworkSpec, StepOptions, build, fit

SMALL = {"network": "resnet20", "batch": 2, "size": 4, "calls": 6, "device": "cpu", "threads": 1}
CPU = torch.device("cpu")


def request(contender: str, **changes: object) -> Request:
    return Request.model_validate({"contender": contender, **SMALL, **changes})


def turns_of(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], asked: Request, told: str
) -> list[dict[str, object]]:
    """What a contender says when it is told so much."""
    monkeypatch.setattr("sys.stdin", io.StringIO(told))
    CONTENDERS[asked.contender](asked, Turns(CPU, sys.stdout))
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


@pytest.mark.parametrize("contender", ["fit", "definition", "predict", "passes"])
def test_it_answers_every_turn(
    contender: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = request(contender, **({"samples": 2} if contender == "predict" else {}))
    ready, *answers = turns_of(monkeypatch, capsys, asked, "1\n2\n")
    assert ready == {"ready": {"versions": {"torch": torch.__version__}}}
    assert [sorted(answer) for answer in answers] == [["peakBytes", "seconds"]] * 2
    assert all(answer["seconds"] > 0 for answer in answers)


def test_a_call_is_one_step_of_a_run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    results: list[FitResult] = []
    monkeypatch.setattr(ours, "fit", lambda *a, **b: results.append(fit(*a, **b)))
    turns_of(monkeypatch, capsys, request("fit"), "1\n3\n")
    assert [(result.status, result.steps) for result in results] == [("cancelled", 4)]


def test_a_run_that_is_over_answers_no_more(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    said = turns_of(monkeypatch, capsys, request("fit", calls=2), "1\n1\n1\n")
    assert len(said) == 3


def test_who_is_not_there_says_why(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "bayesian_torch", None)
    for contender, reason in {
        "graph": "no CUDA device",
        "published-step": "no checkout",
        "published-predict": "no checkout",
        "bayesian-torch": "cannot be imported",
    }.items():
        with pytest.raises(Unmeasured, match=reason):
            turns_of(monkeypatch, capsys, request(contender), "")


@pytest.mark.parametrize("kind", ["resnet20", "vgg11"])
def test_the_floor_is_the_same_network(kind: str) -> None:
    def shapes(network: torch.nn.Module) -> list[list[int]]:
        return sorted(list(parameter.shape) for parameter in network.parameters())

    own = build(NetworkSpec(kind=kind, bayesian=False))
    plain = plain_network(kind)
    assert shapes(plain) == shapes(own)
    assert plain(torch.zeros(2, 3, 32, 32)).shape == (2, inputs.CLASSES)


class GlobalNoise:
    """Draws as the published code does, from torch's own generator."""

    def draw(self, like: Tensor) -> Tensor:
        return torch.empty_like(like).normal_()


def test_the_step_driven_around_the_published_layers_is_the_step() -> None:
    """Ours have the same interface, so that both can be driven and compared."""

    def fresh() -> tuple[torch.nn.Module, Tensor, Tensor]:
        torch.manual_seed(1)
        model = build(NetworkSpec(kind="resnet20", dtype="float64")).train()
        model.noise = GlobalNoise()
        x, y = inputs.batch(request("definition", batch=4, size=8), CPU)
        return model, x.double(), y

    driven, x, y = fresh()
    optimizer = torch.optim.Adam(driven.parameters(), lr=published.LEARNING_RATE)
    published.step(driven, optimizer, x, y)
    published.step(driven, optimizer, x, y)
    defined, x, y = fresh()
    step = AdversarialStep(defined, StepOptions(), published.TRAINING_SIZE)
    step(x, y)
    step(x, y)
    others = dict(defined.named_parameters())
    for name, parameter in driven.named_parameters():
        assert torch.allclose(parameter, others[name], rtol=1e-9, atol=1e-12), name


def test_a_checkout_is_imported_and_forgotten(tmp_path: Path) -> None:
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "resnet_vi.py").write_text(
        "import torch\ndef resnet20_vi(N, num_classes): return torch.nn.Linear(N, num_classes)\n"
    )
    path = list(sys.path)
    network, versions = published.network(request("published-step", checkout=str(tmp_path)), CPU)
    assert (network.in_features, network.out_features) == (50_000, 10)
    assert versions == {"published code": "of an unknown commit"}
    assert sys.path == path


def test_peak_memory_counts_what_was_freed_again() -> None:
    peak = PeakMemory(CPU)
    peak.restart()
    torch.ones(10_000_000)
    assert 30e6 < peak.peak() < 80e6
