"""Made by `python -m benchmarks.extraction --fit`; see `confidence`."""

WEIGHTS: dict[str, float] = {
    "bias": 1.0,
}
