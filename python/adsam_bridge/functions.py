"""Python functions of the user's, found by name."""

from __future__ import annotations

import argparse
import difflib
import inspect
import pkgutil
import sys
import traceback
from collections.abc import Callable, Iterable, Sequence
from importlib.machinery import PathFinder
from types import ModuleType

from torch import nn

from adversarial_sampling.errors import AdversarialSamplingError

from .errors import ModuleFailed
from .modules import Folder

DISTRIBUTIONS = {
    "PIL": "pillow",
    "cv2": "opencv-python",
    "sklearn": "scikit-learn",
    "skimage": "scikit-image",
    "yaml": "pyyaml",
    "dateutil": "python-dateutil",
    "dotenv": "python-dotenv",
}
"""What pip calls modules of another name that are met in research code."""


def find_function(target: str, folder: Folder) -> Callable[..., object]:
    """What ``package.module:function`` names; call it while the folder is entered.

    Raises:
        AdversarialSamplingError: ``usage`` when there is no such module or function,
            ``environment`` when the module needs one that this Python lacks.
        ModuleFailed: when the module itself raises.
    """
    name, colon, function = target.partition(":")
    if not colon:
        raise AdversarialSamplingError(f'expected "package.module:function", got "{target}"')
    module = load_module(name, folder)
    found: object = getattr(module, function, None)
    if callable(found):
        return found
    if hasattr(module, function):
        raise AdversarialSamplingError(
            f"expected a function {target}, got a {type(found).__name__}"
        )
    names = [name for name, value in vars(module).items() if callable(value)]
    raise AdversarialSamplingError(
        f"there is no function {function} in {module.__file__ or name}",
        suggestion=nearest(function, names) or "name one of its functions",
    )


def load_module(name: str, folder: Folder) -> ModuleType:
    """The module of that name; call it while the folder is entered.

    Raises:
        AdversarialSamplingError: ``usage`` when there is no such module, and when it ends its
            program, ``environment`` when it needs one that this Python lacks.
        ModuleFailed: when the module itself raises.
    """
    if name == "__main__":
        raise AdversarialSamplingError(
            "expected the name of a module, got __main__, which is the bridge's own program here",
            suggestion="name a program by its file: train for train.py",
        )
    if not all(name.split(".")) or "/" in name or "\\" in name:
        raise AdversarialSamplingError(
            f'expected the dotted name of a module, such as package.module, got "{name}"',
            suggestion="name its folder by the option folder, and the module without .py",
        )
    try:
        return folder.load(name)
    except ModuleNotFoundError as error:
        missing = error.name or name
        if f"{name}.".startswith(f"{missing}."):
            raise _no_module(missing, folder) from error
        raise _no_dependency(name, missing, folder) from error
    except SystemExit as error:
        raise _ended(name, error) from error
    except Exception as error:
        raise ModuleFailed(name) from error


def module_of(function: Callable[..., object]) -> nn.Module | None:
    """The module that a function is, or is a method of."""
    owner = function if isinstance(function, nn.Module) else getattr(function, "__self__", None)
    return owner if isinstance(owner, nn.Module) else None


def check_arguments(target: str, function: Callable[..., object], names: Iterable[str]) -> None:
    """Raises a ``usage`` error unless the function can be called with arguments of these names."""
    try:
        signature = inspect.signature(function, follow_wrapped=False)  # a wrapper may give some
    except ValueError:  # of functions in C, many do not tell
        return
    names = list(names)
    try:
        signature.bind(**dict.fromkeys(names))
    except TypeError as error:
        raise AdversarialSamplingError(
            f"expected inputs for {target}{signature}, got {', '.join(names) or 'none'}: {error}",
            suggestion="name the inputs as the function names its parameters",
        ) from error


def _ended(name: str, error: SystemExit) -> AdversarialSamplingError:
    """A module that reads ``sys.argv`` when it is imported, most often, and misses something."""
    said = error.code if isinstance(error.code, str) else _complaint(error)
    reason = f": {said}" if said else f" (exit status {error.code or 0})"
    return AdversarialSamplingError(
        f"the Python module {name} ends its program when it is imported{reason}",
        suggestion="give what it expects in sys.argv as the option argv, such as "
        '{ argv: ["--epochs", "1"] }; or move that code under if __name__ == "__main__"',
    )


def _complaint(error: SystemExit) -> str | None:
    """What argparse found wrong: it is printed, and the exception does not have it."""
    for frame, _ in traceback.walk_tb(error.__traceback__):
        if frame.f_code is argparse.ArgumentParser.error.__code__:
            return frame.f_locals["message"]
    return None


def _no_module(name: str, folder: Folder) -> AdversarialSamplingError:
    return AdversarialSamplingError(
        f"there is no Python module {name}, in {folder.path} or where {sys.executable} looks",
        suggestion=_nearest_module(name.removesuffix(".py"), folder)
        or "give the folder that holds it",
    )


def _no_dependency(name: str, missing: str, folder: Folder) -> AdversarialSamplingError:
    top = missing.partition(".")[0]
    nearest = _nearest_module(missing, folder)
    if folder.has(top):  # a part of the user's own package: nothing to install
        return AdversarialSamplingError(
            f"the Python module {name} imports {missing}, which is not in {folder.path}",
            suggestion=nearest,
        )
    install = f"{sys.executable} -m pip install {DISTRIBUTIONS.get(top, top)}"
    return AdversarialSamplingError(
        f"the Python module {name} needs {missing}, which {sys.executable} does not have",
        code="environment",
        suggestion=f"{nearest}; or {install}" if nearest else f"install it there: {install}",
    )


def _nearest_module(name: str, folder: Folder) -> str | None:
    """Found without importing anything: a package may be what cannot be imported."""
    *parents, last = name.split(".")
    path: Sequence[str] | None = None if parents else folder.places()
    for parent in parents:
        spec = PathFinder.find_spec(parent, path)
        path = [] if spec is None else list(spec.submodule_search_locations or ())
    return nearest(last, [module.name for module in pkgutil.iter_modules(path)])


def nearest(name: str, others: Iterable[str]) -> str | None:
    """A question for the name that was meant."""
    found = difflib.get_close_matches(name, list(others), 1)
    return f"did you mean {found[0]}?" if found else None
