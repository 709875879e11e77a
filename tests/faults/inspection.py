"""What the sweeps leave, told by a process of its own: `python -m tests.faults.inspection`.

Carries out everything that is scheduled as if the days of grace had passed, and prints as JSON what
is left over: jobs that are neither ready nor failed, bytes without a record, records without bytes.
"""

from __future__ import annotations

import json
import os
from datetime import timedelta
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
django.setup()

from django.conf import settings  # noqa: E402
from django.utils import timezone  # noqa: E402

from apps.conversion.models import Rendition  # noqa: E402
from apps.extraction.models import ExtractionRequest  # noqa: E402
from apps.workfiles import services, storage  # noqa: E402
from apps.workfiles.models import Blob  # noqa: E402
from tests.flows.many_rows import schedule  # noqa: E402


def sweep() -> None:
    """Everything old enough to be swept is: nothing is under way while this runs."""
    services._GRACE = services._ORPHANED = timedelta()
    schedule()
    for share in range(storage.SHARES):
        services.sweep_orphans(share)


def stored() -> set[str]:
    """All locations in storage."""
    now = timezone.now() + timedelta(days=1)
    return {place for share in range(storage.SHARES) for place in storage.older_than(now, share)}


def main() -> None:
    sweep()
    recorded = set(Blob.objects.values_list("location", flat=True))
    there = stored()
    working = Rendition.objects.filter(state__in=Rendition.UNDER_WAY)
    asked = ExtractionRequest.objects.filter(state__in=ExtractionRequest.UNDER_WAY)
    left = [str(path) for path in Path(settings.SCRATCH_DIR).iterdir() if path.is_file()]
    found = {
        "wedged": [*(f"{job}: {job.state}" for job in working), *map(str, asked)],
        "orphans": sorted(there - recorded) + left,
        "missing": sorted(recorded - there),
        "unreferenced": services._unreferenced(Blob).count(),
    }
    print(json.dumps(found))  # noqa: T201


if __name__ == "__main__":
    main()
