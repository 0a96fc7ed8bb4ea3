"""One training step of Adversarial Sampling.

Zhang et al., "Improving Bayesian Neural Networks by Adversarial Sampling", AAAI 2022,
doi 10.1609/aaai.v36i9.21250: the noise of the weights is moved to where the loss is worst, and
that worst case is trained on beside the evidence lower bound.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from .ascent import NoiseAscent, differentiable
from .layers import frozen_statistics
from .measurements import Measurements
from .objective import accuracy, cross_entropy, elbo
from .step import MOMENTUM, NEGLIGIBLE, TrainingStep


class _Forward(NamedTuple):
    logits: Tensor
    cross_entropy: Tensor


class _WorstCase(NamedTuple):
    logits: Tensor
    loss: Tensor
    rise: Tensor


class _Expectation(NamedTuple):
    logits: Tensor
    cross_entropy: Tensor
    kl: Tensor | None


class AdversarialStep(TrainingStep):
    """Trains ``model`` on one batch a call: the definition, which ``FastStep`` is tested against.

    With (alpha, steps, ratio, samplings) of the options and beta = 1 / N / 100:

    1. eps ~ N(0, 1) for every weight;
    2. ``steps`` times: eps <- eps + alpha * sign(d CE / d eps);
    3. adversarial loss = CE at that eps;
    4. ELBO loss = mean of CE over ``samplings`` fresh draws of the weights, + beta * KL;
    5. loss = (1 - ratio) * ELBO + ratio * adversarial, minimised by one step of the optimizer.

    A network without random weights takes one plain step on CE.

    Attributes:
        trained: the parameters by name.
        optimizer: Adam, or SGD with momentum 0.9; torch's defaults otherwise.
        ascent: moves the stored noise in 2, and keeps its gradients from batch to batch where
            ``fidelity.epsilon_gradients`` is "accumulated".
    """

    def __post_init__(self) -> None:
        """With a new optimizer, and nothing accumulated."""
        super().__post_init__()
        eps = list(self.model.stored_noise().values())
        self.ascent = NoiseAscent(eps, self.options.step_size, accumulate=self.accumulates)
        self.trained = {n: p for n, p in self.model.named_parameters() if p.requires_grad}
        self.restart_optimizer()

    def restart_optimizer(self) -> None:
        """A new optimizer without moments, at the initial learning rate."""
        learning_rate = self.options.learning_rate
        self.optimizer: torch.optim.Optimizer = (
            torch.optim.Adam(self.trained.values(), lr=learning_rate)
            if self.options.optimizer == "adam"
            else torch.optim.SGD(self.trained.values(), lr=learning_rate, momentum=MOMENTUM)
        )

    def set_learning_rate(self, learning_rate: float) -> None:
        """From the next step on."""
        for group in self.optimizer.param_groups:
            group["lr"] = learning_rate

    def _step(self, x: Tensor, y: Tensor) -> Measurements:
        with differentiable(self.ascent.eps):
            worst = self._worst_case(x, y) if self.ratio > NEGLIGIBLE else None
            mean = self._expectation(x, y) if 1 - self.ratio > NEGLIGIBLE else None
            logits = self._judged(x, y, worst, mean)
            loss = self._loss(worst, mean)
            self._descend(loss)
        return Measurements(
            loss=loss.detach(),
            cross_entropy=mean.cross_entropy.detach() if mean else None,
            kl=mean.kl.detach() if mean and mean.kl is not None else None,
            adversarial_loss=worst.loss.detach() if worst else None,
            adversarial_rise=worst.rise if worst else None,
            accuracy=accuracy(logits.detach(), y),
        )

    def tensors(self) -> dict[str, Tensor]:
        """The optimizer's moments and the accumulated gradients of the noise, by name."""
        names = list(self.trained)
        moments = {
            f"optimizer.{key}.{names[index]}": value
            for index, values in self.optimizer.state_dict()["state"].items()
            for key, value in values.items()
            if isinstance(value, Tensor)
        }
        sums = zip(self.model.stored_noise(), self.ascent.sums or [], strict=False)
        return moments | {f"noise_gradient.{name}": total for name, total in sums}

    @torch.no_grad()
    def restore(self, tensors: Mapping[str, Tensor]) -> None:
        """Puts back what ``tensors`` gave."""
        index = {name: index for index, name in enumerate(self.trained)}
        moments: dict[int, dict[str, Tensor]] = {}
        for full, value in tensors.items():
            kind, _, rest = full.partition(".")
            if kind == "optimizer":
                key, _, name = rest.partition(".")
                moments.setdefault(index[name], {})[key] = value
        groups = self.optimizer.state_dict()["param_groups"]
        self.optimizer.load_state_dict({"state": moments, "param_groups": groups})
        for name, total in zip(self.model.stored_noise(), self.ascent.sums or [], strict=False):
            total.copy_(tensors[f"noise_gradient.{name}"])

    def _worst_case(self, x: Tensor, y: Tensor) -> _WorstCase:
        self.ascent.restart(self.model.noise)
        first: Tensor | None = None
        for _ in range(self.options.steps):
            loss = self._forward(x, y, fix=True, moves_statistics=self.every_forward).cross_entropy
            self.ascent.climb(self._gradients(-loss, self.ascent.eps))
            first = loss.detach() if first is None else first
        logits, loss = self._forward(x, y, fix=True)
        reached = loss.detach()
        return _WorstCase(logits, loss, reached - (reached if first is None else first))

    def _expectation(self, x: Tensor, y: Tensor) -> _Expectation:
        draws = self.options.samplings if self.bayesian else 1
        forwards = [self._forward(x, y) for _ in range(draws)]
        mean = torch.stack([forward.cross_entropy for forward in forwards]).mean()
        return _Expectation(forwards[-1].logits, mean, self.model.kl() if self.bayesian else None)

    def _loss(self, worst: _WorstCase | None, mean: _Expectation | None) -> Tensor:
        terms: list[Tensor] = []
        if mean is not None:
            ce, kl = mean.cross_entropy, mean.kl
            terms.append((1 - self.ratio) * (ce if kl is None else elbo(ce, kl, self.beta)))
        if worst is not None:
            terms.append(self.ratio * worst.loss)
        return torch.stack(terms).sum()

    @torch.no_grad()
    def _judged(
        self, x: Tensor, y: Tensor, worst: _WorstCase | None, mean: _Expectation | None
    ) -> Tensor:
        """The logits that the accuracy is that of."""
        last = mean or worst
        if last is None or (self.bayesian and self.fidelity.metric_forward):
            return self._forward(x, y, moves_statistics=self.every_forward).logits
        return last.logits

    def _forward(
        self, x: Tensor, y: Tensor, *, fix: bool = False, moves_statistics: bool = True
    ) -> _Forward:
        with frozen_statistics(self.model, frozen=not moves_statistics):
            logits = self.model.output(x, fix=fix)
        loss = cross_entropy(logits, y)
        if self.observe is not None:
            self.observe(fix, loss)
        return _Forward(logits, loss)

    def _gradients(self, loss: Tensor, tensors: Sequence[Tensor]) -> Sequence[Tensor]:
        return self.scale.unscale(torch.autograd.grad(self.scale.scaled(loss), tensors))

    def _descend(self, loss: Tensor) -> None:
        # The published code never clears what this backward leaves on the noise that it used.
        remembers = self.ascent.sums is not None and self.ratio > NEGLIGIBLE
        eps = self.ascent.eps if remembers else []
        parameters = list(self.trained.values())
        gradients = self._gradients(loss, [*parameters, *eps])
        for parameter, gradient in zip(parameters, gradients, strict=False):
            parameter.grad = gradient
        if eps:
            self.ascent.remember(gradients[len(parameters) :])
        if self.scale.update():
            self.optimizer.step()
        self.optimizer.zero_grad()
