"""What is proved: a function, a method or a module of the user's."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import Any, cast

from torch import nn

from adsam_bridge.functions import find_function, nearest
from adsam_bridge.modules import Folder
from adsam_bridge.programs import running_program
from adversarial_sampling.errors import AdversarialSamplingError

from .annotations import annotated
from .copied import copied
from .run import Run, Watch, run, seeded
from .sources import check_unchanged
from .state import named_state


def subject(target: str, init: dict[str, Any] | None, make: str | None = None) -> Subject:
    """``module:function``, ``module:Class.method`` or ``module:Module`` of the program that runs.

    Args:
        target: what is proved; of a module of torch's its forward.
        init: what its class is made with, by name; None where it is no class's.
        make: ``module:function`` that makes the object instead, of what ``init`` says.
    """
    modules = running_program().modules
    name, _, path = target.partition(":")
    first, *rest = path.split(".")
    # First: what makes the object may be what tells Python where the target is.
    maker = None if make is None else find_function(make, modules)
    found = find_function(f"{name}:{first}", modules)
    owner, function = _called(target, found, rest, init, maker)
    return Subject(target, owner, function, modules)


class Subject:
    """A function, and the object that it belongs to as it is before each run."""

    def __init__(
        self, target: str, owner: object, function: Callable[..., Any], modules: Folder
    ) -> None:
        self._target = target
        self._owner = owner
        self._function = function
        self._modules = modules
        self.source = check_unchanged(target, _code(function), modules)

    def describe(self) -> dict[str, Any]:
        """Its parameters in their order, and what it starts from.

        Parameters are None for functions in C that do not tell them; those that take any name are
        told as ``rest``.
        """
        signature = self._signature()
        parameters = None if signature is None else list(signature.parameters.values())
        return {
            "parameters": None
            if parameters is None
            else [
                {"name": one.name, "optional": one.default is not one.empty}
                for one in parameters
                if one.kind not in (one.VAR_POSITIONAL, one.VAR_KEYWORD)
            ],
            "rest": any(one.kind == one.VAR_KEYWORD for one in parameters or []),
            "annotations": annotated(_code(self._function)),
            "state": {
                name: tensor.detach().clone() for name, tensor in named_state(self._owner).items()
            },
        }

    def run(
        self,
        given: dict[str, Any],
        state: dict[str, Any],
        precision: str,
        differentiate: Sequence[str],
        draws: Sequence[Any] | None,
        watch: Watch | None = None,
        rounding: int | None = None,
    ) -> dict[str, Any]:
        """Runs it once on copies of all that it could change; see ``run.run``."""
        owner, function = self._copied()
        positional, named = self._bound(given)
        one = Run(function, owner, positional, named, state)
        return run(self._target, one, precision, differentiate, draws, watch, rounding)

    def files(self) -> list[str]:
        """Where its code is, and what that has imported so far from the program's folder."""
        return self._modules.files_under(self._target.partition(":")[0])

    def _copied(self) -> tuple[object, Callable[..., Any]]:
        if self._owner is None:
            return None, self._function
        owner = copied(self._owner)
        if self._owner is self._function:
            return owner, cast("Callable[..., Any]", owner)
        return owner, getattr(owner, self._function.__name__)

    def _signature(self) -> inspect.Signature | None:
        try:
            code = _code(self._function)
            return inspect.signature(code, follow_wrapped=hasattr(code, "__adsam_patch__"))
        except ValueError:
            return None

    def _bound(self, given: dict[str, Any]) -> tuple[list[str], dict[str, Any]]:
        """The names that must go by position, and all by name."""
        signature = self._signature()
        if signature is None:
            return [], given
        positional = [name for name in _only(signature) if name in given]
        named = {name: value for name, value in given.items() if name not in positional}
        try:
            signature.bind(*(given[name] for name in positional), **named)
        except TypeError as error:
            raise AdversarialSamplingError(
                f"expected inputs for {self._target}{signature}, got "
                f"{', '.join(given) or 'none'}: {error}",
                suggestion="name the inputs as the function names its parameters",
            ) from error
        return positional, given


def _only(signature: inspect.Signature) -> list[str]:
    """Parameters that take no name."""
    return [one.name for one in signature.parameters.values() if one.kind == one.POSITIONAL_ONLY]


def _code(function: Callable[..., Any]) -> Callable[..., Any]:
    """Where the signature is written: of a module its forward."""
    return function.forward if isinstance(function, nn.Module) else function


def _called(
    target: str,
    found: Callable[..., Any],
    rest: Sequence[str],
    init: dict[str, Any] | None,
    maker: Callable[..., Any] | None,
) -> tuple[object, Callable[..., Any]]:
    if not isinstance(found, type):
        if init is not None or maker is not None:
            option = "init" if maker is None else "make"
            raise AdversarialSamplingError(f"{option}: {target} is made of no class, it takes none")
        owner = found if isinstance(found, nn.Module) else None
        return _method(target, found, rest) if rest else (owner, found)
    if rest and isinstance(
        inspect.getattr_static(found, rest[0], None), (staticmethod, classmethod)
    ):
        return None, _method(target, found, rest)[1]
    if not rest and not issubclass(found, nn.Module):
        raise AdversarialSamplingError(
            f"{target} is a class", suggestion="name one of its methods: module:Class.method"
        )
    with seeded():
        made = (maker or found)(**(init or {}))
    if not isinstance(made, found):
        raise AdversarialSamplingError(
            f"make: expected a function that gives a {found.__name__} for {target}, "
            f"got a {type(made).__name__}"
        )
    return _method(target, made, rest) if rest else (made, made)


def _method(target: str, owner: object, names: Sequence[str]) -> tuple[object, Callable[..., Any]]:
    *between, last = names
    for name in between:
        owner = _attribute(target, owner, name)
    method = _attribute(target, owner, last)
    if callable(method):
        return owner, method
    raise AdversarialSamplingError(f"expected a function {target}, got a {type(method).__name__}")


def _attribute(target: str, owner: object, name: str) -> Any:
    if hasattr(owner, name):
        return getattr(owner, name)
    kind = owner.__name__ if isinstance(owner, type) else type(owner).__name__
    names = [one for one in dir(owner) if not one.startswith("_")]
    raise AdversarialSamplingError(
        f"{target}: there is no {name} in {kind}", suggestion=nearest(name, names)
    )
