"""Prepares the data directory: schema, static files, an administrator, a demo session."""

from __future__ import annotations

import hashlib
import os
import secrets
import sys
from pathlib import Path

import django
from django.conf import settings
from django.core.management import call_command


def main() -> int:
    """Safe to run at every start; prints what a person needs to know."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    os.environ.setdefault("LOG_LEVEL", "WARNING")
    django.setup()
    print(f"Preparing {settings.DATA_DIR} ...", flush=True)
    call_command("migrate", verbosity=0, interactive=False)
    _collect_static_files()
    _create_administrator()
    _open_demo()
    sys.stdout.flush()
    return 0


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
    from portal.demo import open_demo

    print(f"\n  Demo document     {settings.PUBLIC_URL}/view/u{open_demo()}")


if __name__ == "__main__":
    sys.exit(main())
