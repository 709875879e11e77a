"""The figures that are counted as things happen, under the names that Prometheus knows them by.

Counting is adding to a dictionary in memory. Every few seconds what a process has counted goes to
the database in one statement (`store`), so that each process of each host answers with the same
totals, and a process that dies takes a few seconds' counts with it and no more.
"""

from __future__ import annotations

import json
import threading
from bisect import bisect_left
from collections import defaultdict
from dataclasses import dataclass

from django.db import transaction

Key = tuple[str, str]  # name, labels as JSON
_counted: defaultdict[Key, float] = defaultdict(float)
_lock = threading.Lock()
# Upper bounds in seconds, as Prometheus' `le` spells them.
SECONDS = ("0.01", "0.025", "0.05", "0.1", "0.25", "0.5", "1", "2.5", "5", "10", "30", "60", "300")
_BOUNDS = [float(bound) for bound in SECONDS]
_LABEL_CHARACTERS = 40


@dataclass(frozen=True, slots=True)
class Counter:
    """How often something happened."""

    name: str
    help: str
    labels: tuple[str, ...]

    def add(self, value: float = 1, /, **labels: str) -> None:
        """Counts, with a value for each of the figure's labels."""
        _add({(self.name, self._spelled(labels)): value})

    def add_on_commit(self, value: float = 1, /, **labels: str) -> None:
        """Counts once the transaction is through, and never if it is not."""
        transaction.on_commit(lambda: self.add(value, **labels))

    def _spelled(self, labels: dict[str, str], **more: str) -> str:
        if labels.keys() != set(self.labels):
            raise ValueError(f"{self.name} has the labels {self.labels}, not {tuple(labels)}")
        short = {name: value[:_LABEL_CHARACTERS] for name, value in labels.items()}
        return json.dumps(short | more, sort_keys=True)


@dataclass(frozen=True, slots=True)
class Histogram(Counter):
    """How long something took, in seconds."""

    def observe(self, seconds: float, /, **labels: str) -> None:
        """Counts one that took so long."""
        place = bisect_left(_BOUNDS, seconds)
        bound = SECONDS[place] if place < len(SECONDS) else "+Inf"
        _add(
            {
                (f"{self.name}_bucket", self._spelled(labels, le=bound)): 1,
                (f"{self.name}_sum", self._spelled(labels)): seconds,
            }
        )


REQUESTS = Counter(
    "recto_requests_total",
    "Requests answered: by whose API (`surface`), which view, and status.",
    ("surface", "view", "status"),
)
REQUEST_SECONDS = Histogram(
    "recto_request_duration_seconds", "How long requests took to answer.", ("surface",)
)
ERRORS = Counter(
    "recto_errors_total", "Errors answered, by code of docs/reference/errors.md.", ("code",)
)
SESSIONS = Counter("recto_sessions_opened_total", "Sessions opened.", ("kind", "dialect"))
CLIENT_SESSIONS = Counter(
    "recto_client_sessions_opened_total", "Sessions opened, by client.", ("client",)
)
CONVERSIONS = Counter(
    "recto_conversions_total",
    "Conversion jobs ended: what was made (`kind`) of which format, and `ready` or `failed`.",
    ("kind", "format", "state"),
)
CONVERSION_SECONDS = Histogram(
    "recto_conversion_duration_seconds",
    "How long jobs that came out ready ran.",
    ("kind", "format"),
)
FAILURES = Counter(
    "recto_conversion_failures_total",
    "Conversion jobs failed, by code of docs/reference/errors.md.",
    ("code", "format"),
)
QUEUE_SECONDS = Histogram(
    "recto_queue_wait_seconds",
    "How long documents waited for a worker, by lane.",
    ("lane",),
)
WEBHOOKS = Counter(
    "recto_webhook_deliveries_total",
    "Attempts to deliver a webhook message: `delivered`, `retried` later or `given_up`.",
    ("outcome",),
)
ORPHANS = Counter(
    "recto_orphans_removed_bytes_total",
    "Bytes that a crash left in storage without a record, found and removed by the sweep.",
    (),
)
COUNTERS = (REQUESTS, ERRORS, SESSIONS, CLIENT_SESSIONS, CONVERSIONS, FAILURES, WEBHOOKS, ORPHANS)
HISTOGRAMS = (REQUEST_SECONDS, CONVERSION_SECONDS, QUEUE_SECONDS)


def take() -> dict[Key, float]:
    """What was counted since the last call."""
    with _lock:
        counted = dict(_counted)
        _counted.clear()
    return counted


def give_back(counted: dict[Key, float]) -> None:
    """Counts again what could not be stored."""
    _add(counted)


def _add(values: dict[Key, float]) -> None:
    with _lock:
        for key, value in values.items():
            _counted[key] += value
