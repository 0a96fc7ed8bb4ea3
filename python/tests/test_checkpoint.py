from __future__ import annotations

import json
import pickle
import tarfile
from pathlib import Path

import pytest
import torch
from conftest import MakeModel
from safetensors.torch import save_file

from adversarial_sampling import (
    AdversarialSamplingError,
    BatchNorm2dSpec,
    Conv2dSpec,
    LinearSpec,
    Network,
    NetworkSpec,
    build,
    load,
    save,
)
from adversarial_sampling.checkpoint import spec_metadata
from adversarial_sampling.safetensors_format import encode_safetensors

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
    for protocol, message in ((2, "holds io.open"), (3, "holds io.open"), (4, "a pickle protocol")):
        path.write_bytes(pickle.dumps(Malicious(victim), protocol=protocol))
        with pytest.raises(AdversarialSamplingError, match=message):
            load(path, SPEC)
    assert not victim.exists()


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
    head, _ = encode_safetensors(layer.state_dict(), {**spec_metadata(LAYER), "filler": ""})
    filler = "x" * (length + 8 - len(head))
    parts = encode_safetensors(layer.state_dict(), {**spec_metadata(LAYER), "filler": filler})
    path.write_bytes(b"".join(parts))
    assert int.from_bytes(path.read_bytes()[:8], "little") == length
    assert same(load(path), layer)


@pytest.mark.parametrize("zipped", [True, False])
@pytest.mark.parametrize("protocol", [1, 2, 3, 4, 5])
def test_what_torch_writes_is_read_or_refused_as_what_it_is(
    tmp_path: Path, zipped: bool, protocol: int
) -> None:
    path = tmp_path / "model.pt"
    layer = build(LAYER)
    torch.save(
        layer.state_dict(),
        path,
        pickle_protocol=protocol,
        _use_new_zipfile_serialization=zipped,
    )
    if protocol in (2, 3):
        assert same(load(path, LAYER), layer)
        return
    message = "pickle protocol other than 2 and 3" if zipped or protocol > 1 else "damaged or not"
    with pytest.raises(AdversarialSamplingError, match=message) as error:
        load(path, LAYER)
    assert error.value.code == "checkpoint"


def test_a_tar_archive_is_named(tmp_path: Path) -> None:
    path = tmp_path / "model.pt"
    with tarfile.open(path, "w") as archive:
        for name in ("storages", "tensors", "pickle"):  # as torch wrote before 0.1.10
            archive.addfile(tarfile.TarInfo(name))
    with pytest.raises(AdversarialSamplingError, match="tar archive") as error:
        load(path, LAYER)
    assert error.value.code == "checkpoint"


@pytest.mark.parametrize(
    "content",
    [
        torch.nn.Linear(1, 1),
        {"state_dict": torch.nn.Linear(1, 1)},
    ],
)
def test_a_whole_module_is_refused_by_name(tmp_path: Path, content: object) -> None:
    path = tmp_path / "model.pt"
    torch.save(content, path)
    with pytest.raises(AdversarialSamplingError, match=r"holds torch\.nn\.modules\.linear\.Linear"):
        load(path, LAYER)


@pytest.mark.filterwarnings("ignore")
def test_tensors_without_plain_numbers_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "model.pt"
    ones = torch.ones(1, 1)
    for odd in (ones.to_sparse(), ones.to_sparse_csr(), ones.to("meta")):
        torch.save({**build(LAYER).state_dict(), "mu_weight": odd}, path)
        with pytest.raises(AdversarialSamplingError, match="mu_weight, which is sparse"):
            load(path, LAYER)


@pytest.mark.parametrize("prefix", ["module.", "_orig_mod.", "_orig_mod.module."])
@pytest.mark.parametrize("format_", ["safetensors", "pt"])
def test_a_wrapper_s_prefix_is_taken_off(
    tmp_path: Path, model: Network, prefix: str, format_: str
) -> None:
    path = tmp_path / "model"
    tensors = {f"{prefix}{name}": tensor for name, tensor in model.state_dict().items()}
    if format_ == "pt":
        torch.save(tensors, path)
    else:
        save_file(tensors, path, spec_metadata(SPEC))
    assert same(load(path, SPEC), model)


def test_real_wrappers(tmp_path: Path, make_model: MakeModel) -> None:
    path = tmp_path / "model.pt"
    plain = make_model(bayesian=False, seed=9)
    wrapped = torch.compile(torch.nn.DataParallel(plain), backend="eager")
    torch.save({"state_dict": wrapped.state_dict()}, path)
    loaded = load(path, SPEC, pretrained=True)
    assert torch.equal(loaded.conv1.mu_weight, plain.conv1.weight)


@pytest.mark.parametrize("prefix", ["model.", "net.", "module.", "model.net."])
def test_another_prefix_is_named(tmp_path: Path, model: Network, prefix: str) -> None:
    path = tmp_path / "model.pt"
    tensors = {f"{prefix}{name}": tensor for name, tensor in model.state_dict().items()}
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
    save_file({**tensors, name: tensors[name].to(dtype)}, path, spec_metadata(spec))
    expected = f"of another dtype: {name} {str(dtype).removeprefix('torch.')} instead of {own}"
    with pytest.raises(AdversarialSamplingError, match=expected) as error:
        load(path)
    assert error.value.code == "checkpoint"


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float64])
def test_numbers_of_another_precision_are_converted(tmp_path: Path, dtype: torch.dtype) -> None:
    path = tmp_path / "model"
    tensors = build(LAYER).state_dict()
    tensors["mu_weight"].fill_(0.5)
    save_file({name: t.to(dtype) for name, t in tensors.items()}, path, spec_metadata(LAYER))
    assert load(path).mu_weight.item() == 0.5
    assert load(path).mu_weight.dtype == torch.float32


@pytest.mark.parametrize("format_", ["safetensors", "pt"])
def test_saving_twice_gives_the_same_bytes(tmp_path: Path, model: Network, format_: str) -> None:
    contents = set()
    for name in "abcdefgh":
        save(model, tmp_path / name, format=format_)
        contents.add((tmp_path / name).read_bytes())
    assert len(contents) == 1


def test_tensors_are_cast_to_the_spec_s_dtype(tmp_path: Path, model: Network) -> None:
    path = tmp_path / "model"
    save(model, path)
    loaded = load(path, SPEC.model_copy(update={"dtype": "float64"}))
    assert loaded.conv1.mu_weight.dtype == torch.float64
    assert torch.equal(loaded.conv1.mu_weight.float(), model.conv1.mu_weight)
