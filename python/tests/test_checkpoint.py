from __future__ import annotations

import json
import pickle
from pathlib import Path

import pytest
import torch
from conftest import MakeModel
from safetensors.torch import save_file

from adversarial_sampling import (
    AdversarialSamplingError,
    Conv2dSpec,
    Network,
    NetworkSpec,
    build,
    load,
    save,
)

SPEC = NetworkSpec(kind="resnet20", classes=3, seed=5)


def same(a: Network, b: Network) -> bool:
    theirs = b.state_dict()
    return all(torch.equal(tensor, theirs[name]) for name, tensor in a.state_dict().items())


@pytest.fixture
def model() -> Network:
    """A model that differs from a new one in every kind of tensor."""
    model = build(SPEC)
    with torch.no_grad():
        for tensor in model.state_dict().values():
            tensor.add_(1)
    return model


@pytest.mark.parametrize("format_", ["safetensors", "pt"])
def test_a_model_comes_back(tmp_path: Path, model: Network, format_: str) -> None:
    path = tmp_path / "model"
    save(model, path, format=format_)
    loaded = load(path, SPEC if format_ == "pt" else None)
    assert loaded.spec == SPEC
    assert same(loaded, model)


def test_safetensors_say_what_they_hold(tmp_path: Path, model: Network) -> None:
    path = tmp_path / "model.safetensors"
    save(model, path)
    content = path.read_bytes()
    header = json.loads(content[8 : 8 + int.from_bytes(content[:8], "little")])
    metadata = header["__metadata__"]
    assert metadata["format_version"] == "1"
    assert json.loads(metadata["spec"])["initLogSigma"] == 0.15
    layer = build(Conv2dSpec(in_channels=1, out_channels=2, kernel_size=(1, 2), padding="same"))
    save(layer, path)
    assert load(path).spec == layer.spec


def test_the_published_format_is_a_state_dict(tmp_path: Path, model: Network) -> None:
    path = tmp_path / "model.pt"
    save(model, path, format="pt")
    content = torch.load(path, weights_only=True)
    assert list(content) == ["state_dict"]
    assert list(content["state_dict"]) == list(model.state_dict())
    torch.save(content["state_dict"], path)
    assert same(load(path, SPEC), model)


@pytest.mark.parametrize("format_", ["safetensors", "pt"])
def test_pretrained_means(tmp_path: Path, make_model: MakeModel, format_: str) -> None:
    path = tmp_path / "plain"
    plain = make_model(bayesian=False, seed=9)
    with torch.no_grad():
        plain(torch.randn(4, 3, 8, 8))
    save(plain, path, format=format_)
    loaded = load(path, SPEC, pretrained=True)
    assert torch.equal(loaded.conv1.mu_weight, plain.conv1.weight)
    assert torch.equal(loaded.linear.mu_bias, plain.linear.bias)
    assert torch.equal(loaded.bn1.running_var, plain.bn1.running_var)
    assert loaded.bn1.num_batches_tracked == 1
    assert torch.equal(loaded.conv1.sigma_weight, build(SPEC).conv1.sigma_weight)
    if format_ == "safetensors":
        assert load(path, pretrained=True).spec == plain.spec.model_copy(update={"bayesian": True})


def test_pretrained_needs_a_plain_checkpoint_and_a_bayesian_spec(
    tmp_path: Path, model: Network
) -> None:
    path = tmp_path / "model"
    save(model, path)
    with pytest.raises(AdversarialSamplingError, match="expected a plain network"):
        load(path, SPEC, pretrained=True)
    plain = SPEC.model_copy(update={"bayesian": False})
    save(build(plain), path)
    with pytest.raises(AdversarialSamplingError, match="spec of a Bayesian model"):
        load(path, plain, pretrained=True)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"classes": 4}, r"of another shape: linear.mu_weight \[3, 64\] instead of \[4, 64\]"),
        ({"kind": "resnet32"}, r"missing: layer1.3.conv1.mu_weight.* and \d+ more"),
        ({"kind": "vgg11"}, r"missing: classifier.mu_weight.*; unexpected: bn1"),
        ({"bayesian": False}, r"missing: conv1.weight.*; unexpected: bn1.eps_"),
    ],
)
def test_another_model_s_tensors_are_named(
    tmp_path: Path, model: Network, changes: dict[str, object], message: str
) -> None:
    path = tmp_path / "model"
    save(model, path)
    with pytest.raises(AdversarialSamplingError, match=message) as error:
        load(path, NetworkSpec.model_validate({**SPEC.model_dump(), **changes}))
    assert error.value.code == "checkpoint"
    assert error.value.suggestion


@pytest.mark.parametrize("format_", ["safetensors", "pt"])
@pytest.mark.parametrize("kept", [0, 1, 7, 100, 5000, -1])
def test_damaged_files(tmp_path: Path, model: Network, format_: str, kept: int) -> None:
    path = tmp_path / "model"
    save(model, path, format=format_)
    path.write_bytes(path.read_bytes()[:kept])
    with pytest.raises(AdversarialSamplingError, match="damaged") as error:
        load(path, SPEC)
    assert error.value.code == "checkpoint"


def test_foreign_files(tmp_path: Path) -> None:
    path = tmp_path / "model"
    save_file({"x": torch.zeros(1)}, path)
    with pytest.raises(AdversarialSamplingError, match="does not say what model"):
        load(path)
    for metadata, message in (
        ({"format_version": "2", "package_version": "9.9"}, "has format 2"),
        ({"format_version": "1", "spec": '{"kind": "resnet7"}'}, "describes no model"),
    ):
        save_file({"x": torch.zeros(1)}, path, {"format": "adversarial-sampling", **metadata})
        with pytest.raises(AdversarialSamplingError, match=message) as error:
            load(path)
        assert error.value.code == "checkpoint"
    for content in ([1, 2], {"state_dict": {"x": 1}}, {"state_dict": None}):
        torch.save(content, path)
        with pytest.raises(AdversarialSamplingError, match="expected tensors by name"):
            load(path, SPEC)


def test_missing_files(tmp_path: Path) -> None:
    for path in (tmp_path / "none", tmp_path):
        with pytest.raises(AdversarialSamplingError, match="cannot read") as error:
            load(path, SPEC)
        assert error.value.code == "file"


class Malicious:
    def __init__(self, victim: Path) -> None:
        self.victim = victim

    def __reduce__(self) -> tuple[object, ...]:
        return open, (str(self.victim), "w")


def test_code_in_a_checkpoint_is_not_executed(tmp_path: Path, model: Network) -> None:
    path, victim = tmp_path / "model.pt", tmp_path / "victim"
    content = {"state_dict": {**model.state_dict(), "extra": Malicious(victim)}}
    torch.save(content, path)
    with pytest.raises(AdversarialSamplingError, match="nothing in it was executed") as error:
        load(path, SPEC)
    assert error.value.code == "checkpoint"
    for protocol in (2, 4):
        path.write_bytes(pickle.dumps(Malicious(victim), protocol=protocol))
        with pytest.raises(AdversarialSamplingError, match="damaged"):
            load(path, SPEC)
    assert not victim.exists()


def test_tensors_are_cast_to_the_spec_s_dtype(tmp_path: Path, model: Network) -> None:
    path = tmp_path / "model"
    save(model, path)
    loaded = load(path, SPEC.model_copy(update={"dtype": "float64"}))
    assert loaded.conv1.mu_weight.dtype == torch.float64
    assert torch.equal(loaded.conv1.mu_weight.float(), model.conv1.mu_weight)
