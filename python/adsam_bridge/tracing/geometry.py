"""Faults of shape: kernels, padding, strides, transposed operands, indices that are off by one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from .recorder import Changed

Described = tuple[str, str, Changed]


def geometry(name: str, args: Sequence[Any], kwargs: dict[str, Any]) -> Iterator[Described]:
    """Kind, words and another way to compute it."""
    for names, described in _FAULTS:
        if name in names:
            yield from described(name, args, kwargs)


def _linear(_name: str, args: Sequence[Any], _kwargs: dict[str, Any]) -> Iterator[Described]:
    if args[1].shape[0] == args[1].shape[1]:
        yield "transposed", "weight transposed", lambda f, a, k: f(a[0], a[1].T, *a[2:], **k)


def _triangle(name: str, args: Sequence[Any], kwargs: dict[str, Any]) -> Iterator[Described]:
    now = kwargs.get("diagonal", args[1] if len(args) > 1 else 0)
    for other in (now - 1, now + 1):
        said = f"diagonal {other} where Python has {now}"
        yield "off by one", said, lambda f, a, k, d=other: f(a[0], d)
    other_half = torch.triu if name == "tril" else torch.tril
    yield "transposed", "the other triangle", lambda f, a, k: other_half(*a, **k)


def _range(_name: str, _args: Sequence[Any], _kwargs: dict[str, Any]) -> Iterator[Described]:
    for by in (-1, 1):
        yield "off by one", f"each number by {by}", lambda f, a, k, d=by: f(*a, **k) + d


def _left_out(name: str, _args: Sequence[Any], _kwargs: dict[str, Any]) -> Iterator[Described]:
    yield "missing", f"{name} left out", lambda f, a, k: a[0]


def _places(_name: str, args: Sequence[Any], _kwargs: dict[str, Any]) -> Iterator[Described]:
    for place in range(1, len(args)):
        for by in (-1, 1):
            if isinstance(args[place], int):
                yield "off by one", f"argument {place} by {by}", _moved(place, by)


def _moved(place: int, by: int) -> Changed:
    return lambda f, a, k: f(*(one + by if i == place else one for i, one in enumerate(a)), **k)


def _matmul(_name: str, args: Sequence[Any], _kwargs: dict[str, Any]) -> Iterator[Described]:
    for i in (0, 1):
        if args[i].dim() > 1 and args[i].shape[-1] == args[i].shape[-2]:
            said = f"operand {i} transposed"
            yield "transposed", said, lambda f, a, k, n=i: f(*_turned(a, n), **k)
    yield "order", "operands exchanged", lambda f, a, k: f(a[1], a[0])
    if args[0].dim() > 1 and args[1].dim() > 1:
        yield (
            "transposed",
            "the product transposed",
            lambda f, a, k: f(a[0], a[1]).transpose(-1, -2),
        )


def _einsum(_name: str, args: Sequence[Any], _kwargs: dict[str, Any]) -> Iterator[Described]:
    for i in range(1, len(args)):
        operand = args[i]
        square = isinstance(operand, Tensor) and operand.dim() > 1
        if square and operand.shape[-1] == operand.shape[-2]:
            said = f"operand {i - 1} transposed"
            yield "transposed", said, lambda f, a, k, n=i: f(*_turned(a, n), **k)


def _looked_up(name: str, args: Sequence[Any], _kwargs: dict[str, Any]) -> Iterator[Described]:
    """Each place by one off, those at the end as they are."""
    place, table = (0, 1) if name == "embedding" else (len(args) - 1, 0)
    index = args[place]
    whole = isinstance(index, Tensor) and not index.is_floating_point()
    if not whole or index.dtype == torch.bool:
        return
    axis = args[1] if name in ("gather", "index_select") else 0
    last = args[table].shape[axis] - 1
    for by in (-1, 1):
        yield (
            "off by one",
            f"each index by {by}",
            lambda f, a, k, d=by: f(
                *((one + d).clamp(0, last) if i == place else one for i, one in enumerate(a)), **k
            ),
        )


def _turned(args: Sequence[Any], place: int) -> list[Any]:
    return [one.transpose(-1, -2) if i == place else one for i, one in enumerate(args)]


def _convolution(_name: str, args: Sequence[Any], _kwargs: dict[str, Any]) -> Iterator[Described]:
    weight, size = args[1], args[0].shape[-1]
    padding = args[4] if len(args) > 4 else 0

    def again(kernel: Callable[[Tensor], Tensor], **changes: Any) -> Changed:
        return lambda f, a, k: f(**{**_named(a), **changes, "weight": kernel(a[1])})

    def padded(widths: Sequence[int], mode: str = "constant") -> Changed:
        return lambda f, a, k: f(
            **{**_named(a), "input": functional.pad(a[0], list(widths), mode=mode), "padding": 0}
        )

    yield "transposed", "kernel transposed", again(lambda w: w.transpose(-1, -2))
    yield "transposed", "kernel flipped", again(lambda w: w.flip(-1, -2))
    if weight.shape[0] == weight.shape[1]:
        said = "in and out channels exchanged"
        yield "transposed", said, again(lambda w: w.transpose(0, 1))
    p = padding if isinstance(padding, int) else padding[0] if isinstance(padding, tuple) else 0
    around = ((2 * p, 0), (0, 2 * p), (p - 1, p + 1), (p - 1, p), (p - 1, p - 1), (p + 1, p + 1))
    for before, after in around:
        if before >= 0 and after >= 0 and (before, after) != (p, p):
            said = f"{before} before and {after} after where Python has {p}"
            yield "padding", said, padded((before, after, before, after))
    for mode in ("reflect", "replicate", "circular"):
        if 0 < p < size and args[0].dim() == 4:
            yield "padding", f"{mode} where Python has zeros", padded((p, p, p, p), mode)
    for other in (1, 2):
        yield "stride", f"stride {other}", again(lambda w: w, stride=other)
    if len(args) > 2 and args[2] is not None:
        yield "missing", "bias left out", again(lambda w: w, bias=None)


def _named(args: Sequence[Any]) -> dict[str, Any]:
    names = ("input", "weight", "bias", "stride", "padding", "dilation", "groups")
    return dict(zip(names, args, strict=False))


def exchanged_parts(count: int) -> Iterator[Described]:
    """Two of the parts that a tensor is taken apart into."""
    for i in range(count):
        for j in range(i + 1, count):
            yield (
                "order",
                f"parts {i} and {j} exchanged",
                lambda f, a, k, m=i, n=j: _exchanged(list(f(*a, **k)), m, n),
            )


def _exchanged(parts: list[Any], i: int, j: int) -> list[Any]:
    parts[i], parts[j] = parts[j], parts[i]
    return parts


def _index(_name: str, args: Sequence[Any], _kwargs: dict[str, Any]) -> Iterator[Described]:
    whole, index = args[0], args[1]
    parts = list(index) if isinstance(index, tuple) else [index]
    if isinstance(whole, Tensor) and not _tensors(
        [*parts, *(None for p in parts if p is Ellipsis)]
    ):
        yield from _all_slices(whole, parts)
    for i, part in enumerate(parts):
        if isinstance(part, int) and not isinstance(part, bool):
            moved: list[Any] = [part - 1, part + 1]
        elif isinstance(part, slice) and part != slice(None):
            if _tensors(parts):
                continue
            moved = _slices(
                part, whole.shape[-1] if any(p is Ellipsis for p in parts[:i]) else whole.shape[i]
            )
        else:
            continue
        for other in moved:
            changed = tuple(other if j == i else one for j, one in enumerate(parts))
            yield (
                "off by one",
                f"{other} where Python has {part}",
                lambda f, a, k, c=changed: f(a[0], c),
            )


def _tensors(parts: Sequence[Any]) -> bool:
    return any(isinstance(one, Tensor) or one is None or one is Ellipsis for one in parts)


def _all_slices(whole: Tensor, parts: Sequence[Any]) -> Iterator[Described]:
    """Every slice of an index by one, as where all axes of an image are strided."""
    for by in (-1, 1):
        moved: list[Any] = [
            slice(s.start + by, s.stop, s.step)
            if isinstance(one, slice) and one != slice(None) and (s := _whole(one, length))
            else one
            for one, length in zip(parts, whole.shape, strict=False)
        ]
        yield "off by one", f"slices begin {by} later", lambda f, a, k, m=tuple(moved): f(a[0], m)


def _whole(part: slice, length: int) -> slice:
    return slice(*part.indices(length))


def _slices(part: slice, length: int) -> list[slice]:
    start, stop, step = part.indices(length)
    return [
        slice(start + by, stop + by, step)
        for by in (-1, 1)
        if start + by >= 0 and stop + by <= length + (step > 1)
    ]


def _padding(_name: str, args: Sequence[Any], _kwargs: dict[str, Any]) -> Iterator[Described]:
    """All of it on one side."""
    widths = list(args[1])
    for i in range(0, len(widths), 2):
        whole = widths[i] + widths[i + 1]
        for pair in ((0, whole), (whole, 0)):
            if whole > 0 and pair != (widths[i], widths[i + 1]):
                other = [*widths[:i], *pair, *widths[i + 2 :]]
                said = f"{other} where Python has {widths}"
                yield "padding", said, lambda f, a, k, w=other: f(a[0], w, *a[2:], **k)


def _order_of_axes(_name: str, args: Sequence[Any], _kwargs: dict[str, Any]) -> Iterator[Described]:
    x = args[0]
    for i in range(x.dim()):
        for j in range(i + 1, x.dim()):
            if x.shape[i] > 1 and x.shape[j] > 1:
                yield (
                    "transposed",
                    f"axes {i} and {j} exchanged",
                    lambda f, a, k, m=i, n=j: _reordered(f(*a, **k), a[0], m, n),
                )


def _reordered(result: Tensor, x: Tensor, i: int, j: int) -> Tensor:
    """The same numbers as if two axes had been exchanged before, in the result's shape."""
    return x.transpose(i, j).reshape(result.shape)


_FAULTS: tuple[
    tuple[tuple[str, ...], Callable[[str, Sequence[Any], dict[str, Any]], Iterator[Described]]], ...
] = (
    (("matmul", "bmm", "mm"), _matmul),
    (("linear",), _linear),
    (("conv2d",), _convolution),
    (("tril", "triu"), _triangle),
    (("arange", "linspace"), _range),
    (("softmax", "sigmoid"), _left_out),
    (("getitem",), _index),
    (("einsum",), _einsum),
    (("gather", "getitem", "index_select", "embedding"), _looked_up),
    (("pad",), _padding),
    (("view", "reshape", "transpose", "contiguous"), _order_of_axes),
    (("roll", "narrow", "select"), _places),
)
