"""What numpy and scipy make of the cases on stdin: temperatures, thresholds and sets of classes."""

import json
import sys

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import logsumexp, softmax


def mean_nll(logits, labels, temperature):
    logs = logits / temperature
    logs = logs - logsumexp(logs, axis=-1, keepdims=True)
    mixture = logsumexp(logs, axis=0) - np.log(len(logits))
    return -mixture[np.arange(len(labels)), labels].mean()


def least_nll(logits, labels):
    """The best of many bounded searches side by side, within [1 / 64, 64]."""
    edges = np.linspace(-np.log(64), np.log(64), 9)
    found = [
        minimize_scalar(
            lambda t: mean_nll(logits, labels, np.exp(t)),
            bounds=bounds,
            method="bounded",
            options={"xatol": 1e-8},
        ).fun
        for bounds in zip(edges[:-1], edges[1:], strict=True)
    ]
    return float(min(found))


def aps_scores(probabilities, parts):
    """Of each class: what is strictly before it in the order, and a part of its own."""
    order = np.argsort(-probabilities, axis=1, kind="stable")
    ranked = np.take_along_axis(probabilities, order, axis=1)
    before = np.cumsum(ranked, axis=1) - ranked
    scores = np.empty_like(probabilities)
    np.put_along_axis(scores, order, before + np.array(parts)[:, None] * ranked, axis=1)
    return scores


def answer(case):
    logits, labels = np.array(case["logits"]), np.array(case["labels"])
    probabilities = softmax(logits, axis=-1).mean(axis=0)
    half = len(labels) // 2
    own = np.arange(half), labels[:half]
    rank = int(np.ceil((half + 1) * case["coverage"] - 1e-9))
    found = {"nll": least_nll(logits, labels)}
    scores = {
        "split": (1 - probabilities[:half], 1 - probabilities[half:]),
        "aps": (
            aps_scores(probabilities[:half], case["parts"][0]),
            aps_scores(probabilities[half:], case["parts"][1]),
        ),
    }
    for method, (calibrating, judged) in scores.items():
        threshold = np.partition(calibrating[own], rank - 1)[rank - 1]
        inside = judged <= threshold
        found[method] = {
            "threshold": float(threshold),
            "margin": float(np.abs(judged - threshold).min()),
            "coverage": float(inside[np.arange(half), labels[half:]].mean()),
            "meanSize": float(inside.sum(axis=1).mean()),
        }
    return found


json.dump([answer(case) for case in json.load(sys.stdin)], sys.stdout)
