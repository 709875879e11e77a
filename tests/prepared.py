"""Tables and static files, made once for all the portals that a test run starts.

A start finds them up to date and goes on; tests/flows/test_start_stop.py makes its own.
"""

from __future__ import annotations

import atexit
import fcntl
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
DATABASE = "portal.sqlite3"
STATIC_FILES = "static"
_PLACE = "RECTO_PREPARED"


def prepare(data_dir: Path, *, tables: bool = True) -> None:
    """Puts both, or the files alone, into a data directory that is new."""
    data_dir.mkdir(parents=True, exist_ok=True)
    if tables and not (data_dir / DATABASE).exists():
        shutil.copy(_made() / DATABASE, data_dir)
    if not (data_dir / STATIC_FILES).exists():
        shutil.copytree(_made() / STATIC_FILES, data_dir / STATIC_FILES, copy_function=_linked)


def _linked(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:  # on another disk
        shutil.copy2(source, target)


@contextmanager
def shared() -> Iterator[None]:
    """One place for this process and those it starts."""
    with tempfile.TemporaryDirectory(prefix="recto-prepared-") as place:
        os.environ[_PLACE] = place
        yield


@cache
def _made() -> Path:
    """The first process makes them while the others wait."""
    place = os.environ.get(_PLACE)
    if not place:
        place = tempfile.mkdtemp(prefix="recto-prepared-")
        atexit.register(shutil.rmtree, place, ignore_errors=True)
    made = Path(place)
    with (made / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (made / "ready").exists():
            _make(made)
            (made / "ready").touch()
    return made


def _make(made: Path) -> None:
    for command in (["manage.py", "migrate", "--verbosity=0"], ["-m", "portal.first_run", "files"]):
        subprocess.run(
            [sys.executable, *command],
            cwd=PROJECT,
            env=os.environ | {"DATA_DIR": str(made), "DJANGO_SETTINGS_MODULE": "portal.settings"},
            check=True,
            capture_output=True,
        )
