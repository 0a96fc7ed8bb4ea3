"""Other packages, where they are installed."""

from __future__ import annotations

import importlib
from importlib.metadata import PackageNotFoundError, version

import torch
from torch.nn import functional as F

from . import inputs
from .networks import plain_network
from .request import Request, Unmeasured
from .turns import Turns


def bayesian_torch(request: Request, turns: Turns) -> None:
    """Plain VI steps with its reparameterisation layers, by its own conversion of the network.

    Its batch norm has no Gaussian weights, ours has.
    """
    try:
        convert = importlib.import_module("bayesian_torch.models.dnn_to_bnn")
        versions = {"bayesian-torch": version("bayesian-torch")}
    except (ImportError, PackageNotFoundError) as error:
        raise Unmeasured(f"bayesian-torch cannot be imported by this Python: {error}") from error
    network = plain_network(request.network)
    prior = {
        "prior_mu": 0.0,
        "prior_sigma": 0.15,
        "posterior_mu_init": 0.0,
        "posterior_rho_init": -3.0,
        "type": "Reparameterization",
        "moped_enable": False,
        "moped_delta": 0.5,
    }
    convert.dnn_to_bnn(network, prior)
    network.to(turns.device).train()
    x, y = inputs.batch(request, turns.device)
    turns.ready(versions)
    optimizer = torch.optim.Adam(network.parameters(), lr=0.01)

    def step() -> None:
        loss = F.cross_entropy(network(x), y) + convert.get_kl_loss(network) / len(x)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

    turns.take(step)
