"""Fits the weights of confidences, and says how far they can be believed."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from apps.extraction.reading import proofs
from apps.extraction.reading.findings import Field

_RIDGE = 1.0
_ROUNDS = 60


@dataclass(frozen=True)
class Sample:
    """A value with its features, and whether it is right."""

    features: tuple[str, ...]
    right: bool


def sample(field: Field, *, right: bool) -> Sample:
    """What `confidence.probability` is asked with for the field."""
    scan = proofs.scan_features(field.spot) if field.spot else ()
    return Sample((*scan, *field.features), right)


def fit(samples: Sequence[Sample]) -> dict[str, float]:
    """Ridge-penalised logistic regression by Newton's method; the bias is not penalised."""
    names = ["bias", *sorted({name for entry in samples for name in entry.features})]
    column = {name: index for index, name in enumerate(names)}
    design = np.zeros((len(samples), len(names)))
    design[:, 0] = 1
    for index, entry in enumerate(samples):
        for name in entry.features:
            design[index, column[name]] = 1
    target = np.array([entry.right for entry in samples], dtype=float)
    penalty = np.full(len(names), _RIDGE)
    penalty[0] = 1e-3
    weights = np.zeros(len(names))
    for _ in range(_ROUNDS):
        chance = 1 / (1 + np.exp(-np.clip(design @ weights, -30, 30)))
        slope = design.T @ (target - chance) - penalty * weights
        bend = (design * (chance * (1 - chance))[:, None]).T @ design + np.diag(penalty)
        step = np.linalg.solve(bend, slope)
        weights += step
        if np.abs(step).max() < 1e-6:
            break
    return {name: round(float(weight), 3) for name, weight in zip(names, weights, strict=True)}


@dataclass(frozen=True)
class Bin:
    """The values whose confidence lies in one interval."""

    low: float
    high: float
    count: int
    told: float
    right: float


def bins(pairs: Sequence[tuple[float, bool]]) -> list[Bin]:
    """Reliability: what the confidences say, and how often they are right."""
    made = []
    edges = (0.0, 0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 1.0001)
    for low, high in itertools.pairwise(edges):
        inside = [(sure, right) for sure, right in pairs if low <= sure < high]
        if inside:
            told = sum(sure for sure, _ in inside) / len(inside)
            right = sum(right for _, right in inside) / len(inside)
            made.append(Bin(low, min(high, 1.0), len(inside), told, right))
    return made


def expected_error(pairs: Sequence[tuple[float, bool]]) -> float:
    """The expected calibration error over the bins."""
    total = max(1, len(pairs))
    return sum(entry.count * abs(entry.told - entry.right) for entry in bins(pairs)) / total


def accepted(pairs: Sequence[tuple[float, bool]], threshold: float) -> tuple[int, int]:
    """(values at or above the threshold, how many of them are right)."""
    above = [right for sure, right in pairs if sure >= threshold]
    return len(above), sum(above)
