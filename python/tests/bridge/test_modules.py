"""Folders of the user's, in which modules have the same names."""

from __future__ import annotations

import pickle
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from adsam_bridge.modules import Folder

MakeFolder = Callable[..., Folder]


@pytest.fixture
def make_folder(tmp_path: Path) -> MakeFolder:
    """A folder of that name with these modules."""

    def make(name: str, **modules: str) -> Folder:
        for module, text in modules.items():
            path = tmp_path / name / f"{module.replace('.', '/')}.py"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return Folder(str(tmp_path / name))

    return make


def call(folder: Folder, module: str, function: str, *arguments: object) -> object:
    with folder.entered():
        return getattr(folder.load(module), function)(*arguments)


NAMED = "import helper\ndef who(): return helper.NAME\n"
LATE = "def who():\n    import helper\n    return helper.NAME\n"
LATER = "import importlib\ndef who(): return importlib.import_module('helper').NAME\n"


# As torch.compile imports what it traces.
TRACED = "def who(): return __import__('helper', fromlist=('NAME',), globals=globals()).NAME\n"


@pytest.mark.parametrize("main", [NAMED, LATE, LATER, TRACED])
def test_modules_of_one_name_are_each_folders_own(make_folder: MakeFolder, main: str) -> None:
    folders = [make_folder(name, main=main, helper=f"NAME = '{name}'") for name in "ab"]
    for _ in range(2):
        assert [call(folder, "main", "who") for folder in folders] == ["a", "b"]


def test_a_folders_module_is_loaded_once(make_folder: MakeFolder) -> None:
    folder = make_folder(
        "a", counter="n = 0\ndef count():\n    global n\n    n += 1\n    return n\n"
    )
    assert [call(folder, "counter", "count") for _ in range(3)] == [1, 2, 3]


def test_nothing_is_left_behind(make_folder: MakeFolder) -> None:
    main = "import sys\nsys.path.append('/somewhere')\nfrom pkg import part\ndef f(): pass\n"
    folder = make_folder("a", main=main, **{"pkg.part": "", "pkg.__init__": ""})
    before = set(sys.modules), list(sys.path), list(sys.meta_path), __import__
    call(folder, "main", "f")
    assert (set(sys.modules), list(sys.path), list(sys.meta_path), __import__) == before


def test_packages_and_their_relative_imports(make_folder: MakeFolder) -> None:
    net = (
        "from .parts import NAME\ndef who():\n    from . import late\n    return NAME + late.NAME\n"
    )
    folders = [
        make_folder(
            name,
            **{
                "models.__init__": "",
                "models.net": net,
                "models.parts": f"NAME = '{name}'",
                "models.late": f"NAME = '{name}!'",
            },
        )
        for name in "ab"
    ]
    for _ in range(2):
        assert [call(folder, "models.net", "who") for folder in folders] == ["aa!", "bb!"]


def test_folders_without_an_init_are_packages_too(make_folder: MakeFolder) -> None:
    folders = [make_folder(name, **{"utils.it": f"def who(): return '{name}'"}) for name in "ab"]
    assert [call(folder, "utils.it", "who") for folder in folders] == ["a", "b"]


def test_a_mere_directory_does_not_hide_an_installed_package(make_folder: MakeFolder) -> None:
    main = "import torch\ndef f(): return torch.nn.ReLU\n"
    folder = make_folder("a", **{"torch.nn.mine": "", "main": main})
    assert call(folder, "main", "f") is sys.modules["torch"].nn.ReLU


def test_installed_packages_are_shared(make_folder: MakeFolder, tmp_path: Path) -> None:
    site = tmp_path / "site"
    site.mkdir()
    (site / "shared_by_all.py").write_text("")
    sys.path.append(str(site))
    try:
        main = "import shared_by_all\ndef f(): return shared_by_all\n"
        folders = [make_folder(name, main=main) for name in "ab"]
        one, two = (call(folder, "main", "f") for folder in folders)
        assert one is two is sys.modules.pop("shared_by_all")
    finally:
        sys.path.remove(str(site))


@pytest.mark.parametrize("name", ["random", "pydantic", "statistics", "profile"])
def test_a_module_named_like_a_library_is_its_folders(make_folder: MakeFolder, name: str) -> None:
    main = (
        f"import {name}\ndef f():\n    import {name} as late\n    return {name}.MINE, late.MINE\n"
    )
    folder = make_folder("a", main=main, **{name: "MINE = 1\ndef g(): return 2\n"})
    theirs = sys.modules.get(name)
    assert call(folder, "main", "f") == (1, 1)
    assert call(folder, name, "g") == 2
    assert call(folder, "main", "f") == (1, 1)
    assert sys.modules.get(name) is theirs
    with folder.entered():
        from_outside = __import__(name)
        assert not hasattr(from_outside, "MINE")


def test_what_python_never_looks_for_in_a_folder_stays_pythons(make_folder: MakeFolder) -> None:
    folder = make_folder("a", main="import time\ndef f(): return time\n", time="MINE = 1")
    assert call(folder, "main", "f") is sys.modules["time"]


def test_a_folder_that_python_looks_in_anyway_has_nothing_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "known_to_all.py").write_text("")
    sys.path.append(str(tmp_path))
    try:
        folder = Folder(str(tmp_path))
        with folder.entered():
            module = folder.load("known_to_all")
        assert sys.modules.pop("known_to_all") is module
    finally:
        sys.path.remove(str(tmp_path))


def test_places_that_its_code_adds_are_its_own(make_folder: MakeFolder, tmp_path: Path) -> None:
    folders: list[Folder] = []
    for name in "ab":
        lib = tmp_path / f"lib-{name}"
        lib.mkdir()
        (lib / "common.py").write_text(f"NAME = '{name}'")
        main = f"import sys\nsys.path.append({str(lib)!r})\n{LATE.replace('helper', 'common')}"
        folders.append(make_folder(name, main=main))
    for _ in range(2):
        assert [call(folder, "main", "who") for folder in folders] == ["a", "b"]
    assert "common" not in sys.modules


def test_its_classes_are_pickled_by_name(make_folder: MakeFolder) -> None:
    main = "import pickle\nclass A: pass\ndef there(): return pickle.dumps(A())\n"
    main += "def back(data): return type(pickle.loads(data)) is A\n"
    folders = [make_folder(name, main=main) for name in "ab"]
    for folder in folders:
        assert call(folder, "main", "back", call(folder, "main", "there"))
    data = call(folders[0], "main", "there")
    assert isinstance(data, bytes)
    with pytest.raises(ModuleNotFoundError):
        pickle.loads(data)  # noqa: S301 - made above


def test_a_folder_inside_another(make_folder: MakeFolder) -> None:
    outer, inner = (make_folder(n, main=LATE, helper=f"NAME = '{n}'") for n in "ab")
    with outer.entered():
        first = outer.load("main")
        with inner.entered():
            assert first is not inner.load("main")
            assert inner.load("main").who() == "b"
        assert sys.modules["main"] is first
        assert first.who() == "a"


def test_a_module_that_raises_is_loaded_anew(make_folder: MakeFolder) -> None:
    folder = make_folder("a", main="import helper\n1 / 0\n", helper="")
    for _ in range(2):
        with pytest.raises(ZeroDivisionError), folder.entered():
            folder.load("main")


def test_another_folders_leftover_is_not_taken_for_its_own(make_folder: MakeFolder) -> None:
    sys.modules["helper"] = ModuleType("helper")
    try:
        folder = make_folder("a", main=LATER, helper="NAME = 'a'")
        assert call(folder, "main", "who") == "a"
        assert not hasattr(sys.modules["helper"], "NAME")
    finally:
        del sys.modules["helper"]


def files_under(folder: Folder, module: str) -> set[str]:
    with folder.entered():
        return {str(Path(file).relative_to(folder.path)) for file in folder.files_under(module)}


def test_files_are_those_that_a_module_rests_on(make_folder: MakeFolder) -> None:
    folder = make_folder(
        "a",
        main="import helper\ndef who():\n    from models.net import NAME\n    return NAME\n",
        other="import json\nimport helper\ndef who(): return 1\n",
        helper="from operations import FACTOR\n",
        operations="FACTOR = 2\n",
        **{
            "models.__init__": "",
            "models.net": "from . import parts\nfrom .late import NAME\n",
            "models.parts": "",
            "models.late": "NAME = 'a'\n",
        },
    )
    call(folder, "other", "who")
    with folder.entered():
        folder.load("main")
    shared = {"helper.py", "operations.py"}
    assert files_under(folder, "main") == {"main.py", *shared}
    call(folder, "main", "who")
    models = {f"models/{name}.py" for name in ("__init__", "net", "parts", "late")}
    assert files_under(folder, "main") == {"main.py", *shared, *models}
    assert files_under(folder, "other") == {"other.py", *shared}


def test_what_no_statement_imports_may_be_any_modules(make_folder: MakeFolder) -> None:
    folder = make_folder("a", main=LATER, helper="NAME = 1\n", other="def who(): return 1\n")
    call(folder, "main", "who")
    call(folder, "other", "who")
    assert files_under(folder, "main") == {"main.py", "helper.py"}
    assert files_under(folder, "other") == {"other.py", "helper.py"}


def test_files_of_everybodys_module_are_its_own(make_folder: MakeFolder) -> None:
    folder = make_folder("a", main="import colorsys\ndef who(): return 1\n")
    call(folder, "main", "who")
    with folder.entered():
        folder.load("colorsys")
        assert [Path(file).name for file in folder.files_under("colorsys")] == ["colorsys.py"]
