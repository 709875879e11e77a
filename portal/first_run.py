"""Prepares the data directory: schema, static files, an administrator, a demo session.

`python -m portal.first_run schema files` takes only those steps: where web and workers have hosts
of their own the schema is prepared once, the static files on each host that serves them.
"""

from __future__ import annotations

import argparse
import hashlib
import logging
import os
import secrets
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import django
from django.conf import settings
from django.core.management import call_command


def main(arguments: Sequence[str] | None = None) -> int:
    """Safe to run at every start; prints what a person needs to know."""
    parser = argparse.ArgumentParser(prog="portal.first_run", description="Prepare the portal.")
    parser.add_argument("steps", nargs="*", metavar="STEP", help=f"of {', '.join(STEPS)}; or all")
    steps = parser.parse_args(arguments).steps
    if unknown := set(steps) - set(STEPS):
        parser.error(f"there is no step {', '.join(sorted(unknown))}")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    django.setup()
    logging.disable(logging.INFO)
    print(f"Preparing {settings.DATA_DIR} ...", flush=True)
    for name, step in STEPS.items():
        if name in steps or not steps:
            step()
    sys.stdout.flush()
    return 0


def _prepare_database() -> None:
    call_command("migrate", verbosity=0, interactive=False)
    _create_administrator()


def _collect_static_files() -> None:
    """Once for each set of files: compressing them all takes seconds."""
    stamp = Path(settings.STATIC_ROOT) / ".collected"
    own = sorted(path for path in (settings.BASE_DIR / "static").rglob("*") if path.is_file())
    told = [f"{path}:{path.stat().st_mtime_ns}" for path in own]
    for pinned in ("requirements.txt", "package-lock.json"):
        told.append((settings.BASE_DIR / pinned).read_text())
    told += [str(folder) for folder in settings.STATICFILES_DIRS]
    now = hashlib.sha256("\n".join(told).encode()).hexdigest()
    if stamp.exists() and stamp.read_text() == now:
        return
    call_command("collectstatic", verbosity=0, interactive=False, ignore_patterns=["*.map"])
    stamp.write_text(now)


def _create_administrator() -> None:
    from apps.accounts.models import User

    if User.objects.filter(is_superuser=True).exists():
        return
    password = secrets.token_urlsafe(15)
    User.objects.create_superuser("admin", password=password)
    print("\n  Administration   ", f"{settings.PUBLIC_URL}/admin/")
    print("  User name         admin")
    print(f"  Password          {password}   (shown this once)")


def _open_demo() -> None:
    from apps.tallies import store
    from portal.demo import open_demo

    print(f"\n  Demo document     {settings.PUBLIC_URL}/view/u{open_demo()}")
    store.write()  # the home counts it, too


STEPS: dict[str, Callable[[], None]] = {
    "schema": _prepare_database,
    "files": _collect_static_files,
    "demo": _open_demo,
}

if __name__ == "__main__":
    sys.exit(main())
