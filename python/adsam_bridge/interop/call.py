"""The job `call`: a Python function of tensors, and gradients of what it gives."""

from __future__ import annotations

import torch

from adsam_bridge.bundle import unpack
from adsam_bridge.forks import end_if_fork
from adsam_bridge.functions import check_arguments, find_function
from adsam_bridge.job import Job
from adsam_bridge.outputs import gradients_of, tensors_of
from adsam_bridge.programs import program_in
from adsam_bridge.session import Session
from adversarial_sampling import _protocol as protocol
from adversarial_sampling.dtypes import computed_in, narrowed


def call(session: Session, request: protocol.CallRequest, _job: Job) -> protocol.CallAnswer:
    """A Python function of the user's."""
    real = None if request.dtype == "unchanged" else getattr(torch, request.dtype)
    inputs = {
        name: narrowed(
            tensor.to(session.device),
            tensor.dtype if real is None else computed_in(tensor.dtype, real),
            name,
        )
        for name, tensor in unpack(request.tensors).items()
    }
    with program_in(request.program, session.device).running(rest=True) as folder:
        function = find_function(request.target, folder)
        check_arguments(request.target, function, inputs)
        leaves = {name: inputs[name].requires_grad_() for name in request.differentiate}
        result = function(**inputs)
        end_if_fork()  # before it touches tensors, which need threads that it lacks
        outputs = tensors_of(request.target, result, real or torch.float64)
        gradients = gradients_of(outputs, leaves) if leaves else {}
    named = {f"output/{i}": output for i, output in enumerate(outputs)}
    named |= {f"gradient/{name}": gradient for name, gradient in gradients.items()}
    return protocol.CallAnswer(tensors=session.pack(named))
