"""From what speaks for a value to the probability that it is right.

A logistic function of features that are either there or not. The weights were fitted by
`python -m benchmarks.extraction --fit` on the development half of the benchmark's documents
(ridge-penalised logistic regression); `--check` prints how well the other half agrees.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

from apps.extraction.reading.weights import WEIGHTS

# At or above it a value may be taken over without a person looking: the precision measured
# there is at least 0.99. Fields whose truth the benchmark does not know stay below it, unless a
# check digit or embedded machine data proves them.
AUTO_ACCEPT = 0.95
UNMEASURED = 0.9


def probability(features: Iterable[str]) -> float:
    """The probability for a value of which these features hold; unknown features count 0."""
    total = sum(WEIGHTS.get(feature, 0.0) for feature in ("bias", *features))
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, total))))
