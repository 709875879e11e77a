"""docs/reference/metrics.md: what /metrics tells."""

from __future__ import annotations

from importlib import import_module

from django.conf import settings

from apps.dialects.reference.markdown import page, table

_INTRODUCTION = """What `GET /metrics` tells, in Prometheus' text format. Each web process answers
for the whole installation: counters and histograms come together in the database every few
seconds, from every process of every host, and never begin anew; scrape one address. Gauges that
large tables are summed for are measured by the schedule and are as old as
`recto_measured_timestamp_seconds` (those of storage up to five minutes older). How to use all
this: [monitor](../how-to/monitor.md)."""


def document() -> str:
    """The page."""
    # By name: apps do not import the project package.
    catalogue = import_module(f"{settings.ROOT_URLCONF.partition('.')[0]}.metrics").CATALOGUE
    rows = [
        [f"`{one.name}`", one.kind, ", ".join(f"`{label}`" for label in one.labels), one.help]
        for one in sorted(catalogue)
    ]
    return page("Metrics", _INTRODUCTION, table(["Name", "Kind", "Labels", "Meaning"], rows))
