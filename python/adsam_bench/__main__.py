"""The program: a request as its only argument, turns on stdin, answers on stdout."""

from __future__ import annotations

import os
import sys
import traceback
from typing import TextIO

import torch

from adversarial_sampling import resolve_device

from .contenders import CONTENDERS
from .request import Request, Unmeasured
from .turns import Turns


def main(text: str, answers: TextIO) -> None:
    """Runs the contender that the request names until nobody wants turns of it any more."""
    request = Request.model_validate_json(text)
    torch.set_num_threads(request.threads)
    torch.manual_seed(request.seed)
    # For everyone what `fit` asks for: the same sums every time, and float32 that is float32.
    torch.backends.cudnn.deterministic = True
    torch.backends.cudnn.allow_tf32 = False
    torch.backends.cuda.matmul.allow_tf32 = False
    device = resolve_device(request.device)
    if device.type == "cuda":
        torch.cuda.set_device(device.index or 0)  # where graphs are captured
    turns = Turns(device, answers)
    try:
        CONTENDERS[request.contender](request, turns)
    except Unmeasured as reason:
        turns.say({"unmeasured": str(reason)})
    except Exception as error:  # noqa: BLE001 - whatever fails, the others can still be measured
        traceback.print_exc()
        turns.say({"unmeasured": f"it failed: {type(error).__name__}: {error}"})


if __name__ == "__main__":
    with os.fdopen(os.dup(1), "w") as stdout:
        os.dup2(2, 1)  # what others print, a compiler among them, is no answer
        main(sys.argv[1], stdout)
    os._exit(0)  # torch's own end takes a while, and there is nothing to tidy up
