"""`manage.py doctor`: is this host fit to serve, and if not, what to do."""

from __future__ import annotations

import json
import shutil
import subprocess
import time
from collections.abc import Callable
from typing import Any

from celery import current_app
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connections
from django.db.migrations.executor import MigrationExecutor

from portal import health

_FONTS = ("Carlito", "Caladea", "Liberation Sans", "DejaVu Sans", "Noto Sans")
_REMEDIES = {
    "database": "Check DATABASE_URL and that the database answers.",
    "migrations": "Run `manage.py migrate`.",
    "storage": "Free some space below DATA_DIR, or point STORAGE_URL at an object store.",
    "engine-office": "Start the portal with `make run`; its log says why the engine ended.",
    "engine-pages": "Start the portal with `make run`; its log says why the engine ended.",
    "engine-templates": "Start the portal with `make run`; its log says why the engine ended.",
    "fonts": "Run `make setup`, or install the Debian packages of deploy/packages.txt.",
    "programs": "Run `make setup`, or install the Debian packages of deploy/packages.txt.",
    "broker": "Check BROKER_URL and that the broker answers.",
    "clock": "Let the host keep its time (NTP): sessions and tokens expire by the clock.",
}


def _migrations() -> str:
    executor = MigrationExecutor(connections["default"])
    pending = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if pending:
        raise RuntimeError(f"{len(pending)} migrations are not applied")
    return "all applied"


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
    wanted = ("soffice", "pdftocairo", "rsvg-convert")
    missing = [program for program in wanted if shutil.which(program) is None]
    if missing:
        raise RuntimeError(f"missing: {', '.join(missing)}")
    return ", ".join(wanted)


def _broker() -> str:
    with current_app.connection_for_write() as connection:
        connection.ensure_connection(max_retries=1, timeout=5)
    return settings.BROKER_URL.partition(":")[0]


def _clock() -> str:
    if time.time() < 1_767_225_600:
        raise RuntimeError("the clock stands before 2026")
    return time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime())


CHECKS: dict[str, Callable[[], str]] = health.CHECKS | {
    "migrations": _migrations,
    "fonts": _fonts,
    "programs": _programs,
    "broker": _broker,
    "clock": _clock,
}


class Command(BaseCommand):
    help = "Checks engine, jail, fonts, storage, database, broker and clock; exit 1 where one fails"
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        parts = {name: health.state(check) for name, check in CHECKS.items()}
        for name, part in parts.items():
            if not part["ready"]:
                part["remedy"] = _REMEDIES[name]
        well = all(part["ready"] for part in parts.values())
        if options["json"]:
            self.stdout.write(json.dumps({"well": well, "parts": parts}, indent=2))
        else:
            for name, part in parts.items():
                mark = self.style.SUCCESS("ok  ") if part["ready"] else self.style.ERROR("FAIL")
                self.stdout.write(f"{mark} {name:14} {part['detail']}")
                if "remedy" in part:
                    self.stdout.write(f"     {'':14} {part['remedy']}")
        if not well:
            raise CommandError("This host is not fit to serve yet.", returncode=1)
