"""A training run: epochs of steps, validated, written down, and resumed bit for bit."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator
from contextlib import contextmanager
from math import ceil

import torch

from ._protocol import FitOptions, FitResult, InputNormalization, Keep, NetworkSpec, StateEvery
from .data import Images, check_labelled
from .device import multiplying
from .errors import AdversarialSamplingError
from .models import Network, check_model, parameter_dtype
from .normalization import Normalizer, resolve_normalization, said_of
from .patience import check_metric
from .reporting import OnEvent
from .run import Run
from .run_files import RunFiles
from .schedules import check_schedules
from .stages import Stages

Path = str | os.PathLike[str]


def fit(
    model: Network,
    train: Images,
    test: Images | None = None,
    options: FitOptions | None = None,
    *,
    normalization: InputNormalization = "model",
    on_event: OnEvent | None = None,
    should_stop: Callable[[], bool] | None = None,
    checkpoint: Path | None = None,
    state: Path | None = None,
    state_every: StateEvery | None = None,
    keep: Keep | None = None,
    events: Path | None = None,
    resume: Path | None = None,
    stages: Stages | None = None,
) -> FitResult:
    """Trains ``model`` by Adversarial Sampling. Same seed, same device: same run, bit for bit.

    Args:
        model: a network; its mode and its noise are its own again afterwards.
        train: to train on, every image once an epoch; the last batch may have fewer images, down
            to one, and is trained on like any other.
        test: to validate on after each epoch.
        options: see ``FitOptions``; the reference's by default.
        normalization: of the images. "model": of pixels, which are whole numbers, what the model
            was trained with; floating point numbers are the network's input already. A
            normalization is applied to either; None: either is the network's input already. The
            model keeps it as its ``normalization``, in place of the one that it had.
        on_event: told of every step, in bunches of about 50 ms, and of every epoch. A loss that
            has become NaN is NaN there.
        should_stop: asked after every step; true ends the run with status "cancelled".
        checkpoint: where the model is saved after each epoch and at the end.
        state: where everything needed to go on is saved before it, the model included.
        state_every: when it is saved in the middle of an epoch; every 5 minutes by default.
        keep: which models are kept beside the checkpoint, as ``<its name>-best`` and
            ``<its name>-epoch-<epochs>``; none by default.
        events: where every event is written, one JSON document a line.
        resume: such a state to go on from, with the same options; more epochs are fine. What
            ``events`` holds from after the state is cut off.
        stages: what of each step is computed elsewhere.

    Raises:
        AdversarialSamplingError: ``data``, ``usage``, ``checkpoint`` or ``file``, before training
            where it can be known, and then no file is changed: so for a batch of one image, where
            a batch norm sees one pixel of it, and a variance of one value is asked for.
            ``diverged`` when the loss or a weight is no finite number any more, and ``disk``; what
            was saved before stays.
    """
    check_model(model)
    options = options or FitOptions()
    classes = _classes(model)
    for name, data in (("train", train), ("test", test)):
        if data is not None:
            check_labelled(data, classes, name)
            model.check_input(data.images.shape)
    _check_alike(train, test)
    _check_batches(model, train.images.shape, options.batch)
    resolved = resolve_normalization(model.normalization, train.images, normalization)
    normalize = Normalizer(resolved, parameter_dtype(model.spec), model.device)
    check_schedules(options)
    files = RunFiles(checkpoint, state, events, state_every, keep)
    check_metric(options, keep or Keep(), validated=test is not None)
    run = Run(
        model, train, test, options, normalize, files, on_event, should_stop or _never, stages
    )
    if resume is not None:
        run.restore(resume)
    model.normalization = said_of(train.images, resolved) or model.normalization
    with (
        model.drawing_from(run.streams.noise),
        model.in_mode(train=True),
        multiplying(tf32=options.tf32),
        _repeatable(),
    ):
        return run.go()


def _check_alike(train: Images, test: Images | None) -> None:
    """Raises a ``data`` error where one part is pixels and the other is not."""
    if test is not None and test.images.is_floating_point() != train.images.is_floating_point():
        raise AdversarialSamplingError(
            f"expected train.images and test.images of one kind, got {train.images.dtype} and "
            f"{test.images.dtype}",
            code="data",
            suggestion="give both as pixels, or both as floating point numbers",
        )


def _check_batches(model: Network, shape: torch.Size, size: int) -> None:
    """Raises a ``usage`` error, before training, where one of an epoch's batches is too small."""
    count = ceil(shape[0] / size)
    images = shape[0] % size or size  # of the last, which no other is smaller than
    number = 1 if size == 1 else count
    model.check_batch(torch.Size([images, *shape[1:]]), f"batch {number} of {count}")


def _never() -> bool:
    return False


def _classes(model: Network) -> int:
    if isinstance(model.spec, NetworkSpec):
        return model.spec.classes
    raise AdversarialSamplingError(
        f"expected a network to train, got a {model.spec.kind} layer on its own"
    )


@contextmanager
def _repeatable() -> Generator[None]:
    """On a GPU, convolutions whose sums are added in the same order every time."""
    cudnn = torch.backends.cudnn
    before = cudnn.deterministic, cudnn.benchmark
    cudnn.deterministic, cudnn.benchmark = True, False
    try:
        yield
    finally:
        cudnn.deterministic, cudnn.benchmark = before
