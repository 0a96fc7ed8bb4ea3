"""The jobs that a session can be given: those of src/schema/endpoints.ts, by the same names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import torch
from torch import Tensor

from adversarial_sampling import _protocol as protocol
from adversarial_sampling import checkpoint, passes
from adversarial_sampling.data import Images
from adversarial_sampling.dtypes import as_real, dtype_name, kind_of
from adversarial_sampling.errors import AdversarialSamplingError
from adversarial_sampling.inspection import inspect
from adversarial_sampling.models import Network, build
from adversarial_sampling.noise import noise_from
from adversarial_sampling.normalization import check_agreement
from adversarial_sampling.predict import Prediction, predict
from adversarial_sampling.stages import Stages
from adversarial_sampling.trace import trace
from adversarial_sampling.train import fit

from .bundle import unpack
from .interop.ask import ask
from .interop.call import call
from .interop.contract import contract
from .job import Job
from .session import Session


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
            relative_sigma=request.relative_sigma,
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
    fitting: dict[str, Tensor] = {}
    for name, tensor in tensors.items():
        own = state[name]
        if tensor.shape != own.shape:
            raise AdversarialSamplingError(
                f"{name}: expected shape {list(own.shape)}, got {list(tensor.shape)}"
            )
        if kind_of(tensor) != kind_of(own):
            raise AdversarialSamplingError(
                f"{name}: expected {kind_of(own)} numbers, got {dtype_name(tensor)}"
            )
        real = own.is_floating_point()
        fitting[name] = as_real(tensor, own.dtype, name) if real else tensor
    for name, tensor in fitting.items():
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


def run_inspect(
    session: Session, request: protocol.InspectRequest, _job: Job
) -> protocol.InspectAnswer:
    """One forward and backward, taken apart."""
    model = session.model(request.model)
    tensors = {name: tensor.to(session.device) for name, tensor in unpack(request.tensors).items()}
    result = inspect(model, tensors["input"], tensors["target"], request.options)
    values = {f"value/{operation.name}": operation.value for operation in result.operations}
    gradients = {
        f"gradient/{operation.name}": operation.gradient
        for operation in result.operations
        if operation.gradient is not None
    }
    return protocol.InspectAnswer(
        loss=result.loss.item(),
        kl=_kl(model, result.kl),
        operations=tuple(operation.name for operation in result.operations),
        tensors=session.pack(_widened({**values, **gradients})),
    )


def run_trace(session: Session, request: protocol.TraceRequest, _job: Job) -> protocol.TraceAnswer:
    """Training steps, recorded forward by forward."""
    model = session.model(request.model)
    steps = trace(
        model,
        batches(unpack(request.tensors)),
        request.options,
        request.training_size,
        noise_from(request.noise, model.noise, session.device),
        request.normalization,
        _stages(session, request.stages),
    )
    return protocol.TraceAnswer(steps=tuple(steps))


def batches(tensors: Mapping[str, Tensor]) -> list[Images]:
    """What the steps of a trace are taken on."""
    count = len(tensors) // 2
    return [Images(tensors[f"input.{j}"], tensors[f"labels.{j}"]) for j in range(count)]


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
        state_every=request.state_every,
        keep=request.keep,
        events=request.events,
        resume=request.resume,
        stages=_stages(session, request.stages),
    )


def _stages(session: Session, number: int | None) -> Stages | None:
    if number is None:
        return None
    stages = session.objects.get(number)
    assert isinstance(stages, Stages)
    return stages


def run_predict(
    session: Session, request: protocol.PredictRequest, job: Job
) -> protocol.PredictAnswer:
    """Monte Carlo prediction."""
    images = images_of(session, request)
    model = session.model(request.model)
    return predicted(session, predict(model, images, request.options, should_stop=job.cancelled))


def images_of(session: Session, request: protocol.PredictRequest) -> Tensor:
    """The images to predict for, normalised as the model is used to where that is asked for."""
    images, asked = unpack(request.tensors)["images"], request.options.normalization
    if request.agreed and asked != "model":
        check_agreement(session.model(request.model).normalization, images, asked)
    return images


def predicted(session: Session, prediction: Prediction) -> protocol.PredictAnswer:
    """A prediction on its way."""
    return protocol.PredictAnswer(tensors=session.pack(prediction._asdict()))


def dispose(session: Session, request: protocol.DisposeRequest, _job: Job) -> protocol.Nothing:
    """Forgets a model."""
    session.remove(request.model)
    return protocol.Nothing()


def _require(names: Iterable[str], state: Mapping[str, Tensor]) -> None:
    unknown = [name for name in names if name not in state]
    if unknown:
        raise AdversarialSamplingError(
            f"expected names of the model's tensors, got {', '.join(unknown[:5])}",
            suggestion=f"it has {', '.join(list(state)[:5])}, …",
        )


def _widened(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """What a network computed in halves, as float32 and exactly: JavaScript counts in those."""
    halves = torch.float16, torch.bfloat16
    return {name: t.float() if t.dtype in halves else t for name, t in tensors.items()}


def _kl(model: Network, kl: Tensor | float) -> float | None:
    """A plain network has no KL divergence."""
    return float(kl) if model.bayesian else None


JOBS = protocol.JobHandlers[Session, Job](
    create=create,
    load=load,
    save=save,
    read=read,
    write=write,
    forward=run_forward,
    gradients=run_gradients,
    inspect=run_inspect,
    call=call,
    ask=ask,
    contract=contract,
    trace=run_trace,
    fit=run_fit,
    predict=run_predict,
    dispose=dispose,
)
