"""What a process keeps between requests: its models and objects, on its device, and its jobs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from torch import Tensor

from adversarial_sampling import _protocol as protocol
from adversarial_sampling.device import resolve_device
from adversarial_sampling.errors import AdversarialSamplingError
from adversarial_sampling.models import Network

from .bundle import pack
from .events import EventChannel
from .interop.callbacks import Callbacks
from .interop.objects import Objects
from .interop.operations import leave_loop
from .jobs import Jobs
from .programs import leave_programs


class Session:
    """One parent's models and objects on one device."""

    def __init__(self, device: str, folders: Sequence[str]) -> None:
        self.folders = folders
        self.device = resolve_device(device)
        self.jobs = Jobs(EventChannel(str(Path(folders[0]) / "events.sock")), _leave_all)
        self.objects = Objects()
        self.callbacks = Callbacks(self.jobs, self.objects, self.pack)
        self._models: dict[int, Network] = {}
        self._created = 0

    def model(self, number: int) -> Network:
        """The model of that number, which ``add`` gave it."""
        try:
            return self._models[number]
        except KeyError:
            raise AdversarialSamplingError(f"model {number} was disposed of") from None

    def add(self, model: Network) -> protocol.ModelInfo:
        """Keeps a model, and describes it."""
        self._created += 1
        self._models[self._created] = model
        return protocol.ModelInfo(
            model=self._created,
            spec=model.spec,
            tensors=model.tensor_infos(),
            normalization=model.normalization,
        )

    def remove(self, number: int) -> None:
        """Forgets a model."""
        self._models.pop(number, None)

    def pack(self, tensors: Mapping[str, Tensor]) -> protocol.Bundle:
        """A bundle of tensors, in a file of the session's if it is long."""
        return pack(tensors, self.folders)


def _leave_all() -> None:
    leave_programs()
    leave_loop()
