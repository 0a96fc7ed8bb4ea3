"""What a session can be asked: the methods of src/schema/endpoints.ts, by the same names."""

from __future__ import annotations

import os
import platform
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import torch
from torch import Tensor

import adversarial_sampling
from adversarial_sampling import _protocol as protocol
from adversarial_sampling import checkpoint, passes
from adversarial_sampling.data import Images
from adversarial_sampling.device import device_name
from adversarial_sampling.errors import AdversarialSamplingError
from adversarial_sampling.models import Network, build
from adversarial_sampling.noise import noise_from
from adversarial_sampling.predict import predict
from adversarial_sampling.trace import trace
from adversarial_sampling.train import fit

from . import guard
from .bundle import unpack
from .jobs import Job
from .session import Session

_session: Session | None = None


def handle(method: str, request: Any, job: int | None) -> protocol.Message:
    """Answers a call at once, and a job with nothing: its answer comes as its last event."""
    if method in CALLS:
        return CALLS[method](protocol.CALLS[method].model_validate(request))
    if method not in JOBS or job is None:
        raise AdversarialSamplingError(f"expected a method of the protocol, got {method!r}")
    endpoint, message = JOBS[method], protocol.JOBS[method].model_validate(request)
    session = _current()
    session.jobs.start(job, lambda running: endpoint(session, message, running))
    return protocol.Nothing()


def _current() -> Session:
    if _session is None:
        raise AdversarialSamplingError("expected `hello` before anything else")
    return _session


def hello(request: protocol.HelloRequest) -> protocol.HelloAnswer:
    """Begins the session: checks the protocol, takes the folder and the device."""
    global _session  # noqa: PLW0603 - a process is a session
    if request.protocol != protocol.PROTOCOL_VERSION:
        raise AdversarialSamplingError(
            f"expected protocol {protocol.PROTOCOL_VERSION}, got {request.protocol}",
            code="environment",
            suggestion="install the npm package and its Python package in the same version",
        )
    _session = Session(request)
    guard.adopt(request.folder)
    return protocol.HelloAnswer(
        protocol=protocol.PROTOCOL_VERSION,
        package=adversarial_sampling.__version__,
        python=platform.python_version(),
        torch=torch.__version__,
        device=str(_session.device),
        device_name=device_name(_session.device),
        pid=os.getpid(),
    )


def ping(_request: protocol.PingRequest) -> protocol.Nothing:
    """Does nothing."""
    return protocol.Nothing()


def cancel(request: protocol.CancelRequest) -> protocol.Nothing:
    """Asks a job to stop."""
    _current().jobs.cancel(request.job)
    return protocol.Nothing()


def dispose(session: Session, request: protocol.DisposeRequest, _job: Job) -> protocol.Nothing:
    """Forgets a model."""
    session.remove(request.model)
    return protocol.Nothing()


def create(session: Session, request: protocol.CreateRequest, _job: Job) -> protocol.ModelInfo:
    """A new model."""
    return session.add(build(request.spec, session.device))


def load(session: Session, request: protocol.LoadRequest, _job: Job) -> protocol.ModelInfo:
    """The model of a checkpoint."""
    return session.add(
        checkpoint.load(
            request.path,
            spec=request.spec,
            device=session.device,
            pretrained=request.pretrained,
        )
    )


def save(session: Session, request: protocol.SaveRequest, _job: Job) -> protocol.Nothing:
    """Writes a checkpoint."""
    checkpoint.save(session.model(request.model), request.path, format=request.format)
    return protocol.Nothing()


def read(session: Session, request: protocol.ReadRequest, _job: Job) -> protocol.TensorsAnswer:
    """Parameters and buffers by name."""
    state = session.model(request.model).state_dict()
    names = state.keys() if request.names is None else request.names
    _require(names, state)
    return protocol.TensorsAnswer(tensors=session.pack({name: state[name] for name in names}))


def write(session: Session, request: protocol.WriteRequest, _job: Job) -> protocol.Nothing:
    """Overwrites parameters and buffers: all that are given, or none."""
    state = session.model(request.model).state_dict()
    tensors = unpack(request.tensors)
    _require(tensors, state)
    for name, tensor in tensors.items():
        if tensor.shape != state[name].shape:
            raise AdversarialSamplingError(
                f"{name}: expected shape {list(state[name].shape)}, got {list(tensor.shape)}"
            )
    for name, tensor in tensors.items():
        state[name].copy_(tensor)
    return protocol.Nothing()


def run_forward(
    session: Session, request: protocol.ForwardRequest, _job: Job
) -> protocol.ForwardAnswer:
    """One forward."""
    model = session.model(request.model)
    images = unpack(request.tensors)["input"].to(session.device)
    output, kl = passes.forward(model, images, request.options)
    return protocol.ForwardAnswer(kl=_kl(model, kl), tensors=session.pack({"output": output}))


def run_gradients(
    session: Session, request: protocol.GradientsRequest, _job: Job
) -> protocol.GradientsAnswer:
    """One forward and backward."""
    model = session.model(request.model)
    tensors = {name: tensor.to(session.device) for name, tensor in unpack(request.tensors).items()}
    result = passes.gradients(model, tensors["input"], tensors["target"], request.options)
    return protocol.GradientsAnswer(
        loss=result.loss.item(),
        kl=_kl(model, result.kl),
        tensors=session.pack(
            {
                "output": result.output,
                "input_gradient": result.input,
                **{f"gradient/{name}": tensor for name, tensor in result.tensors.items()},
            }
        ),
    )


def run_trace(session: Session, request: protocol.TraceRequest, _job: Job) -> protocol.TraceAnswer:
    """Training steps, recorded forward by forward."""
    model = session.model(request.model)
    tensors = unpack(request.tensors)
    batches = [
        Images(tensors[f"input.{j}"], tensors[f"labels.{j}"]) for j in range(len(tensors) // 2)
    ]
    noise = noise_from(request.noise, model.noise, session.device)
    steps = trace(model, batches, request.options, request.training_size, noise)
    return protocol.TraceAnswer(steps=tuple(steps))


def run_fit(session: Session, request: protocol.FitRequest, job: Job) -> protocol.FitResult:
    """A training run, its events told as they come."""
    tensors = unpack(request.tensors)
    return fit(
        session.model(request.model),
        Images(tensors["train.images"], tensors["train.labels"]),
        Images(tensors["test.images"], tensors["test.labels"]),
        request.options,
        normalization=request.normalization,
        on_event=job.progress,
        should_stop=job.cancelled,
        checkpoint=request.checkpoint,
        state=request.state,
        resume=request.resume,
    )


def run_predict(
    session: Session, request: protocol.PredictRequest, job: Job
) -> protocol.PredictAnswer:
    """Monte Carlo prediction."""
    prediction = predict(
        session.model(request.model),
        unpack(request.tensors)["images"],
        request.options,
        normalization=request.normalization,
        should_stop=job.cancelled,
    )
    return protocol.PredictAnswer(
        tensors=session.pack(
            {
                "logits": prediction.logits,
                "entropy_mean": prediction.entropy_mean,
                "entropy_spread": prediction.entropy_spread,
            }
        )
    )


def _require(names: Iterable[str], state: Mapping[str, Tensor]) -> None:
    unknown = [name for name in names if name not in state]
    if unknown:
        raise AdversarialSamplingError(
            f"expected names of the model's tensors, got {', '.join(unknown[:5])}",
            suggestion=f"it has {', '.join(list(state)[:5])}, …",
        )


def _kl(model: Network, kl: Tensor | float) -> float | None:
    """A plain network has no KL divergence."""
    return float(kl) if model.bayesian else None


CALLS: dict[str, Callable[[Any], protocol.Message]] = {
    "hello": hello,
    "ping": ping,
    "cancel": cancel,
}

JOBS: dict[str, Callable[[Session, Any, Job], protocol.Message]] = {
    "create": create,
    "load": load,
    "save": save,
    "read": read,
    "write": write,
    "forward": run_forward,
    "gradients": run_gradients,
    "trace": run_trace,
    "fit": run_fit,
    "predict": run_predict,
    "dispose": dispose,
}
