"""The job `contract`: what modules of the user's offer."""

from __future__ import annotations

import json

from adsam_bridge.contract import code_of, contract_of
from adsam_bridge.job import Job
from adsam_bridge.programs import program_in
from adsam_bridge.session import Session
from adversarial_sampling import _protocol as protocol


def contract(
    session: Session, request: protocol.ContractRequest, _job: Job
) -> protocol.ContractAnswer:
    """What modules of the user's offer."""
    with program_in(request.program, session.device).running() as folder:
        offered = contract_of(list(request.modules), folder)
        code = code_of(list(request.modules), folder)
    return protocol.ContractAnswer(contract=json.dumps(offered), code=json.dumps(code))
