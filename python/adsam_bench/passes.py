"""The floor: forward and backward passes of the deterministic network, and nothing else."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional as F

from . import inputs
from .networks import plain_network
from .request import Request, Unmeasured
from .turns import Turns


def run(request: Request, turns: Turns) -> None:
    """Several passes a call."""
    one = one_pass(request, turns.device)
    turns.ready()

    def passes() -> None:
        for _ in range(request.passes):
            one()

    turns.take(passes)


def replay(request: Request, turns: Turns) -> None:
    """Several passes a call, captured as one CUDA graph."""
    if turns.device.type != "cuda":
        raise Unmeasured("there is no CUDA device to capture a graph on")
    replayed = captured(request, turns.device)
    turns.ready()
    turns.take(replayed)


def captured(request: Request, device: torch.device) -> Callable[[], None]:
    """Several passes as one CUDA graph."""
    one = one_pass(request, device)
    stream = torch.cuda.Stream()
    stream.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(stream):
        for _ in range(3):
            one()
    torch.cuda.current_stream().wait_stream(stream)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        for _ in range(request.passes):
            one()
    return graph.replay


def one_pass(request: Request, device: torch.device) -> Callable[[], tuple[Tensor, ...]]:
    """A forward and backward pass on a batch of its own; it answers with the gradients."""
    network = plain_network(request.network).to(device).train()
    parameters = list(network.parameters())
    x, y = inputs.batch(request, device)
    return lambda: torch.autograd.grad(F.cross_entropy(network(x), y), parameters)
