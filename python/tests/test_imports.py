"""What is imported, which is most of the time from a session's start to its first step."""

from __future__ import annotations

import os
import subprocess
import sys

PROGRAM = """
import sys
import torch
from adversarial_sampling import FitOptions, Images, NetworkSpec, build, fit, predict
from adversarial_sampling import PredictOptions

model = build(NetworkSpec(kind="resnet20"))
images = torch.zeros(4, 3, 8, 8)
for optimizer in ("adam", "sgd"):
    fit(model, Images(images, torch.arange(4)), options=FitOptions(epochs=1, optimizer=optimizer))
predict(model, images, PredictOptions(samples=2))
print("torch._dynamo" in sys.modules)
"""


def test_the_compiler_of_torch_stays_out() -> None:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-c", PROGRAM],
        capture_output=True,
        text=True,
        check=False,
        env=environment,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "False"
