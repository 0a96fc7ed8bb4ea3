"""Trains without TypeScript, once for each line on stdin, and prints the seconds that `fit` took."""

import json
import sys
import time

from adversarial_sampling import FitOptions, Images, NetworkSpec, Normalization, build, fit
from safetensors.torch import load_file

data = load_file(sys.argv[1])
settings = json.loads(sys.argv[2])
spec = NetworkSpec.model_validate(settings["spec"])
options = FitOptions.model_validate(settings["options"])
normalization = Normalization.model_validate(settings["normalization"])

for _ in sys.stdin:
    model = build(spec)
    start = time.perf_counter()
    fit(model, Images(data["images"], data["labels"]), None, options, normalization=normalization)
    print(time.perf_counter() - start, flush=True)
