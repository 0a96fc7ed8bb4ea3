"""The same calls in Python alone, for ``calls/*.ts``.

``python alone.py CHECKOUT FILE`` reads ``{"preamble": ..., "calls": {name: code}}`` and prints
what the last expression of each code is, or how it failed, by name.
"""

import ast
import contextlib
import json
import os
import random
import sys
from pathlib import Path
from typing import Any

import numpy as np

import torch


def seed() -> None:
    """What draws begin with, before each call."""
    torch.manual_seed(0)
    np.random.seed(0)
    random.seed(0)


def wave(*shape: int) -> torch.Tensor:
    """Numbers in float32 that are the same in both languages."""
    count = int(np.prod(shape))
    return torch.arange(1, count + 1, dtype=torch.float64).sin().float().reshape(shape)


def whole(below: int, *shape: int) -> torch.Tensor:
    """Whole numbers from 0 up to a limit."""
    return (torch.arange(int(np.prod(shape))) * 7 % below).reshape(shape)


def numbers(values: list[Any]) -> list[float]:
    """At most a thousand of them, evenly taken."""
    return values[:: max(1, len(values) // 1000)]


def shown(value: Any) -> Any:
    """A result as JSON has it; tried.ts shows its own in the same way."""
    match value:
        case None | bool() | str():
            return value
        case torch.Tensor() | np.ndarray():
            held = value.detach().numpy() if isinstance(value, torch.Tensor) else value
            values = [float(one) for one in numbers(held.flatten().tolist())]
            return {
                "dtype": str(held.dtype),
                "shape": list(held.shape),
                "values": values,
            }
        case int() | float() | np.number():
            return float(value)
        case dict():
            return {str(key): shown(one) for key, one in value.items()}
        case tuple() if hasattr(value, "_asdict"):
            return shown(value._asdict())
        case list() | tuple() | bytes():
            return [shown(one) for one in value]
        case _:
            return {"kept": True}


def ended(code: str, names: dict[str, Any]) -> Any:
    """Runs code; what its last expression is."""
    *before, last = ast.parse(code).body
    exec(compile(ast.Module(before, []), "call", "exec"), names)
    if isinstance(last, ast.Expr):
        return eval(compile(ast.Expression(last.value), "call", "eval"), names)
    exec(compile(ast.Module([last], []), "call", "exec"), names)
    return None


def main() -> None:
    """Answers what is asked in the file."""
    folder, file = sys.argv[1:]
    asked = json.loads(Path(file).read_text())
    os.chdir(folder)
    sys.path.insert(0, folder)
    sys.argv = [""]
    answers: dict[str, Any] = {}
    names: dict[str, Any] = {
        "torch": torch,
        "nn": torch.nn,
        "np": np,
        "wave": wave,
        "whole": whole,
    }
    with contextlib.redirect_stdout(sys.stderr):
        exec(asked["preamble"], names)
        for name, code in asked["calls"].items():
            seed()
            try:
                answers[name] = {"value": shown(ended(code, {**names}))}
            except Exception as error:
                answers[name] = {"error": f"{type(error).__name__}: {error}"}
    json.dump(answers, sys.stdout)


if __name__ == "__main__":
    main()
