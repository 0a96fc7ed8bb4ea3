"""Functions of TypeScript's, as Python calls them."""

from __future__ import annotations

import json
import threading
import weakref
from collections.abc import AsyncGenerator, Callable, Generator, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NoReturn, Protocol

from torch import Tensor

from adsam_bridge.bundle import unpack
from adsam_bridge.crossing import in_graph
from adsam_bridge.errors import TypeScriptError, stays_here
from adsam_bridge.programs import Program
from adversarial_sampling._protocol import AnswerRequest, Bundle, FileBundle, ForgottenEvent
from adversarial_sampling.errors import AdversarialSamplingError

from .incoming import Incoming
from .objects import Objects
from .outgoing import Outgoing, text_of


class Caller(Protocol):
    """How a function of TypeScript's is asked, and forgotten."""

    def ask(self, callback: int, values: str, tensors: Bundle) -> AnswerRequest:
        """What it answered."""
        ...

    def tell(
        self,
        callback: int,
        values: str,
        tensors: Bundle,
        on_answer: Callable[[], None] | None = None,
    ) -> None:
        """The same for one whose answer nobody waits for."""
        ...

    def forget(self, event: ForgottenEvent) -> None:
        """Nobody here can call it any more."""
        ...


class Here:
    """What stands for something of TypeScript's: there is one of it, in this process."""

    def __reduce__(self) -> NoReturn:
        raise stays_here()

    def __copy__(self) -> Here:
        return self

    def __deepcopy__(self, _memo: object) -> Here:
        return self


class TypeScriptFunction(Here):
    """A function of TypeScript's. Whoever calls it waits; what it asks for meanwhile is done."""

    def __init__(
        self, number: int, name: str, call: Callable[..., Any], tell: Callable[..., None]
    ) -> None:
        self.__name__ = self.__qualname__ = name
        self.__module__ = "typescript"
        self.received = [1]
        self._number = number
        self._call = call
        self._tell = tell

    def __call__(self, /, *values: Any, **named: Any) -> Any:
        """What it gives; see ``Callbacks``."""
        return self._call(self._number, values, named)

    def tell(self, on_answer: Callable[[], None], *values: Any) -> None:
        """Calls it without waiting; ``on_answer`` is called when it has ended."""
        self._tell(self._number, values, on_answer)

    def __repr__(self) -> str:
        return f"<TypeScript function {self.__name__}>"


class TypeScriptCoroutineFunction(TypeScriptFunction):
    """One whose calls are awaited."""

    async def __call__(self, /, *values: Any, **named: Any) -> Any:
        """What it gives; nothing else of the event loop runs meanwhile."""
        return super().__call__(*values, **named)


class TypeScriptOperation(Here):
    """An operation of TypeScript's in torch's graph: a function, and its pullback."""

    def __init__(self, forward: Callable[..., Any], pullback: Callable[..., Any]) -> None:
        self._forward = forward
        self._pullback = pullback

    def __call__(self, *inputs: Tensor) -> Tensor:
        """What the function gives, which torch can differentiate."""
        output = self._forward(*inputs)
        if not isinstance(output, Tensor):
            raise AdversarialSamplingError(
                f"expected an operation of TypeScript's to give a tensor, got "
                f"{type(output).__name__}"
            )
        here = output.to(inputs[0].device) if inputs else output
        return in_graph([here], inputs, self._gradients)[0]

    def _gradients(
        self,
        cotangents: Sequence[Tensor | None],
        inputs: Sequence[Tensor],
        needed: Sequence[int],
    ) -> list[Tensor | None]:
        found = self._pullback(*cotangents, *inputs)
        if not isinstance(found, (list, tuple)) or len(found) != len(inputs):
            raise AdversarialSamplingError(
                f"expected the pullback of a TypeScript operation to give a list of "
                f"{len(inputs)} gradients, one an input"
            )
        for gradient in found:
            if gradient is not None and not isinstance(gradient, Tensor):
                raise AdversarialSamplingError(
                    f"expected a gradient of a TypeScript operation to be a tensor or null, got "
                    f"{type(gradient).__name__}"
                )
        return [found[i] for i in needed]


class TypeScriptIterable(Here):
    """An iterable of TypeScript's: each loop begins it afresh, and asks for a value at a time."""

    def __init__(
        self, begin: Callable[[], int], step: Callable[..., Any], end: Callable[[int], None]
    ) -> None:
        self._begin = begin
        self._step = step
        self._end = end

    def __iter__(self) -> Generator[Any]:
        number = self._begin()
        try:
            while values := self._step("next", number):
                yield values[0]
        finally:
            self._end(number)

    async def __aiter__(self) -> AsyncGenerator[Any]:
        for value in self:
            yield value


class SizedTypeScriptIterable(TypeScriptIterable):
    """One that knows how many values it has."""

    def __init__(self, length: int, *steps: Any) -> None:
        super().__init__(*steps)
        self._length = length

    def __len__(self) -> int:
        return self._length


class Callbacks:
    """The functions that a session has been given."""

    def __init__(
        self, caller: Caller, objects: Objects, pack: Callable[[dict[str, Tensor]], Bundle]
    ) -> None:
        self._caller = caller
        self._objects = objects
        self._pack = pack
        self._functions: weakref.WeakValueDictionary[int, TypeScriptFunction] = (
            weakref.WeakValueDictionary()
        )
        # A walk that the garbage collector ends needs its function, which it may have found too.
        self._walks: dict[tuple[int, int], TypeScriptFunction] = {}

    def function(
        self, number: int, name: str, program: Program, *, awaited: bool = False
    ) -> TypeScriptFunction:
        """The function of that number, the same object as long as there is one.

        It counts how often it came: TypeScript forgets it when all of them are gone.
        """
        function = self._functions.get(number)
        if function is None:
            call, tell = partial(self._call, program), partial(self._tell, program)
            kind = TypeScriptCoroutineFunction if awaited else TypeScriptFunction
            function = self._functions[number] = kind(number, name, call, tell)
            weakref.finalize(function, self._forget, number, function.received)
        else:
            function.received[0] += 1
        return function

    def operation(self, forward: int, pullback: int, name: str, program: Program) -> object:
        """The operation of a function and its pullback."""
        return TypeScriptOperation(
            self.function(forward, name, program), self.function(pullback, f"{name}'s", program)
        )

    def iterable(self, number: int, length: int | None, program: Program) -> TypeScriptIterable:
        """The iterable whose steps the function of that number takes."""
        step = self.function(number, "iterable", program)

        def begin() -> int:
            walk: int = step("begin")
            self._walks[number, walk] = step
            return walk

        def end(walk: int) -> None:
            del self._walks[number, walk]
            if threading.current_thread() is not threading.main_thread():
                step("end", walk)
            else:  # a finaliser's doing; nothing may wait there
                self._caller.tell(number, text_of([["end", walk], {}]), self._pack({}))

        if length is None:
            return TypeScriptIterable(begin, step, end)
        return SizedTypeScriptIterable(length, begin, step, end)

    def _forget(self, number: int, received: list[int]) -> None:
        self._caller.forget(ForgottenEvent(callback=number, times=received[0]))

    def _tell(
        self,
        program: Program,
        number: int,
        values: tuple[Any, ...],
        on_answer: Callable[[], None],
    ) -> None:
        outgoing = Outgoing(self._objects, program)
        text = text_of([outgoing.items(values), {}])
        self._caller.tell(number, text, self._pack(outgoing.tensors), on_answer)

    def _call(
        self, program: Program, number: int, values: tuple[Any, ...], named: dict[str, Any]
    ) -> Any:
        """What the function gives.

        Raises:
            TypeScriptError: what it threw.
        """
        outgoing = Outgoing(self._objects, program)
        text = text_of([outgoing.items(values), {k: outgoing.wire(v) for k, v in named.items()}])
        answer = self._caller.ask(number, text, self._pack(outgoing.tensors))
        if answer.thrown is not None:
            raise TypeScriptError(answer.thrown)
        tensors = unpack(answer.tensors)
        if isinstance(answer.tensors, FileBundle):
            Path(answer.tensors.path).unlink(missing_ok=True)
        incoming = Incoming(tensors, self._objects, program, self)
        return incoming.value(json.loads(answer.value or "null"))
