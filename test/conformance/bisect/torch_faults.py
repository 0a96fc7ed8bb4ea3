# ruff: noqa: ARG001, ARG005, I001, SLF001 - a fault reaches inside, and leaves out what it should use
"""Faults planted in the real package: calling one spoils the next network that is built."""

from __future__ import annotations

import math
from collections.abc import Callable
from importlib import import_module

import torch
from torch import Tensor
from torch.nn import functional as F

from adsam_bridge import endpoints
from adversarial_sampling.adversarial import AdversarialStep
from adversarial_sampling.fast import FastStep
from adversarial_sampling.layers import Layer
from adversarial_sampling.models import Network

passes = import_module("adversarial_sampling.passes")
inspection = import_module("adversarial_sampling.inspection")
tracing = import_module("adversarial_sampling.trace")

Transform = Callable[[Tensor, Tensor | None, Tensor | None], Tensor]


def _plant(spoil: Callable[[Network], None]) -> Tensor:
    honest = endpoints.build

    def build(*arguments) -> Network:
        endpoints.build = honest
        network = honest(*arguments)
        spoil(network)
        return network

    endpoints.build = build
    return torch.zeros(())


def _in_layer(name: str, spoil: Callable[[Layer, Transform], Transform]) -> Tensor:
    def replace(network: Network) -> None:
        layer = network.get_submodule(name)
        layer.transform = spoil(layer, layer.transform)

    return _plant(replace)


def _in_step(spoil: Callable[[AdversarialStep], None]) -> Tensor:
    # In the step as it is defined, whose parts have names, put in place of the fast one.
    def replace(network: Network) -> None:
        honest = tracing.FastStep

        def make(model, *arguments) -> AdversarialStep | FastStep:
            if model is not network:
                return honest(model, *arguments)
            step = AdversarialStep(model, *arguments)
            spoil(step)
            return step

        tracing.FastStep = make

    return _plant(replace)


# In a layer's operation.


def none() -> Tensor:
    """No fault: an honest copy."""
    return _plant(lambda network: None)


def replicated_border() -> Tensor:
    """Padding repeats the border instead of adding zeros."""

    def spoil(layer, honest):
        def transform(x, weight, bias):
            return F.conv2d(F.pad(x, (1, 1, 1, 1), mode="replicate"), weight, bias)

        return transform

    return _in_layer("layer1.1.conv2", spoil)


def padded_at_the_end() -> Tensor:
    """'same' padding at stride 2 as TensorFlow has it: more at the end than at the beginning."""

    def spoil(layer, honest):
        def transform(x, weight, bias):
            return F.conv2d(F.pad(x, (0, 1, 0, 1)), weight, bias, stride=2)

        return transform

    return _in_layer("layer2.0.conv1", spoil)


def transposed_kernel() -> Tensor:
    """The kernel's rows are taken for its columns."""
    return _in_layer("layer1.2.conv1", lambda layer, honest: lambda x, w, b: honest(x, w.mT, b))


def flipped_kernel() -> Tensor:
    """A convolution as in mathematics, not a cross-correlation."""
    return _in_layer(
        "layer3.0.conv2", lambda layer, honest: lambda x, w, b: honest(x, w.flip(2, 3), b)
    )


def negated() -> Tensor:
    """The output's sign."""
    return _in_layer("layer2.1.conv2", lambda layer, honest: lambda x, w, b: -honest(x, w, b))


def no_bias() -> Tensor:
    """The last layer forgets its bias."""
    return _in_layer("linear", lambda layer, honest: lambda x, w, b: honest(x, w, None))


def batch_norm_eps() -> Tensor:
    """TensorFlow's eps, 1e-3."""

    def spoil(network: Network) -> None:
        network.get_submodule("layer2.2.bn1").eps = 1e-3

    return _plant(spoil)


def unbiased_variance() -> Tensor:
    """Normalises by the variance that divides by n - 1."""

    def spoil(layer, honest):
        def transform(x, weight, bias):
            if not layer.training:
                return honest(x, weight, bias)
            n = x.numel() // x.shape[1]
            exact = honest(x, None, None) * math.sqrt((n - 1) / n)
            return exact * weight[:, None, None] + bias[:, None, None]

        return transform

    return _in_layer("layer1.0.bn2", spoil)


# Between layers.


def leaky_relu() -> Tensor:
    """After the first batch norm of a block."""

    def spoil(network: Network) -> None:
        block = network.get_submodule("layer1.0")

        def forward(x, sample, fix):
            out = block.bn1.respond(block.conv1.respond(x, sample, fix), sample, fix)
            out = block.conv2.respond(F.leaky_relu(out), sample, fix)
            return F.relu(block.bn2.respond(out, sample, fix) + block._shortcut(x))

        block.forward = forward

    return _plant(spoil)


def shortcut_channels() -> Tensor:
    """The shortcut's zero channels all come last."""

    def spoil(network: Network) -> None:
        block = network.get_submodule("layer2.0")
        block._shortcut = lambda x: F.pad(x[:, :, ::2, ::2], (0, 0, 0, 0, 0, x.shape[1]))

    return _plant(spoil)


def summed_pool() -> Tensor:
    """The global pool adds up."""

    def spoil(network: Network) -> None:
        honest = network.embed
        network.embed = lambda x, sample, fix: honest(x, sample, fix) * (x.shape[2] // 4) ** 2

    return _plant(spoil)


def exchanged_draws() -> Tensor:
    """Bias first and then weight."""

    def spoil(network: Network) -> None:
        layer = network.get_submodule("linear")

        def weights(sample, fix):
            bias = layer._drawn(layer.mu_bias, layer.sigma_bias, layer.eps_bias, fix)
            weight = layer._drawn(layer.mu_weight, layer.sigma_weight, layer.eps_weight, fix)
            return (weight, bias) if sample else (layer.mu_weight, layer.mu_bias)

        layer.weights = weights

    return _plant(spoil)


def sigma_not_exponentiated() -> Tensor:
    """softplus(rho) in place of exp(s), a common other parameterisation."""

    def spoil(network: Network) -> None:
        layer = network.get_submodule("layer3.1.bn2")
        layer._drawn = lambda mu, s, eps, fix: (
            mu + F.softplus(s) * (eps if fix else layer.noise.draw(mu))
        )

    return _plant(spoil)


# In running statistics.


def exchanged_momentum() -> Tensor:
    """TensorFlow's momentum: the part that stays, not the part that is new."""

    def spoil(network: Network) -> None:
        network.get_submodule("layer1.1.bn1").momentum = 0.9

    return _plant(spoil)


def _own_statistics(name: str, moves: Callable[[Layer, Tensor, Tensor], None]) -> Tensor:
    def spoil(layer, honest):
        def transform(x, weight, bias):
            if not layer.training:
                return honest(x, weight, bias)
            layer.frozen = True
            out = honest(x, weight, bias)
            layer.frozen = False
            layer.num_batches_tracked.add_(1)
            moves(layer, x.detach().mean((0, 2, 3)), x.detach().var((0, 2, 3)))
            return out

        return transform

    return _in_layer(name, spoil)


def stale_running_mean() -> Tensor:
    """The running mean stays as it is."""
    return _own_statistics(
        "layer2.0.bn1", lambda layer, mean, var: layer.running_var.lerp_(var, 0.1)
    )


def biased_running_variance() -> Tensor:
    """The running variance takes the variance that divides by n."""

    def moves(layer, mean, var) -> None:
        layer.running_mean.lerp_(mean, 0.1)
        n = 4 * 2 * 2  # 4 images, 2x2 in the last stage
        layer.running_var.lerp_(var * (n - 1) / n, 0.1)

    return _own_statistics("layer3.2.bn2", moves)


# In gradients alone.


def detached_statistics() -> Tensor:
    """Batch norm's backward takes the batch's mean and variance for constants."""

    def spoil(layer, honest):
        def transform(x, weight, bias):
            if not layer.training:
                return honest(x, weight, bias)
            with torch.no_grad():
                honest(x, weight, bias)  # moves the running statistics
            var, mean = torch.var_mean(x.detach(), (0, 2, 3), correction=0, keepdim=True)
            normal = (x - mean) * (var + layer.eps).rsqrt()
            return normal * weight[:, None, None] + bias[:, None, None]

        return transform

    return _in_layer("layer2.1.bn1", spoil)


def halved_gradient() -> Tensor:
    """The backward of a convolution passes on half of the gradient."""

    def spoil(layer, honest):
        def transform(x, weight, bias):
            out = honest(x, weight, bias)
            return 0.5 * out + 0.5 * honest(x.detach(), weight, bias)

        return transform

    return _in_layer("layer1.2.conv2", spoil)


def sigma_gradient_lost() -> Tensor:
    """The noise is added to a detached sigma."""

    def spoil(network: Network) -> None:
        layer = network.get_submodule("conv1")
        layer._drawn = lambda mu, s, eps, fix: (
            None if mu is None else mu + s.detach().exp() * (eps if fix else layer.noise.draw(mu))
        )

    return _plant(spoil)


# In the objective.


def kl_without_half() -> Tensor:
    """The KL divergence lacks its -1/2."""

    def spoil(network: Network) -> None:
        honest, count = network.kl, sum(e.numel() for e in network.stored_noise().values())
        network.kl = lambda: honest() + count / 2

    return _plant(spoil)


def summed_loss() -> Tensor:
    """Cross-entropy is added up over the batch, not averaged."""

    def spoil(network: Network) -> None:
        honest = passes.evaluate

        def evaluate(model, x, target, options):
            loss, kl, output = honest(model, x, target, options)
            return (loss if model is not network else loss * x.shape[0]), kl, output

        passes.evaluate = inspection.evaluate = evaluate

    return _plant(spoil)


# In the training step.


def beta_times_100() -> Tensor:
    """Beta = 1 / N: the constant 100 is forgotten."""

    def spoil(step: AdversarialStep) -> None:
        step.beta *= 100

    return _in_step(spoil)


def descending() -> Tensor:
    """The noise goes down the loss."""

    def spoil(step: AdversarialStep) -> None:
        step.ascent.step_size *= -1

    return _in_step(spoil)


def long_stride() -> Tensor:
    """The noise goes half as far again."""

    def spoil(step: AdversarialStep) -> None:
        step.ascent.step_size *= 1.5

    return _in_step(spoil)


def stale_noise() -> Tensor:
    """Stored noise is drawn for the first batch only."""

    def spoil(step: AdversarialStep) -> None:
        honest = step.ascent.restart

        def restart(noise) -> None:
            step.ascent.restart = lambda noise: [noise.draw(e) for e in step.ascent.eps]
            honest(noise)

        step.ascent.restart = restart

    return _in_step(spoil)


def cleared_noise_gradients() -> Tensor:
    """Every ascent step goes by its own gradient."""

    def spoil(step: AdversarialStep) -> None:
        step.ascent.sums = None

    return _in_step(spoil)


def no_metric_forward() -> Tensor:
    """Accuracy is taken from the loss's forward."""

    def spoil(step: AdversarialStep) -> None:
        step.fidelity = step.fidelity.model_copy(update={"metric_forward": False})

    return _in_step(spoil)


def still_statistics() -> Tensor:
    """Running statistics are moved by the forwards of the losses alone."""

    def spoil(step: AdversarialStep) -> None:
        step.every_forward = False

    return _in_step(spoil)


def _in_optimizer(**settings: object) -> Tensor:
    def spoil(step: AdversarialStep) -> None:
        for group in step.optimizer.param_groups:
            group.update({key: value for key, value in settings.items() if key in group})

    return _in_step(spoil)


def learning_rate() -> Tensor:
    """A learning rate of 0.011."""
    return _in_optimizer(lr=0.011)


def weak_momentum() -> Tensor:
    """SGD with momentum 0.8."""
    return _in_optimizer(momentum=0.8)


def adam_eps() -> Tensor:
    """An eps of 1e-4."""
    return _in_optimizer(eps=1e-4)


def adam_beta2() -> Tensor:
    """beta2 = 0.99."""
    return _in_optimizer(betas=(0.9, 0.99))


def ascending_parameters() -> Tensor:
    """The parameters go up the loss."""
    return _in_optimizer(maximize=True)
