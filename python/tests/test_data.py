import pytest
import torch
from torch import Tensor

from adversarial_sampling import AdversarialSamplingError, Images
from adversarial_sampling.data import augment, check_labelled
from adversarial_sampling.uniform import uniform_numbers


def draws(count: int, seed: int = 0) -> Tensor:
    return uniform_numbers(seed, 3 * count).reshape(count, 3)


def test_flip_mirrors_about_half_of_the_images() -> None:
    images = torch.arange(400 * 3 * 2 * 2).reshape(400, 3, 2, 2)
    result = augment(images, flip=True, crop_padding=0, draws=draws(400))
    mirrored = (result == images.flip(3)).flatten(1).all(1)
    kept = (result == images).flatten(1).all(1)
    assert bool((mirrored ^ kept).all())
    assert 150 < int(mirrored.sum()) < 250


def test_crop_shifts_every_image_and_fills_with_zeros() -> None:
    images = torch.arange(1, 1 + 300 * 3 * 4 * 4).reshape(300, 3, 4, 4)
    result = augment(images, flip=False, crop_padding=1, draws=draws(300))
    padded = torch.nn.functional.pad(images, (1, 1, 1, 1))
    offsets = set()
    for image, crop in zip(padded, result, strict=True):
        found = [
            (i, j)
            for i in range(3)
            for j in range(3)
            if torch.equal(image[:, i : i + 4, j : j + 4], crop)
        ]
        assert len(found) == 1
        offsets.update(found)
    assert len(offsets) == 9


def test_augmentation_repeats_and_keeps_bytes() -> None:
    images = torch.randint(256, (20, 3, 8, 8), dtype=torch.uint8)
    first, again = (
        augment(images, flip=True, crop_padding=2, draws=draws(20, 1)) for _ in range(2)
    )
    assert first.dtype == torch.uint8
    assert torch.equal(first, again)
    assert augment(images, flip=False, crop_padding=0, draws=draws(20)) is images


def test_batches_end_with_a_smaller_one() -> None:
    data = Images(torch.zeros(7, 3, 2, 2), torch.arange(7))
    assert [len(labels) for _, labels in data.batches(3)] == [3, 3, 1]


GOOD = torch.zeros(3, 3, 2, 2)
LABELS = torch.tensor([0, 1, 2])
NAN = GOOD.clone()
NAN[1, 2, 0, 0] = float("nan")


@pytest.mark.parametrize(
    ("images", "labels", "message"),
    [
        (GOOD[0], LABELS, r"train.images of shape \[N, 3, H, W\].*got \[3, 2, 2\]"),
        (GOOD[:, :1], LABELS, r"got \[3, 1, 2, 2\]"),
        (GOOD[:0], LABELS[:0], r"got \[0, 3, 2, 2\]"),
        (NAN, LABELS, r"train.images\[1\] holds NaN"),
        (GOOD, LABELS[:2], "3 images but 2 labels"),
        (GOOD, LABELS.float(), "labels as integers"),
        (GOOD, LABELS[None], r"of shape \[1, 3\]"),
        (GOOD, torch.tensor([0, 3, 5]), r"train.labels\[1\] is 3, expected 0 to 2"),
        (GOOD, torch.tensor([0, 1, -1]), r"train.labels\[2\] is -1"),
    ],
)
def test_what_does_not_fit_is_named(
    images: torch.Tensor, labels: torch.Tensor, message: str
) -> None:
    with pytest.raises(AdversarialSamplingError, match=message) as error:
        check_labelled(Images(images, labels), 3)
    assert error.value.code == "data"


def test_bytes_fit() -> None:
    check_labelled(Images(GOOD.to(torch.uint8), LABELS.to(torch.uint8)), 3)
