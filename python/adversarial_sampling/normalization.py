"""How pixels become a network's input, which a model remembers of those that it was trained on.

Whole numbers are pixels. Floating point numbers are a network's input already, unless somebody
names a normalization for them.
"""

from __future__ import annotations

import torch
from torch import Tensor

from ._protocol import InputNormalization, Normalization
from .canonical import javascript_json
from .dtypes import dtype_name, kind_of, narrowed
from .errors import AdversarialSamplingError

AS_THEY_ARE = Normalization(scale=1, mean=(0, 0, 0), std=(1, 1, 1))
"""Of pixels that a network takes without a change."""


def resolve_normalization(
    own: Normalization | None, images: Tensor, asked: InputNormalization
) -> Normalization | None:
    """What is to be done with ``images``; None when they are the network's input already.

    Args:
        own: what the model was trained with, None where that is not known.
        images: whole numbers are pixels, floating point numbers the network's input.
        asked: "model" for its own; anything else is taken at its word, whatever the images are.

    Raises:
        AdversarialSamplingError: ``usage`` for pixels when nobody says how to normalise them.
    """
    if asked != "model":
        return asked
    if kind_of(images) != "integer":
        return None
    if own is None:
        raise AdversarialSamplingError(
            f"expected a normalization for pixels ({dtype_name(images)}): the model knows none, "
            "which training on pixels would have told it",
            suggestion="give the option normalization, such as the data set's, or floating point "
            "images as the network takes them",
        )
    return own


def said_of(images: Tensor, normalization: Normalization | None) -> Normalization | None:
    """What a data set says of its pixels; None when its images are none."""
    if normalization is None and kind_of(images) == "integer":
        return AS_THEY_ARE
    return normalization


def check_agreement(
    own: Normalization | None, images: Tensor, normalization: Normalization | None
) -> None:
    """Raises a ``data`` error when a data set contradicts what the model was trained with."""
    said = said_of(images, normalization)
    if own is not None and said is not None and own != said:
        raise AdversarialSamplingError(
            f"the model was trained on pixels normalised by {normalization_text(own)}, and the "
            f"data set's are to be by {normalization_text(said)}",
            code="data",
            suggestion="say which is meant by the option normalization: 'model' or 'data'",
        )


def normalization_text(normalization: Normalization) -> str:
    """The same text for the same numbers, in every language."""
    return javascript_json(normalization.model_dump(mode="json"))


class Normalizer:
    """``(pixel / scale - mean[c]) / std[c]`` of images [N, 3, H, W]; without one, the images."""

    def __init__(
        self, normalization: Normalization | None, dtype: torch.dtype, device: torch.device
    ) -> None:
        """For images on ``device``, which get ``dtype``.

        Raises:
            AdversarialSamplingError: ``usage`` unless there are three means and deviations, and
                neither a deviation nor the scale is 0 in ``dtype``.
        """
        if normalization and not len(normalization.mean) == len(normalization.std) == 3:
            raise AdversarialSamplingError(
                "expected the mean and std of 3 channels, got "
                f"{len(normalization.mean)} means and {len(normalization.std)} deviations"
            )
        self.normalization, self._dtype = normalization, dtype
        if normalization:
            for divisor in (normalization.scale, *normalization.std):
                if torch.tensor(divisor, dtype=dtype) == 0:
                    raise AdversarialSamplingError(
                        f"normalization: images are divided by {divisor}, which is 0 as a number "
                        f"of {str(dtype).removeprefix('torch.')}"
                    )
        if normalization is not None:  # once, for a copy to a GPU waits for all its work
            self._mean, self._std = (
                torch.tensor(values, dtype=dtype, device=device).reshape(3, 1, 1)
                for values in (normalization.mean, normalization.std)
            )

    def __call__(self, images: Tensor) -> Tensor:
        """As the network takes them."""
        images = narrowed(images, self._dtype, "images")
        if self.normalization is None:
            return images
        return (images / self.normalization.scale - self._mean) / self._std
