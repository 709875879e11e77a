"""One database of `scale`: `python -m benchmarks.scale_rows fill ROWS`, then `... time TIMES`."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from statistics import median

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "portal.settings"
django.setup()

from django.utils import timezone  # noqa: E402

from apps.clients.actors import Actor  # noqa: E402
from apps.core.ids import digest, new_token  # noqa: E402
from apps.document_sessions import services  # noqa: E402
from apps.document_sessions.models import DocumentSession  # noqa: E402
from tests.flows import many_rows  # noqa: E402

_SWEPT = 500


def timed(times: int) -> dict[str, float]:
    """Median seconds of each act."""
    identity, live = new_token(), timezone.now() + timedelta(minutes=20)
    rows = DocumentSession.objects.exclude(state="stopped")
    known = rows.order_by("pk")[rows.count() // 2]
    rows.filter(pk=known.pk).update(digest=digest(identity), expires_at=live)
    kinds = (DocumentSession.Kind.VIEW,)
    services.sweep()
    sweeps = []
    for _ in range(5):
        old = list(rows.order_by("-pk").exclude(pk=known.pk).values_list("pk", flat=True)[:_SWEPT])
        then = timezone.now() - timedelta(days=2)
        DocumentSession.objects.filter(pk__in=old).update(expires_at=then)
        sweeps.append(seconds(services.sweep))
    found = [
        seconds(lambda: services.find(Actor.viewer(), identity, kinds=kinds)) for _ in range(times)
    ]
    return {"lookup": median(found), "sweep": median(sweeps)}


def seconds(act: Callable[[], object]) -> float:
    """How long a call takes."""
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def main() -> None:
    """Carries out the one order."""
    order, number = sys.argv[1], int(sys.argv[2])
    if order == "fill":
        many_rows.fill(number)
        found: dict[str, float] = {}
    else:
        found = timed(number)
    print(json.dumps(found))


if __name__ == "__main__":
    main()
