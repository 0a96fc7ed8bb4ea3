"""One pass through a model, forward or backward, with everything about it chosen by hand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import torch
from torch import Tensor

from ._protocol import ForwardOptions, GradientOptions, InputNormalization
from .ascent import differentiable
from .data import check_images
from .device import multiplying
from .dtypes import as_real, dtype_name, kind_of
from .errors import AdversarialSamplingError
from .models import Network, parameter_dtype
from .noise import noise_from
from .normalization import Normalizer, resolve_normalization
from .objective import cross_entropy


@dataclass(frozen=True)
class Gradients:
    """A loss and what it depends on.

    Attributes:
        loss: the value differentiated, a scalar.
        kl: the KL divergence of the weights from the prior, a scalar (0 for a plain network).
        output: what the forward gave.
        input: d loss / d input, shaped as the input; of pixels as they are once normalised.
        tensors: d loss / d tensor by name, for every parameter that the loss depends on, and for
            the stored eps when ``weights`` is "stored".
    """

    loss: Tensor
    kl: Tensor
    output: Tensor
    input: Tensor
    tensors: dict[str, Tensor]


@torch.no_grad()
def forward(model: Network, x: Tensor, options: ForwardOptions) -> tuple[Tensor, Tensor]:
    """Output and KL divergence of one forward.

    Args:
        model: stays in the mode and with the noise that it has.
        x: what the model takes, [N, 3, H, W] for a network; cast to its parameters' dtype. Whole
            numbers are pixels, and are normalised as those that the model was trained on; floating
            point numbers are its input already. The option ``normalization`` says otherwise.
        options: mode, weights, output, noise and normalization.

    Raises:
        AdversarialSamplingError: ``usage`` for pixels when neither the model nor the options know
            a normalization, and for an input that the model does not take.
    """
    with model.in_mode(train=options.train), multiplying(tf32=False):
        return _run(model, prepare(model, x, options.normalization), options)


def gradients(model: Network, x: Tensor, target: Tensor, options: GradientOptions) -> Gradients:
    """One forward and one backward; no ``.grad`` is touched.

    Args:
        model: stays in the mode and with the noise that it has.
        x: as for ``forward``.
        target: labels [N] for the objective "elbo", CE + beta * kl; a direction shaped as the
            output for "projection", sum(output * target) + kl.
        options: as for ``forward``, and the objective.
    """
    x = prepare(model, x, options.normalization).requires_grad_()
    eps = model.stored_noise() if options.weights == "stored" else {}
    leaves = {**dict(model.named_parameters()), **eps}
    with (
        model.in_mode(train=options.train),
        differentiable(eps.values()),
        multiplying(tf32=False),
    ):
        loss, kl, output = evaluate(model, x, target, options)
        found = cast(
            "tuple[Tensor | None, ...]",  # torch's own type leaves the None out
            torch.autograd.grad(loss, [x, *leaves.values()], allow_unused=True),
        )
    by_name = zip(leaves, found[1:], strict=True)
    return Gradients(
        loss=loss.detach(),
        kl=kl.detach(),
        output=output.detach(),
        input=torch.zeros_like(x) if found[0] is None else found[0],
        tensors={name: gradient for name, gradient in by_name if gradient is not None},
    )


def prepare(model: Network, x: Tensor, asked: InputNormalization) -> Tensor:
    """A copy of the input on the model's device, in its parameters' dtype, pixels normalised.

    Raises:
        AdversarialSamplingError: ``usage`` for what that dtype does not hold: bools, complex
            numbers, integers of too many digits.
    """
    normalization = resolve_normalization(model.normalization, x, asked)
    dtype = parameter_dtype(model.spec)
    if normalization is None:
        return as_real(x.detach().to(model.device), dtype, "input").clone()
    check_images(x, "input")
    return Normalizer(normalization, dtype, model.device)(x.detach().to(model.device))


def evaluate(
    model: Network, x: Tensor, target: Tensor, options: GradientOptions
) -> tuple[Tensor, Tensor, Tensor]:
    """Objective, KL divergence and output of one forward, in the mode that the model is in."""
    output, kl = _run(model, x, options)
    return _objective(output, kl, target, options), kl, output


def _run(
    model: Network, x: Tensor, options: ForwardOptions | GradientOptions
) -> tuple[Tensor, Tensor]:
    sample, fix = options.weights != "mean", options.weights == "stored"
    with model.drawing_from(noise_from(options.noise, model.noise, model.device)):
        return model(x, sample, fix, features=options.output == "features")


def _objective(output: Tensor, kl: Tensor, target: Tensor, options: GradientOptions) -> Tensor:
    target = target.to(output.device)
    if options.objective == "elbo":
        return cross_entropy(output, _labels(target, output)) + options.beta * kl
    if target.shape != output.shape:
        raise AdversarialSamplingError(
            f"expected a direction shaped as the output, {list(output.shape)}, "
            f"got {list(target.shape)}"
        )
    return (output * as_real(target, output.dtype, "direction")).sum() + kl


def _labels(target: Tensor, logits: Tensor) -> Tensor:
    count, classes = logits.shape[0], logits.shape[-1]
    if logits.dim() != 2 or target.shape != (count,):
        raise AdversarialSamplingError(
            f"expected one label an output [N, classes], got {list(target.shape)} for "
            f"{list(logits.shape)}"
        )
    if kind_of(target) != "integer":
        raise AdversarialSamplingError(f"expected labels as integers, got {dtype_name(target)}")
    labels = target.long()
    wrong = labels[(labels < 0) | (labels >= classes)]
    if len(wrong) > 0:
        raise AdversarialSamplingError(
            f"expected labels from 0 to {classes - 1}, got {int(wrong[0])}"
        )
    return labels
