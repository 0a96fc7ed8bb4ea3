"""A checkout of the published code: known by what its files hold, and imported as it is."""

from __future__ import annotations

import hashlib
import importlib
import os
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import NamedTuple
from unittest.mock import patch

from adversarial_sampling.errors import AdversarialSamplingError

REPOSITORY = "AISIGSJTU/AS"
COMMIT = "818d0f1"

# ruff: noqa: E501 - digests are as long as they are

FILES = {
    "utils.py": "ec48c37693c3ce8a7e11865264a3caad327b02ee5867035670870377adeba729",
    "model.py": "fce5f70c713cb21e5ab52c278ea646bf657f6de25c83422e73ca71a0ec1f02f1",
    "models/__init__.py": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "models/resnet.py": "81a27861b9f8e3e65fcf4e0a6df43342240536b915af6ac56d24bda46880c63a",
    "models/resnet_vi.py": "c45755368591888e4fdb9add3ea6c724d73bc356a4439061421f0b7f8c39c358",
    "models/vgg.py": "d8e59749f6ae88518e7f7ef2e70860ab0eb2aa4a2ebb4df511fa4cc0c48efac4",
    "models/vgg_vi.py": "5f7502749a6d83771cd05a616c675f69e7b576c53377c80537216480f6fb47e6",
    "models/layers/__init__.py": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "models/layers/batchnorm2d.py": "f72cf4690b8d361308b15b729da57843e04aa2f399c2d57cbf15a9b9128c12d2",
    "models/layers/conv2d.py": "189b2aeef8390a6c116a2e9059d9cad189494c677810178041dbd54c6d610ddd",
    "models/layers/linear.py": "0f99e097442cc369efb13e0d3671e3ddb22385506f91cc44585765c4b58c5b86",
    "models/layers/weight_noise.py": "69363b5a5e9cac59aff9968522035f9dd7202e39a42f6661ce44265cad610b29",
}
"""SHA-256 of every file that is imported, at that commit."""

DRAWING = "PIL", "PIL.Image"
"""Imported there to save pictures, which nobody asks for here."""


class Published(NamedTuple):
    """The modules of a checkout."""

    utils: ModuleType
    model: ModuleType
    resnet: ModuleType
    resnet_vi: ModuleType
    vgg: ModuleType
    vgg_vi: ModuleType
    batch_norm: ModuleType
    conv: ModuleType
    linear: ModuleType


def import_checkout(folder: str | os.PathLike[str]) -> Published:
    """The published code from a folder, into which nothing is written.

    Raises:
        AdversarialSamplingError: ``file`` unless all files are as they were published.
    """
    root = Path(folder)
    for name, expected in FILES.items():
        _check(root, name, expected)
    with _findable(root):
        return Published(
            *map(
                importlib.import_module,
                (
                    "utils",
                    "model",
                    "models.resnet",
                    "models.resnet_vi",
                    "models.vgg",
                    "models.vgg_vi",
                    "models.layers.batchnorm2d",
                    "models.layers.conv2d",
                    "models.layers.linear",
                ),
            )
        )


def _check(root: Path, name: str, expected: str) -> None:
    suggestion = f"clone github.com/{REPOSITORY} and check out {COMMIT}"
    try:
        content = (root / name).read_bytes()
    except OSError as error:
        raise AdversarialSamplingError(
            f"expected a checkout of {REPOSITORY}, got {root}, whose {name} cannot be read: "
            f"{error.strerror}",
            code="file",
            suggestion=suggestion,
        ) from error
    if hashlib.sha256(content).hexdigest() != expected:
        raise AdversarialSamplingError(
            f"expected {REPOSITORY} as published at {COMMIT}, but {root / name} differs from it",
            code="file",
            suggestion=suggestion,
        )


@contextmanager
def _findable(root: Path) -> Generator[None]:
    stand_ins = {name: ModuleType(name) for name in DRAWING}
    vars(stand_ins["PIL"])["Image"] = stand_ins["PIL.Image"]
    sys.path.insert(0, str(root))
    written, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    try:
        present = {name: sys.modules[name] for name in sys.modules}
        with patch.dict(sys.modules, {**present, **stand_ins}):
            yield
    finally:
        sys.dont_write_bytecode = written
        sys.path.remove(str(root))
