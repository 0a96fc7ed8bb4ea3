"""The jobs of a session whose models are the published code's."""

from __future__ import annotations

from dataclasses import replace
from typing import NoReturn

from adsam_bridge import endpoints
from adsam_bridge.bundle import unpack
from adsam_bridge.job import Job
from adsam_bridge.session import Session
from adversarial_sampling import _protocol as protocol
from adversarial_sampling import checkpoint
from adversarial_sampling.errors import AdversarialSamplingError
from adversarial_sampling.noise import noise_from

from .checkout import import_checkout
from .network import PublishedNetwork, publish, unsupported
from .predict import predict_published
from .steps import trace_published

Jobs = protocol.JobHandlers[Session, Job]


def jobs_of(checkout: str) -> Jobs:
    """Those of the bridge, over the models of a checkout.

    Raises:
        AdversarialSamplingError: ``file`` unless the folder holds the code as it was published.
    """
    code = import_checkout(checkout)

    def create(session: Session, request: protocol.CreateRequest, _job: Job) -> protocol.ModelInfo:
        return session.add(publish(request.spec, code, session.device))

    def load(session: Session, request: protocol.LoadRequest, _job: Job) -> protocol.ModelInfo:
        found = checkpoint.load(
            request.path,
            spec=request.spec,
            pretrained=request.pretrained,
            relative_sigma=request.relative_sigma,
        )
        model = publish(found.spec, code, session.device)
        model.load_state_dict(found.state_dict())
        model.normalization = found.normalization
        return session.add(model)

    def trace(session: Session, request: protocol.TraceRequest, _job: Job) -> protocol.TraceAnswer:
        model = _published(session, request.model)
        batches = endpoints.batches(unpack(request.tensors))
        noise = noise_from(request.noise, model.noise, "cpu")
        steps = trace_published(
            model,
            batches,
            request.options,
            request.training_size,
            noise,
            code,
            request.normalization,
        )
        return protocol.TraceAnswer(steps=tuple(steps))

    def predict(
        session: Session, request: protocol.PredictRequest, job: Job
    ) -> protocol.PredictAnswer:
        model, images = _published(session, request.model), endpoints.images_of(session, request)
        prediction = predict_published(model, images, request.options, code, job.cancelled)
        return endpoints.predicted(session, prediction)

    return replace(
        endpoints.JOBS,
        create=create,
        load=load,
        trace=trace,
        predict=predict,
        fit=_refuse_fit,
        inspect=_refuse_inspect,
        call=_refuse,
        ask=_refuse,
        contract=_refuse,
    )


def _published(session: Session, number: int) -> PublishedNetwork:
    model = session.model(number)
    assert isinstance(model, PublishedNetwork)
    return model


def _refuse_fit(_session: Session, _request: protocol.FitRequest, _job: Job) -> NoReturn:
    raise unsupported(
        "its loop tells of no steps and keeps no training state",
        suggestion="take its steps with `trace`, or train with the backend torch",
    )


def _refuse_inspect(_session: Session, _request: protocol.InspectRequest, _job: Job) -> NoReturn:
    raise unsupported("its layers do not show what they compute on the way")


def _refuse(_session: Session, _request: protocol.Message, _job: Job) -> NoReturn:
    raise AdversarialSamplingError("expected the backend torch, which calls any Python")
