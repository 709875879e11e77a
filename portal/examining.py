"""What `manage.py doctor` looks at, one function each: what it found, or an exception that says
what is wrong. The remedy stands beside it."""

from __future__ import annotations

import platform
import shutil
import sqlite3
import subprocess
import time
from collections.abc import Callable
from datetime import timedelta
from typing import NamedTuple
from urllib.parse import urlsplit

import django
from celery import current_app
from django.conf import settings
from django.db import connection, connections
from django.db.migrations.executor import MigrationExecutor
from django.http.request import validate_host
from django.utils import timezone

from apps.conversion.models import Rendition
from apps.tallies import store
from apps.workfiles import services as workfiles
from portal import health
from portal import settings as portal_settings

_FONTS = ("Carlito", "Caladea", "Liberation Sans", "DejaVu Sans", "Noto Sans")
_PROGRAMS = ("soffice", "pdftocairo", "rsvg-convert")
_STUCK = timedelta(minutes=2)
_WAITING = timedelta(minutes=5)
_SILENT_SECONDS = 180
_APART_SECONDS = 5


class Examination(NamedTuple):
    """One thing to look at."""

    name: str
    look: Callable[[], str]
    remedy: str


def _version() -> str:
    python, web = platform.python_version(), django.get_version()
    database = f"{connection.vendor} {'.'.join(map(str, _database_version()))}"
    return f"Recto {portal_settings.VERSION}, Python {python}, Django {web}, {database}"


def _database_version() -> tuple[int, ...]:
    if connection.vendor == "sqlite":
        return sqlite3.sqlite_version_info
    return tuple(connection.get_database_version())


def _migrations() -> str:
    executor = MigrationExecutor(connections["default"])
    pending = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if pending:
        raise RuntimeError(f"{len(pending)} migrations are not applied")
    return "all applied"


def _files() -> str:
    """Writes, reads and removes a file where documents are kept."""
    where = urlsplit(settings.STORAGE_URL).hostname or "local disk"
    began = time.monotonic()
    workfiles.try_storage()
    return f"{where}: written, read and removed in {time.monotonic() - began:.2f} s"


def _fonts() -> str:
    listed = subprocess.run(
        ["fc-list", ":", "family"],  # noqa: S607
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    missing = [font for font in _FONTS if font not in listed]
    if missing:
        raise RuntimeError(f"missing: {', '.join(missing)}")
    return ", ".join(_FONTS)


def _programs() -> str:
    missing = [program for program in _PROGRAMS if shutil.which(program) is None]
    if missing:
        raise RuntimeError(f"missing: {', '.join(missing)}")
    return ", ".join(_PROGRAMS)


def _broker() -> str:
    with current_app.connection_for_write() as broker:
        broker.ensure_connection(max_retries=1, timeout=5)
    return settings.BROKER_URL.partition(":")[0]


def _clock() -> str:
    if time.time() < 1_767_225_600:
        raise RuntimeError("the clock stands before 2026")
    apart = 0.0
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT extract(epoch FROM clock_timestamp())")
            apart = abs(time.time() - float(cursor.fetchone()[0]))
    if apart > _APART_SECONDS:
        raise RuntimeError(f"{apart:.0f} s apart from the database's clock")
    return time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime())


def _queue() -> str:
    queued = Rendition.objects.filter(state=Rendition.State.QUEUED)
    old = queued.filter(requested_at__lt=timezone.now() - _WAITING).count()
    if old:
        raise RuntimeError(f"{old} jobs have waited for more than {_WAITING.seconds // 60} minutes")
    return f"{queued.count()} jobs wait"


def _jobs() -> str:
    running = Rendition.objects.filter(state=Rendition.State.RUNNING)
    stuck = running.filter(lease_until__lt=timezone.now() - _STUCK).count()
    if stuck:
        raise RuntimeError(f"{stuck} jobs lost their worker and were not taken up again")
    return f"{running.count()} jobs run"


def _schedule() -> str:
    noted = store.totals("recto_measured_timestamp_seconds")["recto_measured_timestamp_seconds"]
    if not noted:
        return "has measured nothing yet; it does so half a minute after its first start"
    ago = time.time() - noted[0][1]
    if ago > _SILENT_SECONDS:
        raise RuntimeError(f"it measured last {ago / 60:.0f} minutes ago")
    return f"measured {ago:.0f} s ago"


def _address() -> str:
    """The settings that fit together, or callers are turned away."""
    public = urlsplit(settings.PUBLIC_URL)
    if not validate_host(public.hostname or "", settings.ALLOWED_HOSTS):
        raise RuntimeError(f"ALLOWED_HOSTS does not name {public.hostname}, PUBLIC_URL's host")
    if public.scheme == "https" and settings.SECURE_PROXY_SSL_HEADER is None:
        raise RuntimeError("PUBLIC_URL is https and BEHIND_PROXY is not set")
    if settings.DEBUG:
        raise RuntimeError("DEBUG is on: error pages tell everything")
    local = public.hostname in {"localhost", "127.0.0.1", "::1"}
    plain = public.scheme == "http" and not local
    note = "; without HTTPS, for a network you trust only" if plain else ""
    return f"{settings.PUBLIC_URL}{note}"


_START = "Start the portal with `make run`; its log says why the engine ended."
_PACKAGES = "Run `make setup`, or install the Debian packages of deploy/packages.txt."
_HEALTH = {
    "database": "Check DATABASE_URL and that the database answers.",
    "storage": "Free some space below DATA_DIR, or point STORAGE_URL at an object store.",
}
EXAMINATIONS = (
    Examination("version", _version, "Check DATABASE_URL and that the database answers."),
    *(Examination(name, look, _HEALTH.get(name, _START)) for name, look in health.CHECKS.items()),
    Examination("migrations", _migrations, "Run `manage.py migrate`."),
    Examination(
        "files",
        _files,
        "Check STORAGE_URL, or that DATA_DIR can be written by the user the portal runs as.",
    ),
    Examination("fonts", _fonts, _PACKAGES),
    Examination("programs", _programs, _PACKAGES),
    Examination("broker", _broker, "Check BROKER_URL and that the broker answers."),
    Examination(
        "schedule",
        _schedule,
        "One `schedule` and at least one `worker` must run; restart them.",
    ),
    Examination(
        "queue",
        _queue,
        "Is there a `worker`, and an engine on its host? Add hosts if all are busy.",
    ),
    Examination("jobs", _jobs, "The schedule gives them to another worker: see `schedule`."),
    Examination(
        "clock",
        _clock,
        "Let the host keep its time (NTP): sessions and tokens expire by the clock.",
    ),
    Examination(
        "address",
        _address,
        "Set PUBLIC_URL, ALLOWED_HOSTS and BEHIND_PROXY as docs/how-to/deploy.md has it.",
    ),
)
