from __future__ import annotations

import pickle
import tarfile
from pathlib import Path

import pytest
import torch
from conftest import SPEC, same

from adversarial_sampling import (
    AdversarialSamplingError,
    LinearSpec,
    Network,
    build,
    load,
)

LAYER = LinearSpec(in_features=1, out_features=1)


class Malicious:
    def __init__(self, victim: Path) -> None:
        self.victim = victim

    def __reduce__(self) -> tuple[object, ...]:
        return open, (str(self.victim), "w")


def test_code_in_a_checkpoint_is_not_executed(tmp_path: Path, changed_model: Network) -> None:
    path, victim = tmp_path / "model.pt", tmp_path / "victim"
    content = {"state_dict": {**changed_model.state_dict(), "extra": Malicious(victim)}}
    torch.save(content, path)
    with pytest.raises(AdversarialSamplingError, match="nothing in it was executed") as error:
        load(path, SPEC)
    assert error.value.code == "checkpoint"
    for protocol, message in ((2, "holds io.open"), (3, "holds io.open"), (4, "a pickle protocol")):
        path.write_bytes(pickle.dumps(Malicious(victim), protocol=protocol))
        with pytest.raises(AdversarialSamplingError, match=message):
            load(path, SPEC)
    assert not victim.exists()


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
