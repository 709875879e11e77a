"""Rules that rest on the database's own doing hold on PostgreSQL as on SQLite.

The unit tests of what is written as conditional UPDATEs, locks, sums and batches, once more.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from tests import servers
from tests.stack import PROJECT

# A round asks the database who it is there, is cut off, and has to come back by itself.
_CUT_OFF = """
import threading, django
django.setup()
from django.db import connection
from apps.core import rounds
backends, enough = [], threading.Event()
def act():
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        backends.append(cursor.fetchone()[0])
        if len(backends) == 3:
            enough.set()
        cursor.execute("SELECT pg_terminate_backend(%s)", backends[-1:])
rounds.begin(act, seconds=0.05, name="cut off")
assert enough.wait(30), backends
print(len(set(backends)))
"""
UNITS = (
    "tests/security/test_accounts.py",
    "tests/unit/audit",
    "tests/unit/clients/test_webhooks.py",
    "tests/unit/conversion/test_eviction.py",
    "tests/unit/conversion/test_jobs.py",
    "tests/unit/conversion/test_leases.py",
    "tests/unit/document_sessions",
    "tests/unit/editing/test_saving.py",
    "tests/unit/envelopes/test_dump.py",
    "tests/unit/portal/test_dashboard.py",
    "tests/unit/portal/test_metrics.py",
    "tests/unit/tallies",
    "tests/unit/workfiles/test_sweep.py",
    "tests/dialects/wopi/test_locks.py",
)


def test_the_same_holds_on_postgresql() -> None:
    # Not below pytest's own place: the run inside would shut the server out of it.
    with (
        tempfile.TemporaryDirectory(prefix="recto-postgresql-") as directory,
        servers.postgresql(Path(directory), hasty=True, tables=True) as database,
    ):
        ran = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *UNITS],
            cwd=PROJECT,
            env=os.environ | {"TESTS_DATABASE_URL": database},
            capture_output=True,
            text=True,
        )
    assert ran.returncode == 0, ran.stdout[-8000:]
    passed = re.search(r"(\d+) passed", ran.stdout)
    assert passed
    assert int(passed[1]) > 200


def test_rounds_go_on_after_the_database_was_away(tmp_path: Path) -> None:
    """Leases are renewed in such rounds: without them jobs would be taken for lost."""
    with servers.postgresql(tmp_path, hasty=True) as database:
        ran = subprocess.run(
            [sys.executable, "-c", _CUT_OFF],
            cwd=PROJECT,
            env=os.environ
            | {
                "DATABASE_URL": database,
                "DATA_DIR": str(tmp_path),
                "DJANGO_SETTINGS_MODULE": "portal.settings",
            },
            capture_output=True,
            text=True,
        )
    assert ran.returncode == 0, ran.stderr[-4000:]
    assert ran.stdout.strip() == "3"
    assert "this did not work; trying again" in ran.stderr
