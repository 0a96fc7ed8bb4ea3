"""Compiles the C++ beside this file, once for each processor, compiler and version of it."""

from __future__ import annotations

import ctypes
import os
import shlex
import shutil
import subprocess
import tempfile
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from ..errors import AdversarialSamplingError

SOURCES = ("network.cpp", "library.cpp", "pool.cpp", "openmp.cpp", "interpose.cpp")
FLAGS = (
    "-std=c++17",
    "-O3",
    "-march=native",
    "-ffp-contract=fast",
    "-fno-math-errno",
    "-fopenmp-simd",
    "-pthread",
    "-fPIC",
    "-shared",
)


@lru_cache(maxsize=1)
def library() -> ctypes.CDLL:
    """The compiled kernels.

    Raises:
        AdversarialSamplingError: ``environment`` when they cannot be compiled or loaded.
    """
    target = compiled_file()
    if not target.exists():
        _compile(_compiler(), target)
    try:
        return ctypes.CDLL(str(target))
    except OSError as error:
        raise AdversarialSamplingError(
            f"cannot load the compiled kernels: {error}", code="environment"
        ) from error


def compiled_file() -> Path:
    """Where the kernels for this processor are, or will be once they are compiled.

    Raises:
        AdversarialSamplingError: ``environment`` when there is no compiler, or no place for them.
    """
    return _cache() / f"kernels-{_fingerprint(_compiler())}.so"


def _compiler() -> list[str]:
    command = shlex.split(os.environ.get("CXX", "g++"))
    if not command or shutil.which(command[0]) is None:
        raise AdversarialSamplingError(
            f"there is no C++ compiler {' '.join(command)!r} for the kernels",
            code="environment",
            suggestion="install g++, or name another compiler in CXX",
        )
    return command


def _cache() -> Path:
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    folder = Path(base) / "adversarial-sampling"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise AdversarialSamplingError(
            f"cannot keep the compiled kernels in {folder}: {error.strerror or error}",
            code="environment",
            suggestion="name a folder that can be written to in XDG_CACHE_HOME",
        ) from error
    return folder


def _fingerprint(compiler: list[str]) -> str:
    # What -march=native stands for is part of it: a home may be shared by unlike machines.
    asked = [*compiler, *FLAGS, "-###", "-E", "-x", "c++", os.devnull]
    said = subprocess.run(asked, capture_output=True, check=False)  # noqa: S603
    folder = Path(__file__).parent
    texts = [p.read_bytes() for p in sorted([*folder.glob("*.h"), *folder.glob("*.cpp")])]
    return sha256(b"\0".join([repr(FLAGS).encode(), said.stderr, *texts])).hexdigest()[:16]


def _compile(compiler: list[str], target: Path) -> None:
    folder = Path(__file__).parent
    with tempfile.TemporaryDirectory(dir=target.parent) as scratch:
        made = Path(scratch) / target.name
        command = [*compiler, *FLAGS, *(str(folder / s) for s in SOURCES), "-o", str(made)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
        if done.returncode != 0:
            first = (done.stderr.strip() or f"exit {done.returncode}").splitlines()[0]
            raise AdversarialSamplingError(
                f"the kernels do not compile: {first}", code="environment"
            )
        made.replace(target)
