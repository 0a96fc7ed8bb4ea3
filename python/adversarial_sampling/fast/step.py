"""The training step on flat vectors."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import nullcontext
from math import log
from typing import NamedTuple

import torch
from torch import Tensor

from ..flat import FlatModel
from ..measurements import Measurements
from ..objective import accuracy, cross_entropy
from ..replay import Replayed, noise_on_gpu
from ..stages import AscentStart, Stages, moving_buffers
from ..step import NEGLIGIBLE, TrainingStep
from .differentiate import Slope, choose
from .optimizer import FlatOptimizer


class _Term(NamedTuple):
    """A cross-entropy that is part of the loss: its weight there, and the noise it was taken at."""

    share: float
    slope: Slope
    eps: Tensor


class FastStep(TrainingStep):
    """Trains ``model`` on one batch a call, as ``AdversarialStep`` does; see there for the step.

    The same numbers up to rounding, with less work. With w = mu + sigma * eps, g = d CE / d w:

    - d CE / d eps = sigma * g and sigma > 0, so that sign(d CE / d eps) = sign(g): the inner steps
      need one gradient, with respect to w;
    - d CE / d mu = g and d CE / d log sigma = g * sigma * eps;
    - the KL divergence, once a step, has the gradients mu / sigma_0^2 and (sigma / sigma_0)^2 - 1;
    - the forward for the accuracy alone keeps nothing for a backward.

    Attributes:
        flat: the weights, as the vectors that the step works on.
        optimizer: Adam, or SGD with momentum 0.9; torch's defaults otherwise.
        sums: of the gradients of -CE with respect to the noise, where they are never cleared.
        computed_by: what runs the network: "native kernels", or "torch" and why not those.
    """

    def __post_init__(self) -> None:
        """With a new optimizer, and nothing accumulated.

        The model's parameters and stored noise become views of flat vectors: do not replace them,
        or move the model, while the step is in use.
        """
        super().__post_init__()
        self.flat = FlatModel(self.model)
        self.sums = torch.zeros_like(self.flat.eps) if self.accumulates else None
        options, stages = self.options, self.stages or Stages()
        kernels = "torch" if stages.layers else options.kernels
        self.computed_by, self._differentiator = choose(self.flat, self.scale, kernels)
        self.optimizer = FlatOptimizer(self.flat, options.optimizer, options.learning_rate)
        self._replayed = Replayed(Measurements.copy)
        weight = (1 - self.ratio) * self.beta
        # On a GPU a tensor, so that a step that is replayed sees it change.
        self._kl_weight: float | Tensor = (
            self.flat.theta.new_tensor(weight) if self.flat.theta.is_cuda else weight
        )

    def restart_optimizer(self) -> None:
        """The optimizer without moments, at the initial learning rate."""
        self.optimizer.restart()
        self.set_learning_rate(self.options.learning_rate)

    def set_learning_rate(self, learning_rate: float) -> None:
        """From the next step on."""
        self.optimizer.set_learning_rate(learning_rate)

    def set_beta(self, beta: float) -> None:
        """From the next step on."""
        super().set_beta(beta)
        weight = (1 - self.ratio) * beta
        if isinstance(self._kl_weight, Tensor):
            self._kl_weight.fill_(weight)
        else:
            self._kl_weight = weight

    def _step(self, x: Tensor, y: Tensor) -> Measurements:
        # float16 looks at every step whether a gradient overflowed: that cannot be recorded.
        recordable = self.observe is None and not self.scale.enabled and self.stages is None
        noise = noise_on_gpu(self.model) if recordable else None
        with nullcontext() if self.stages is None else self.stages.in_force(self.model):
            return self._replayed(self._take, noise, x, y)

    @torch.no_grad()
    def _take(self, x: Tensor, y: Tensor) -> Measurements:
        sigma = self.flat.log_sigma.exp()
        terms: list[_Term] = []
        rise: Tensor | None = None
        if self.ratio > NEGLIGIBLE:
            worst, rise = self._worst_case(x, y, sigma)
            terms.append(worst)
        expectation = self._expectation(x, y, sigma) if 1 - self.ratio > NEGLIGIBLE else []
        terms += expectation
        judged = self._judged(x, y, sigma, terms[-1].slope.logits)
        kl = self._kl(sigma) if expectation and self.bayesian else None
        loss = torch.stack([term.share * term.slope.cross_entropy for term in terms]).sum()
        if kl is not None:
            loss = loss + self._kl_weight * kl
        if self.scale.update():
            self.optimizer.step(self._gradient(terms, sigma, with_kl=kl is not None))
        losses = [term.slope.cross_entropy for term in expectation]
        return Measurements(
            loss=loss,
            cross_entropy=torch.stack(losses).mean() if losses else None,
            kl=kl,
            adversarial_loss=None if rise is None else terms[0].slope.cross_entropy,
            adversarial_rise=rise,
            accuracy=accuracy(judged, y),
        )

    def tensors(self) -> dict[str, Tensor]:
        """The optimizer's moments and the accumulated gradients of the noise, by name."""
        moments = {f"optimizer.{n}": t for n, t in self.optimizer.tensors().items()}
        return moments | {f"noise_gradient.{n}": t for n, t in self._named_sums().items()}

    def restore(self, tensors: Mapping[str, Tensor]) -> None:
        """Puts back what ``tensors`` gave."""
        prefix = "optimizer."
        moments = {n.removeprefix(prefix): t for n, t in tensors.items() if n.startswith(prefix)}
        self.optimizer.restore(moments)
        for name, total in self._named_sums().items():
            total.copy_(tensors[f"noise_gradient.{name}"])

    def _named_sums(self) -> dict[str, Tensor]:
        if self.sums is None:
            return {}
        parts = zip(self.model.stored_noise(), self.flat.parts, strict=False)
        return {name: part.of(self.sums) for name, part in parts}

    def _worst_case(self, x: Tensor, y: Tensor, sigma: Tensor) -> tuple[_Term, Tensor]:
        eps = self.flat.draw_stored(self.model.noise)
        there = self.stages and self.stages.ascend
        losses = (self._ascend_there if there else self.ascend)(x, y, sigma, self.options.steps)
        slope = self._slope(x, y, sigma, eps, fix=True)
        if self.sums is not None:
            # The published code never clears what the last backward leaves on the noise.
            self._remember(slope, sigma, -self.ratio)
        reached = slope.cross_entropy
        return _Term(self.ratio, slope, eps), reached - (losses[0] if len(losses) else reached)

    def ascend(self, x: Tensor, y: Tensor, sigma: Tensor, steps: int) -> Tensor:
        """Moves the stored noise ``steps`` times; CE before each, [steps]."""
        eps = self.flat.eps
        losses: list[Tensor] = []
        for _ in range(steps):
            slope = self._slope(x, y, sigma, eps, fix=True, moves_statistics=self.every_forward)
            losses.append(slope.cross_entropy)
            uphill = slope.gradient if self.sums is None else self._remember(slope, sigma, 1.0)
            eps.add_(uphill.sign(), alpha=self.options.step_size)
        return torch.stack(losses) if losses else sigma.new_zeros(0)

    def _ascend_there(self, x: Tensor, y: Tensor, _sigma: Tensor, steps: int) -> Tensor:
        """As ``ascend``, by whoever has that stage; one at a time where each is told of."""
        assert self.stages is not None
        assert self.stages.ascend is not None
        flat, buffers = self.flat, moving_buffers(self.model)
        losses: list[Tensor] = []
        for count in [steps] if self.observe is None else [1] * steps:
            start = AscentStart(
                theta=flat.theta,
                eps=flat.eps,
                sums=self.sums,
                buffers=buffers,
                images=x,
                labels=y,
                steps=count,
            )
            end = self.stages.ascend(start)
            losses.append(end["losses"].to(flat.device, flat.dtype))
            if self.observe is not None:
                self.observe(True, losses[-1][0])
            flat.eps.copy_(end["eps"])
            if self.sums is not None and end["sums"] is not None:
                self.sums.copy_(end["sums"])
            for name, buffer in buffers.items():
                buffer.copy_(end["buffers"][name])
        return torch.cat(losses)

    def _remember(self, slope: Slope, sigma: Tensor, share: float) -> Tensor:
        assert self.sums is not None
        self.sums.addcmul_(slope.gradient, sigma, value=-share)
        return self.sums.neg()

    def _expectation(self, x: Tensor, y: Tensor, sigma: Tensor) -> list[_Term]:
        draws = self.options.samplings if self.bayesian else 1
        terms: list[_Term] = []
        for _ in range(draws):
            eps = self.flat.draw_fresh(self.model.noise)
            slope = self._slope(x, y, sigma, eps)
            terms.append(_Term((1 - self.ratio) / draws, slope, eps))
        return terms

    def _judged(self, x: Tensor, y: Tensor, sigma: Tensor, last: Tensor) -> Tensor:
        """The logits that the accuracy is that of."""
        if not self.bayesian or not self.fidelity.metric_forward:
            return last
        weights = self._weights(sigma, self.flat.draw_fresh(self.model.noise))
        moves = self.every_forward
        logits = self._differentiator.logits(weights, x, moves_statistics=moves)
        if self.observe is not None:
            self.observe(False, cross_entropy(logits, y))
        return logits

    def _slope(
        self,
        x: Tensor,
        y: Tensor,
        sigma: Tensor,
        eps: Tensor,
        *,
        fix: bool = False,
        moves_statistics: bool = True,
    ) -> Slope:
        weights = self._weights(sigma, eps)
        slope = self._differentiator.slope(weights, x, y, moves_statistics=moves_statistics)
        if self.observe is not None:
            self.observe(fix, slope.cross_entropy)
        return slope

    def _weights(self, sigma: Tensor, eps: Tensor) -> Tensor:
        return torch.addcmul(self.flat.mu, sigma, eps) if self.bayesian else self.flat.mu

    def _kl(self, sigma: Tensor) -> Tensor:
        mu, log_sigma, prior = self.flat.mu, self.flat.log_sigma, self.model.prior_sigma
        spread = (sigma.square() + mu.square()) / (2 * prior**2)
        return (spread - log_sigma + (log(prior) - 0.5)).sum()

    def _gradient(self, terms: list[_Term], sigma: Tensor, *, with_kl: bool) -> Tensor:
        """Of the loss, laid out as ``theta``."""
        total = torch.zeros_like(self.flat.theta)
        mean, spread = total[: self.flat.size], total[self.flat.size :]
        for share, slope, eps in terms:
            mean.add_(slope.gradient, alpha=share)
            if self.bayesian:
                spread.addcmul_(slope.gradient, eps, value=share)
        spread.mul_(sigma)
        if with_kl:
            precision = self._kl_weight / self.model.prior_sigma**2
            mean.add_(self.flat.mu * precision)
            spread.add_(sigma.square() * precision).sub_(self._kl_weight)
        self.flat.clear_frozen(total)
        return total
