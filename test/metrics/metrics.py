"""What scikit-learn and torchmetrics make of the cases on stdin."""

import json
import sys

import numpy as np
from scipy.special import log_softmax, logsumexp, softmax
from sklearn.metrics import (
    accuracy_score,
    average_precision_score,
    log_loss,
    roc_auc_score,
    roc_curve,
)
from torchmetrics.functional.classification import multiclass_calibration_error

import torch


def nll(logits, probabilities, labels):
    """scikit-learn's, which cuts off probabilities below 2.2e-16; those are scipy's."""
    if probabilities[range(len(labels)), labels].min() > 1e-15:
        return log_loss(labels, probabilities, labels=range(probabilities.shape[1]))
    logs = logsumexp(log_softmax(logits, axis=-1), axis=0) - np.log(len(logits))
    return -logs[range(len(labels)), labels].mean()


def metrics(case):
    probabilities = softmax(np.array(case["logits"]), axis=-1).mean(axis=0)
    labels = np.array(case["labels"])
    classes = probabilities.shape[1]
    predicted = probabilities.argmax(axis=1)
    wrong = predicted != labels
    entropy = np.array(case["entropy"])
    found = {
        "accuracy": accuracy_score(labels, predicted),
        "nll": nll(np.array(case["logits"]), probabilities, labels),
        "brier": float(
            ((probabilities - np.eye(classes)[labels]) ** 2).sum(axis=1).mean()
        ),
        "ece": float(
            multiclass_calibration_error(
                torch.tensor(probabilities),
                torch.tensor(labels),
                classes,
                n_bins=15,
                norm="l1",
            )
        ),
        "detection": None,
    }
    # Equal masses, by numpy's own way of cutting a sorted array.
    order = np.argsort(np.round(probabilities.max(axis=1) / 1e-9), kind="stable")
    gaps = (~wrong).astype(float) - probabilities.max(axis=1)
    edges = [-(-bin * len(order) // 15) for bin in range(16)]
    found["adaptiveEce"] = sum(
        abs(part.sum()) for part in np.split(gaps[order], edges[1:-1])
    ) / len(order)
    certain = np.argsort(entropy, kind="stable")
    found["retentionArea"] = (
        np.cumsum(~wrong[certain]) / np.arange(1, len(certain) + 1)
    ).mean()
    if wrong.any() and not wrong.all():
        false, true, _ = roc_curve(wrong, entropy, drop_intermediate=False)
        found["detection"] = {
            "auroc": roc_auc_score(wrong, entropy),
            "aupr": average_precision_score(wrong, entropy),
            "fprAt95": false[np.argmax(true >= 0.95)],
        }
    return found


json.dump([metrics(case) for case in json.load(sys.stdin)], sys.stdout)
