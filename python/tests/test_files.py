from __future__ import annotations

import itertools
import os
import stat
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from adversarial_sampling import AdversarialSamplingError
from adversarial_sampling.files import check_writable, read_file, replace_file

PACKAGE = Path(__file__).parents[1]

FULL_DISK = """
import resource, sys
from adversarial_sampling import AdversarialSamplingError, LinearSpec, build, save
model = build(LinearSpec(in_features=1000, out_features=100))
resource.setrlimit(resource.RLIMIT_FSIZE, (5000, 5000))
try:
    save(model, sys.argv[1], format=sys.argv[2])
except AdversarialSamplingError as error:
    print(error.code)
"""


@pytest.mark.parametrize("format_", ["safetensors", "pt"])
def test_a_full_disk_leaves_the_old_file(tmp_path: Path, format_: str) -> None:
    path = tmp_path / "model"
    path.write_bytes(b"the old one")
    answer = subprocess.run(  # noqa: S603 - our own script
        [sys.executable, "-c", FULL_DISK, str(path), format_],
        cwd=PACKAGE,
        capture_output=True,
        text=True,
        check=True,
    )
    assert answer.stdout.strip() == "disk"
    assert path.read_bytes() == b"the old one"
    assert list(tmp_path.iterdir()) == [path]


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    path = tmp_path / "no" / "model"
    for attempt in (lambda: replace_file(path, b""), lambda: check_writable(path)):
        with pytest.raises(AdversarialSamplingError, match="there is no folder") as error:
            attempt()
        assert error.value.code == "file"


@pytest.mark.parametrize("kind", ["folder", "pipe", "device"])
def test_what_is_no_file_is_neither_read_nor_replaced(tmp_path: Path, kind: str) -> None:
    path = Path("/dev/null") if kind == "device" else tmp_path / "model"
    if kind == "folder":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)
    before = path.stat()
    for doing, attempt in (
        ("read", lambda: read_file(path)),
        ("write", lambda: replace_file(path, b"x")),
        ("write", lambda: check_writable(path)),
    ):
        message = f"cannot {doing} {path}: it is a {kind}"
        with pytest.raises(AdversarialSamplingError, match=message) as error:
            attempt()
        assert error.value.code == "file"
    assert path.stat().st_mode == before.st_mode
    assert set(tmp_path.iterdir()) <= {path}


@pytest.mark.parametrize("to", ["there/model", "second"])
def test_a_link_stays_and_its_file_is_replaced(tmp_path: Path, to: str) -> None:
    (tmp_path / "there").mkdir()
    target, first = tmp_path / "there" / "model", tmp_path / "first"
    target.write_bytes(b"old")
    target.chmod(0o600)
    (tmp_path / "second").symlink_to("there/model")
    first.symlink_to(to)
    replace_file(first, b"n", memoryview(b"ew"))
    assert str(first.readlink()) == to
    assert target.read_bytes() == b"new"
    assert mode_of(target) == 0o600
    assert list(target.parent.iterdir()) == [target]


def test_links_to_nothing(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "short").symlink_to("a/b")
    (tmp_path / "a" / "b" / "link").symlink_to("../new")
    replace_file(tmp_path / "short" / "link", b"x")
    assert (tmp_path / "a" / "new").read_bytes() == b"x"
    (tmp_path / "nowhere").symlink_to("no/model")
    (tmp_path / "circle").symlink_to("circle")
    for name, message in (("nowhere", "there is no folder"), ("circle", "symbolic links")):
        with pytest.raises(AdversarialSamplingError, match=message):
            replace_file(tmp_path / name, b"x")


def test_one_file_for_two_things(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("model")
    for other in ("model", "link", "../" + tmp_path.name + "/model"):
        with pytest.raises(AdversarialSamplingError, match="a file of its own for each"):
            check_writable(tmp_path / "model", tmp_path / other)
    check_writable(tmp_path / "model", tmp_path / "other")


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o444, 0o755])
def test_a_file_keeps_its_mode(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "model"
    path.write_bytes(b"old")
    path.chmod(mode)
    writable = os.getuid() == 0 or mode & 0o200
    if writable:
        replace_file(path, b"new")
    else:
        with pytest.raises(AdversarialSamplingError, match="permission denied"):
            replace_file(path, b"new")
    assert mode_of(path) == mode
    assert path.read_bytes() == (b"new" if writable else b"old")


def test_a_new_file_has_the_mode_that_all_new_files_have(tmp_path: Path) -> None:
    replace_file(tmp_path / "model", b"x")
    (tmp_path / "other").write_bytes(b"x")
    assert mode_of(tmp_path / "model") == mode_of(tmp_path / "other")


@pytest.mark.skipif(os.getuid() != 0, reason="only root gives files away")
def test_a_file_of_another_owner_stays_theirs(tmp_path: Path) -> None:
    path = tmp_path / "model"
    path.write_bytes(b"old")
    os.chown(path, 1234, 5678)
    path.chmod(0o4750)
    replace_file(path, b"new")
    assert (path.stat().st_uid, path.stat().st_gid) == (1234, 5678)
    assert mode_of(path) == 0o4750


@pytest.mark.parametrize("name", ["a" * 255, "é" * 126 + "abc"])
def test_names_as_long_as_names_may_be(tmp_path: Path, name: str) -> None:
    replace_file(tmp_path / name, b"x")
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_names_that_no_file_can_have(tmp_path: Path) -> None:
    for name in ("é" * 128, "a\0b", "\ud800"):
        for attempt in (lambda path: replace_file(path, b"x"), read_file):
            with pytest.raises(AdversarialSamplingError) as error:
                attempt(tmp_path / name)
            assert error.value.code == "file"
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_changes_while_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "model"
    path.touch()
    os.truncate(path, 1 << 28)
    done = threading.Event()

    def touch() -> None:
        for second in itertools.count():
            os.utime(path, (second, second))
            if done.is_set():
                return

    with ThreadPoolExecutor() as pool:
        pool.submit(touch)
        try:
            with pytest.raises(AdversarialSamplingError, match="changed while it was read"):
                read_file(path)
        finally:
            done.set()
