from __future__ import annotations

from pathlib import Path

import pytest
import torch
from conftest import SPEC, MakeModel, same
from safetensors.torch import save_file

from adversarial_sampling import (
    AdversarialSamplingError,
    BatchNorm2dSpec,
    LinearSpec,
    Network,
    NetworkSpec,
    build,
    load,
    save,
)
from adversarial_sampling.checkpoint import metadata_of

LAYER = LinearSpec(in_features=1, out_features=1)


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
    tmp_path: Path, changed_model: Network, changes: dict[str, object], message: str
) -> None:
    path = tmp_path / "model"
    save(changed_model, path)
    with pytest.raises(AdversarialSamplingError, match=message) as error:
        load(path, NetworkSpec.model_validate({**SPEC.model_dump(), **changes}))
    assert error.value.code == "checkpoint"
    assert error.value.suggestion


@pytest.mark.parametrize("prefix", ["module.", "_orig_mod.", "_orig_mod.module."])
@pytest.mark.parametrize("format_", ["safetensors", "pt"])
def test_a_wrapper_s_prefix_is_taken_off(
    tmp_path: Path, changed_model: Network, prefix: str, format_: str
) -> None:
    path = tmp_path / "model"
    tensors = {f"{prefix}{name}": tensor for name, tensor in changed_model.state_dict().items()}
    if format_ == "pt":
        torch.save(tensors, path)
    else:
        save_file(tensors, path, metadata_of(SPEC))
    assert same(load(path, SPEC), changed_model)


def test_real_wrappers(tmp_path: Path, make_model: MakeModel) -> None:
    path = tmp_path / "model.pt"
    plain = make_model(bayesian=False, seed=9)
    wrapped = torch.compile(torch.nn.DataParallel(plain), backend="eager")
    torch.save({"state_dict": wrapped.state_dict()}, path)
    loaded = load(path, SPEC, pretrained=True)
    assert torch.equal(loaded.conv1.mu_weight, plain.conv1.weight)


@pytest.mark.parametrize("prefix", ["model.", "net.", "module.", "model.net."])
def test_another_prefix_is_named(tmp_path: Path, changed_model: Network, prefix: str) -> None:
    path = tmp_path / "model.pt"
    tensors = {f"{prefix}{name}": tensor for name, tensor in changed_model.state_dict().items()}
    if prefix == "module.":
        tensors["linear.mu_bias"] = tensors.pop("module.linear.mu_bias")
    torch.save(tensors, path)
    with pytest.raises(AdversarialSamplingError, match=r"unexpected: .*conv1") as error:
        load(path, SPEC)
    assert f'the prefix "{prefix}"' in str(error.value.suggestion)


@pytest.mark.parametrize(
    ("name", "dtype", "own"),
    [
        ("mu_weight", torch.complex64, "float32"),
        ("mu_weight", torch.int32, "float32"),
        ("mu_weight", torch.bool, "float32"),
        ("num_batches_tracked", torch.float32, "int64"),
        ("num_batches_tracked", torch.bool, "int64"),
    ],
)
def test_numbers_of_another_kind_are_refused(
    tmp_path: Path, name: str, dtype: torch.dtype, own: str
) -> None:
    path = tmp_path / "model"
    spec = BatchNorm2dSpec(features=2) if name == "num_batches_tracked" else LAYER
    tensors = build(spec).state_dict()
    save_file({**tensors, name: tensors[name].to(dtype)}, path, metadata_of(spec))
    expected = f"of another dtype: {name} {str(dtype).removeprefix('torch.')} instead of {own}"
    with pytest.raises(AdversarialSamplingError, match=expected) as error:
        load(path)
    assert error.value.code == "checkpoint"


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float64])
def test_numbers_of_another_precision_are_converted(tmp_path: Path, dtype: torch.dtype) -> None:
    path = tmp_path / "model"
    tensors = build(LAYER).state_dict()
    tensors["mu_weight"].fill_(0.5)
    save_file({name: t.to(dtype) for name, t in tensors.items()}, path, metadata_of(LAYER))
    assert load(path).mu_weight.item() == 0.5
    assert load(path).mu_weight.dtype == torch.float32
