"""What the source of modules defines for callers, read without running it.

``python census.py CHECKOUT MODULE...`` prints a list as JSON: of each public function, class and
method its module, its name, its kind, and whether the module's ``__all__`` leaves it out.
"""

import ast
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TypedDict


class Found(TypedDict):
    """One of them."""

    module: str
    name: str
    kind: str
    hidden: bool


def defined(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """Statements of a module or class, those under a condition too, but not the program's."""
    for one in body:
        yield one
        if (
            isinstance(one, ast.If | ast.Try)
            and "__main__" not in ast.unparse(one)[:40]
        ):
            yield from defined(one.body)
            yield from defined(one.orelse)


def functions(body: list[ast.stmt]) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Those that are defined there; the last of a name counts, as in Python."""
    found = {
        one.name: one
        for one in defined(body)
        if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    return list(found.values())


def kind_of(method: ast.FunctionDef | ast.AsyncFunctionDef) -> str:
    """Whether a method is called, makes an instance, or is read as an attribute."""
    words = " ".join(ast.unparse(one) for one in method.decorator_list)
    if "property" in words or ".setter" in words:
        return "property"
    return "creation" if method.name == "__init__" else "method"


def names_told(body: list[ast.stmt]) -> set[str] | None:
    """What ``__all__`` names."""
    for one in body:
        if isinstance(one, ast.Assign) and ast.unparse(one.targets[0]) == "__all__":
            return set(ast.literal_eval(one.value))
    return None


def offered(module: str, checkout: Path) -> Iterator[Found]:
    """What one module defines."""
    path = checkout.joinpath(*module.split("."))
    file = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    body = ast.parse(file.read_text()).body
    told = names_told(body)

    def found(name: str, kind: str) -> Found:
        hidden = told is not None and name.partition(".")[0] not in told
        return {"module": module, "name": name, "kind": kind, "hidden": hidden}

    for one in functions(body):
        if not one.name.startswith("_"):
            yield found(one.name, "function")
    for kind in {
        one.name: one for one in defined(body) if isinstance(one, ast.ClassDef)
    }.values():
        if kind.name.startswith("_"):
            continue
        yield found(kind.name, "class")
        for method in functions(kind.body):
            if not method.name.startswith("_") or method.name in (
                "__init__",
                "__call__",
            ):
                yield found(f"{kind.name}.{method.name}", kind_of(method))


folder, *modules = sys.argv[1:]
json.dump(
    [one for module in modules for one in offered(module, Path(folder))], sys.stdout
)
