"""The loop of a training run, epoch by epoch."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from time import perf_counter
from typing import Literal

import torch
from torch import Tensor

from ._protocol import EpochEvent, FitOptions, FitResult, StepEvent
from .checkpoint import load_tensors
from .data import Images, augment
from .divergence import check_validation, check_weights
from .fast import FastStep
from .measurements import EpochSums
from .models import Network
from .normalization import Normalizer
from .patience import better, is_spent
from .reporting import OnEvent, Place, StepReporter, timestamp
from .run_files import RunFiles
from .schedules import beta_share, learning_rate
from .stages import Stages
from .state import Progress, Setting, read_state, subset, write_state
from .streams import Streams
from .validate import validate


class Run:
    """A run under way: what ``fit`` drives, writes down and restores."""

    def __init__(
        self,
        model: Network,
        train: Images,
        test: Images | None,
        options: FitOptions,
        normalize: Normalizer,
        files: RunFiles,
        on_event: OnEvent | None,
        should_stop: Callable[[], bool],
        stages: Stages | None = None,
    ) -> None:
        self.streams = Streams(options.seed, model.device, options.noise)
        self._setting = Setting(
            spec=model.spec,
            device=model.device.type,
            options=options,
            normalization=normalize.normalization,
            train_shape=tuple(train.images.shape),
            test_shape=None if test is None else tuple(test.images.shape),
        )
        self._model, self._options, self._normalize = model, options, normalize
        self._train = train.to(model.device)
        self._test = None if test is None else test.to(model.device)
        self._files, self._on_event, self._should_stop = files, on_event, should_stop
        self._step = FastStep(model, options, len(train), stages=stages)
        self._beta = self._step.beta
        self._progress = Progress()
        self._last: StepEvent | None = None
        self._order = torch.empty(0, dtype=torch.int64)
        self._began = perf_counter()

    def go(self) -> FitResult:
        """Runs to the end or until it is stopped, and saves its files after each epoch and then.

        Raises:
            AdversarialSamplingError: ``diverged``, with good weights alone saved; ``disk`` and
                ``file``.
        """
        with self._files.opened(self._progress.steps, self._progress.epochs):
            if self._progress.epochs == self._options.epochs or self._is_spent():
                self._save()
            while self._progress.epochs < self._options.epochs and not self._is_spent():
                done = not self._should_stop() and self._train_epoch() and self._end_epoch()
                if done:
                    self._keep()
                self._save()
                if not done:
                    return self._result("cancelled")
        return self._result("finished")

    def write(self, path: str | os.PathLike[str]) -> None:
        """Writes down everything that the run needs to go on."""
        scale = self._step.scale
        progress = self._progress.model_copy(
            update={
                "seconds": self._seconds(),
                "loss_scale": scale.factor,
                "loss_scale_streak": scale.streak,
            }
        )
        tensors = {
            **{f"model.{name}": tensor for name, tensor in self._model.state_dict().items()},
            **{f"generator.{name}": state for name, state in self.streams.tensors().items()},
            **self._step.tensors(),
            "order": self._order,
        }
        write_state(path, self._setting, progress, tensors)

    def restore(self, path: str | os.PathLike[str]) -> None:
        """Goes on from what ``write`` wrote."""
        self._progress, tensors = read_state(path, self._setting)
        load_tensors(self._model, subset(tensors, "model."), str(path))
        self.streams.restore(subset(tensors, "generator."))
        self._step.restore(tensors)
        self._step.scale.factor = self._progress.loss_scale
        self._step.scale.streak = self._progress.loss_scale_streak
        self._order = tensors["order"]

    def _train_epoch(self) -> bool:
        """Whether it came to its end."""
        progress, size = self._progress, self._options.batch
        rate = learning_rate(self._options, progress.epochs)
        if progress.batch == 0:
            progress.epoch = EpochSums()
            count = len(self._train)
            self._order = (
                self.streams.order(progress.epochs, count)
                if self._options.shuffle
                else torch.arange(count)
            )
            if self._step.fidelity.optimizer_reset == "each-epoch":
                self._step.restart_optimizer()
        self._step.set_learning_rate(rate)
        reporter = StepReporter(self._tell, progress.epoch)
        batches = self._order.to(self._model.device).split(size)
        for indices in batches[progress.batch :]:
            beta = self._beta_at(progress.batch, len(batches))
            self._step.set_beta(beta)
            measurements = self._step(self._inputs(indices), self._train.labels[indices])
            progress.batch += 1
            progress.steps += 1
            place = Place(
                epoch=progress.epochs,
                step=progress.steps,
                batch=progress.batch,
                batches=len(batches),
                learning_rate=rate,
                beta=None if measurements.kl is None else beta,
            )
            # float16 skips a step whose gradient overflows, and tries again with a smaller factor.
            retries = self._step.scale.factor > 1
            reporter.add(place, len(indices), measurements, retries=retries)
            if self._should_stop():
                break
            if progress.batch < len(batches) and self._files.is_state_due(progress.steps):
                reporter.flush()
                self._last = reporter.last
                self._save_state()
        reporter.flush()
        self._last = reporter.last
        return progress.batch == len(batches)

    def _beta_at(self, batch: int, batches: int) -> float:
        """Of a step of the epoch under way, ``batch`` of which come before it."""
        return self._beta * beta_share(self._options, self._progress.epochs, batch, batches)

    def _tell(self, events: Sequence[StepEvent | EpochEvent]) -> None:
        self._files.log(events)
        if self._on_event is not None:
            for event in events:
                self._on_event(event)

    def _save_state(self) -> None:
        self._check_weights()
        self._files.save_state(self.write, self._progress.steps)

    def _save(self) -> None:
        self._save_state()
        self._files.save_model(self._model)

    def _keep(self) -> None:
        """Before the state is saved: what a kill leaves out is then made again."""
        epochs, best = self._progress.epochs, self._progress.best
        self._check_weights()
        is_best = best is not None and best.epoch == epochs - 1
        self._files.keep_model(self._model, epochs, is_best=is_best)

    def _check_weights(self) -> None:
        if self._last is not None:
            check_weights(self._model, self._last)

    def _is_spent(self) -> bool:
        return is_spent(self._progress.epochs, self._progress.best, self._options)

    def _inputs(self, indices: Tensor) -> Tensor:
        images = augment(
            self._train.images[indices],
            flip=self._options.flip,
            crop_padding=self._options.crop_padding,
            draws=self.streams.augmentation(self._progress.steps, len(indices)),
        )
        return self._normalize(images)

    def _end_epoch(self) -> bool:
        """Whether it could be validated before someone asked to stop."""
        progress, validation = self._progress, None
        if self._test is not None and self._options.validation != "none":
            before = self.streams.noise.state
            validation = validate(
                self._model,
                self._test,
                self._options.batch,
                sample=self._options.validation == "sampled",
                normalize=self._normalize,
                should_stop=self._should_stop,
            )
            if validation is None:
                # As if it had not begun: a resumed run validates from the same noise.
                self.streams.noise.restore(before)
                return False
        progress.train, progress.validation = progress.epoch.means(), validation
        event = EpochEvent(
            timestamp=timestamp(),
            epoch=progress.epochs,
            epochs=self._options.epochs,
            step=progress.steps,
            train=progress.train,
            validation=validation,
            images_per_second=progress.epoch.images / progress.epoch.seconds,
            learning_rate=learning_rate(self._options, progress.epochs),
            beta=None
            if progress.train.kl is None
            else self._beta_at(progress.batch - 1, progress.batch),
            seconds=self._seconds(),
        )
        self._tell([event])
        check_validation(event)
        progress.best = better(event, progress.best, self._options)
        progress.epochs, progress.batch = progress.epochs + 1, 0
        return True

    def _seconds(self) -> float:
        """Since the run began, before a resume included."""
        return self._progress.seconds + perf_counter() - self._began

    def _result(self, status: Literal["finished", "cancelled"]) -> FitResult:
        ended_early = status == "finished" and self._progress.epochs < self._options.epochs
        return FitResult(
            status=status,
            epochs=self._progress.epochs,
            steps=self._progress.steps,
            seconds=self._seconds(),
            train=self._progress.train,
            validation=self._progress.validation,
            best=self._progress.best,
            stopped_by="patience" if ended_early else None,
            computed_by=self._step.computed_by,
        )
