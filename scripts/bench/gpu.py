"""Measures the contenders on a GPU, the most important first, with nothing but Python.

    PYTHONPATH=python python scripts/bench/gpu.py OUT.json [CHECKOUT OF THE PUBLISHED CODE]

What `adsam bench --device cuda` measures, for machines without Node: whoever is compared takes
turns, each in a process of its own that stands still meanwhile. OUT.json is written anew after
each comparison, as `adsam bench --json` writes it, so that a run that is cut off leaves what it
has found; `scripts/bench/table.ts` makes a table of it.
"""

from __future__ import annotations

import contextlib
import json
import os
import platform
import subprocess
import sys
from collections.abc import Mapping
from datetime import datetime, timezone
from math import ceil
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

import torch

from adversarial_sampling import __version__
from adversarial_sampling.device import device_name, processor_name

Json = dict[str, Any]

DEVICE = "cuda"
EFFORT: Json = {
    "rounds": 7,
    "leastRounds": 3,
    "turnSeconds": 0.3,
    "budgetSeconds": 30,
    "longestCallSeconds": 20,
}
IMAGES_AT_MOST = 20_000
WORK: Json = {"network": "resnet20", "batch": 100, "size": 32}
OURS, PUBLISHED, NATIVE = "ours", "the published code", "native kernels"
GRAPH = "7 deterministic passes as a CUDA graph"


class NotMeasured(Exception):  # noqa: N818 - an answer that was foreseen
    """Why a contender takes no part."""


class Contender:
    """A process of ``adsam_bench``; context manager."""

    def __init__(self, request: Json, checkout: str | None) -> None:
        calls = max(12, min(200, IMAGES_AT_MOST // request["batch"]))
        whole = {"calls": calls, **request}
        self.limit = whole["calls"]
        whole |= {
            "device": DEVICE,
            "threads": os.cpu_count() or 1,
            "checkout": checkout,
        }
        self._process = subprocess.Popen(  # noqa: S603
            [sys.executable, "-m", "adsam_bench", json.dumps(whole)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.seconds: list[float] = []
        self.versions: Json = self._hear()["ready"]["versions"]

    def take(self, calls: int) -> Json:
        """Seconds and peak bytes of so many calls."""
        assert self._process.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.write(f"{calls}\n")
            self._process.stdin.flush()
        return self._hear()

    def turns(self) -> int:
        """Warms up; the calls that make a turn of the length wanted."""
        first = self.take(1)["seconds"]
        if first > EFFORT["longestCallSeconds"]:
            raise NotMeasured(f"one call took {first:.0f} s")
        self.take(2)  # the second call of a shape is the one that is recorded
        again = self.take(2)["seconds"] / 2
        most = (self.limit - 5) // EFFORT["rounds"]
        return max(1, min(ceil(EFFORT["turnSeconds"] / again), most))

    def _hear(self) -> Json:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        said = json.loads(line) if line else {"unmeasured": "it ended early"}
        if "unmeasured" in said:
            self.end()
            raise NotMeasured(said["unmeasured"])
        return said

    def end(self) -> None:
        """Ends the process."""
        self._process.kill()
        self._process.wait()


Race = dict[str, list[float]]
"""Seconds of one call, round by round, by contender."""


class Bench:
    """The report that grows; see ``main`` for what is measured."""

    def __init__(self, out: Path, checkout: str | None) -> None:
        self._out, self._checkout = out, checkout
        self._versions: Json = {
            "adversarial-sampling": __version__,
            "python": platform.python_version(),
            "torch": torch.__version__,
        }
        self._suites: list[Json] = []
        self._date = datetime.now(timezone.utc).isoformat(timespec="milliseconds")

    def suite(self, name: str, about: str, contenders: Mapping[str, Json], *figures: Json) -> Race:
        """Races them and writes what came; ``figures`` are quotients, ``of`` by ``to``."""
        began = perf_counter()
        race, unmeasured = self._race(contenders)
        found = [
            _figure(
                f"{f['of']} / {f['to']}",
                "×",
                [a / b for a, b in zip(race[f["of"]], race[f["to"]], strict=False)],
                f.get("target"),
            )
            for f in figures
            if f["of"] in race and f["to"] in race
        ]
        found += [_figure(n, "ms", [s * 1000 for s in values]) for n, values in race.items()]
        self._add(name, about, began, found, unmeasured)
        return race

    def memory(self) -> None:
        """Peak memory of the tensors of a step, in a fresh process each."""
        began = perf_counter()
        peaks: Race = {}
        unmeasured: list[Json] = []
        for name, contender in ((OURS, "fit"), (PUBLISHED, "published-step")):
            try:
                one = Contender({**WORK, "contender": contender, "calls": 12}, self._checkout)
                peaks[name] = [one.take(6)["peakBytes"] / 1e6]
                one.end()
            except NotMeasured as reason:
                unmeasured.append({"name": name, "reason": str(reason)})
        found = [_figure(name, "MB", values) for name, values in peaks.items()]
        if len(peaks) == 2:
            ratio = [peaks[OURS][0] / peaks[PUBLISHED][0]]
            found.insert(0, _figure(f"{OURS} / {PUBLISHED}", "×", ratio, {"atMost": 1}))
        about = "peak memory of the tensors of a training step of ResNet-20, batch 100, 32x32"
        self._add("memory", about, began, found, unmeasured)

    def _race(self, contenders: Mapping[str, Json]) -> tuple[Race, list[Json]]:
        running: dict[str, tuple[Contender, int]] = {}
        unmeasured: list[Json] = []
        for name, request in contenders.items():
            try:
                one = Contender({**WORK, **request}, self._checkout)
                running[name] = one, one.turns()
                self._versions |= one.versions
            except NotMeasured as reason:
                unmeasured.append({"name": name, "reason": str(reason)})
        began = perf_counter()
        for turn in range(EFFORT["rounds"]):
            late = perf_counter() - began > EFFORT["budgetSeconds"]
            if turn >= EFFORT["leastRounds"] and late:
                break
            for one, calls in running.values():
                one.seconds.append(one.take(calls)["seconds"] / calls)
        for one, _ in running.values():
            one.end()
        return {name: one.seconds for name, (one, _) in running.items()}, unmeasured

    def _add(
        self,
        name: str,
        about: str,
        began: float,
        figures: list[Json],
        unmeasured: list[Json],
    ) -> None:
        self._suites.append(
            {
                "name": name,
                "about": about,
                "seconds": perf_counter() - began,
                "figures": figures,
                "unmeasured": unmeasured,
                "failure": None,
            }
        )
        for f in figures:
            spread = f"{f['median']:.3g} {f['unit']} ({f['minimum']:.3g} to {f['maximum']:.3g})"
            print(f"{name:12} {f['name']:58} {spread}", flush=True)
        for missing in unmeasured:
            print(f"{name:12} {missing['name']}: {missing['reason']}", flush=True)
        self._out.write_text(json.dumps(self._report(), indent=2, ensure_ascii=False) + "\n")

    def _report(self) -> Json:
        device = torch.device(DEVICE)
        machine = {
            "cpu": processor_name(),
            "cores": os.cpu_count(),
            "platform": f"{sys.platform} {platform.machine()}",
            "device": DEVICE,
            "deviceName": device_name(device),
            "threads": os.cpu_count(),
        }
        return {
            **{
                "format": 1,
                "date": self._date,
                "machine": machine,
                "versions": self._versions,
            },
            **{"effort": EFFORT, "suites": self._suites, "unmeasured": []},
        }


def _figure(name: str, unit: str, values: list[float], target: Json | None = None) -> Json:
    spread = {"median": median(values), "minimum": min(values), "maximum": max(values)}
    return {
        "name": name,
        "unit": unit,
        **spread,
        "count": len(values),
        "target": target,
    }


def main(out: Path, checkout: str | None) -> None:
    bench = Bench(out, checkout)
    step: Json = {"contender": "fit"}
    steps = {
        OURS: step,
        GRAPH: {"contender": "graph"},
        PUBLISHED: {"contender": "published-step"},
        "one deterministic pass": {"contender": "passes", "passes": 1},
    }
    against_published: Json = {"of": PUBLISHED, "to": OURS}
    against_graph: Json = {"of": OURS, "to": GRAPH}
    bench.suite(
        "step",
        "a training step of ResNet-20, batch 100, 32x32, against the published code and the floor",
        steps,
        {**against_published, "target": {"atLeast": 12}},
        {**against_graph, "target": {"atMost": 1.3}},
    )
    modes: dict[str, Json] = {
        "bfloat16": {"spec": {"dtype": "bfloat16"}},
        NATIVE: {"options": {"kernels": "native"}},
        "TF32": {"options": {"tf32": True}},
    }
    bench.suite(
        "modes",
        "the step in each other mode",
        {OURS: step, **{name: {**step, **change} for name, change in modes.items()}},
        {"of": OURS, "to": "bfloat16", "target": {"atLeast": 1.5}},
        {"of": OURS, "to": NATIVE},
        {"of": OURS, "to": "TF32"},
    )
    bench.suite(
        "prediction",
        "Monte Carlo prediction of ResNet-20, 30 samples, batch 100, 32x32",
        {OURS: {"contender": "predict"}, PUBLISHED: {"contender": "published-predict"}},
        {**against_published, "target": {"atLeast": 8}},
    )
    bench.suite(
        "vi",
        "a plain VI step of ResNet-20, batch 100, 32x32, against bayesian-torch's layers",
        {
            OURS: {**step, "options": {"ratio": 0, "fidelity": "paper"}},
            "bayesian-torch": {"contender": "bayesian-torch"},
        },
        {"of": "bayesian-torch", "to": OURS, "target": {"atLeast": 4}},
    )
    bench.memory()
    for batch in (25, 400, 1600):
        bench.suite(
            "batch",
            f"a training step of ResNet-20, batch {batch}, 32x32",
            {name: {**request, "batch": batch} for name, request in list(steps.items())[:3]},
            against_published,
            against_graph,
        )
    bench.suite(
        "vgg16",
        "a training step of VGG-16, batch 100, 32x32",
        {name: {**request, "network": "vgg16"} for name, request in steps.items()},
        against_published,
        against_graph,
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else None)
