"""What is counted of jobs."""

from __future__ import annotations

from datetime import datetime

from apps.conversion.models import Rendition
from apps.tallies.figures import CONVERSION_SECONDS, CONVERSIONS, FAILURES, QUEUE_SECONDS


def claimed(job: Rendition, now: datetime) -> None:
    """How long a document waited; what is made of a document waits for that as well."""
    if job.parent_id is None:
        waited = (now - job.requested_at).total_seconds()
        QUEUE_SECONDS.observe(waited, lane=Rendition.Lane(job.lane).label.lower())


def ended(job: Rendition, now: datetime, code: str = "") -> None:
    """That a job ended, ready or with an error's code, and how long a ready one ran."""
    what = {"kind": job.kind, "format": job.extension}
    CONVERSIONS.add(**what, state="failed" if code else "ready")
    if code:
        FAILURES.add(code=code, format=job.extension)
    elif job.started_at:
        CONVERSION_SECONDS.observe((now - job.started_at).total_seconds(), **what)
