from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from conftest import SPEC, MakeModel, same
from safetensors.torch import save_file

from adversarial_sampling import (
    AdversarialSamplingError,
    Conv2dSpec,
    LinearSpec,
    Network,
    build,
    load,
    save,
)
from adversarial_sampling.checkpoint import metadata_of
from adversarial_sampling.safetensors_format import encode_safetensors


@pytest.mark.parametrize("format_", ["safetensors", "pt"])
def test_a_model_comes_back(tmp_path: Path, changed_model: Network, format_: str) -> None:
    path = tmp_path / "model"
    save(changed_model, path, format=format_)
    loaded = load(path, SPEC if format_ == "pt" else None)
    assert loaded.spec == SPEC
    assert same(loaded, changed_model)


def test_safetensors_say_what_they_hold(tmp_path: Path, changed_model: Network) -> None:
    path = tmp_path / "model.safetensors"
    save(changed_model, path)
    content = path.read_bytes()
    header = json.loads(content[8 : 8 + int.from_bytes(content[:8], "little")])
    metadata = header["__metadata__"]
    assert metadata["format_version"] == "1"
    assert json.loads(metadata["spec"])["initLogSigma"] == 0.15
    layer = build(Conv2dSpec(in_channels=1, out_channels=2, kernel_size=(1, 2), padding="same"))
    save(layer, path)
    assert load(path).spec == layer.spec


def test_the_published_format_is_a_state_dict(tmp_path: Path, changed_model: Network) -> None:
    path = tmp_path / "model.pt"
    save(changed_model, path, format="pt")
    content = torch.load(path, weights_only=True)
    assert list(content) == ["state_dict"]
    assert list(content["state_dict"]) == list(changed_model.state_dict())
    torch.save(content["state_dict"], path)
    assert same(load(path, SPEC), changed_model)


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


def test_sigma_in_parts_of_the_weights(tmp_path: Path, make_model: MakeModel) -> None:
    path = tmp_path / "plain"
    save(make_model(bayesian=False, seed=9), path)
    loaded = load(path, SPEC, pretrained=True, relative_sigma=0.5)
    sigma = loaded.conv1.sigma_weight.exp()
    assert torch.allclose(sigma, loaded.conv1.mu_weight.abs() / 2, rtol=1e-5)
    assert torch.all(loaded.bn1.mu_bias == 0)
    assert torch.all(loaded.bn1.sigma_bias == -20)
    save(loaded, path)
    with pytest.raises(AdversarialSamplingError, match="relative_sigma: expected pretrained"):
        load(path, relative_sigma=0.5)


def test_pretrained_needs_a_plain_checkpoint_and_a_bayesian_spec(
    tmp_path: Path, changed_model: Network
) -> None:
    path = tmp_path / "model"
    save(changed_model, path)
    with pytest.raises(AdversarialSamplingError, match="expected a plain network"):
        load(path, SPEC, pretrained=True)
    plain = SPEC.model_copy(update={"bayesian": False})
    save(build(plain), path)
    with pytest.raises(AdversarialSamplingError, match="spec of a Bayesian model"):
        load(path, plain, pretrained=True)


@pytest.mark.parametrize("format_", ["safetensors", "pt"])
@pytest.mark.parametrize("kept", [0, 1, 7, 100, 5000, -1])
def test_damaged_files(tmp_path: Path, changed_model: Network, format_: str, kept: int) -> None:
    path = tmp_path / "model"
    save(changed_model, path, format=format_)
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


LAYER = LinearSpec(in_features=1, out_features=1)


@pytest.mark.parametrize("features", [1, 2])
def test_small_models_come_back(tmp_path: Path, features: int) -> None:
    """The header of the smaller one has the length 640, whose bytes begin like a pickle's."""
    path = tmp_path / "model"
    layer = build(LinearSpec(in_features=features, out_features=1))
    save(layer, path)
    if features == 1:
        assert path.read_bytes()[:2] == b"\x80\x02"
    assert same(load(path), layer)


@pytest.mark.parametrize("length", [0x10280, 0x4B50, 0x14B50, 0x10380, 0x10480])
def test_a_header_s_length_decides_nothing(tmp_path: Path, length: int) -> None:
    path = tmp_path / "model"
    layer = build(LAYER)
    head, _ = encode_safetensors(layer.state_dict(), {**metadata_of(LAYER), "filler": ""})
    filler = "x" * (length + 8 - len(head))
    parts = encode_safetensors(layer.state_dict(), {**metadata_of(LAYER), "filler": filler})
    path.write_bytes(b"".join(parts))
    assert int.from_bytes(path.read_bytes()[:8], "little") == length
    assert same(load(path), layer)


@pytest.mark.parametrize("format_", ["safetensors", "pt"])
def test_saving_twice_gives_the_same_bytes(
    tmp_path: Path, changed_model: Network, format_: str
) -> None:
    contents = set()
    for name in "abcdefgh":
        save(changed_model, tmp_path / name, format=format_)
        contents.add((tmp_path / name).read_bytes())
    assert len(contents) == 1


def test_tensors_are_cast_to_the_spec_s_dtype(tmp_path: Path, changed_model: Network) -> None:
    path = tmp_path / "model"
    save(changed_model, path)
    loaded = load(path, SPEC.model_copy(update={"dtype": "float64"}))
    assert loaded.conv1.mu_weight.dtype == torch.float64
    assert torch.equal(loaded.conv1.mu_weight.float(), changed_model.conv1.mu_weight)
