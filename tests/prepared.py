"""Tables and static files, made once for all the portals and databases of a test run.

A start finds them up to date and goes on; tests/flows/test_start_stop.py makes its own.
"""

from __future__ import annotations

import atexit
import fcntl
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import cache
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
DATABASE = "portal.sqlite3"
STATIC_FILES = "static"
CLUSTER = "postgresql"
_PLACE = "RECTO_PREPARED"
_MAKING = {
    DATABASE: ["manage.py", "migrate", "--verbosity=0"],
    STATIC_FILES: ["-m", "portal.first_run", "files"],
    CLUSTER: ["-m", "tests.cluster"],
}


def prepare(data_dir: Path, *, tables: bool = True) -> None:
    """Puts both, or the files alone, into a data directory that is new."""
    data_dir.mkdir(parents=True, exist_ok=True)
    if tables and not (data_dir / DATABASE).exists():
        shutil.copy(made(DATABASE), data_dir)
    if not (data_dir / STATIC_FILES).exists():
        shutil.copytree(made(STATIC_FILES), data_dir / STATIC_FILES, copy_function=_linked)


def read_into(connection: sqlite3.Connection) -> None:
    """Puts the tables into an open database, in place of what is there."""
    with closing(sqlite3.connect(made(DATABASE))) as tables:
        tables.backup(connection)


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
def _place() -> Path:
    if place := os.environ.get(_PLACE):
        return Path(place)
    made = tempfile.mkdtemp(prefix="recto-prepared-")
    atexit.register(shutil.rmtree, made, ignore_errors=True)
    return Path(made)


@cache
def made(name: str) -> Path:
    """Where it is. The first process makes it while the others wait."""
    place = _place() / name
    with (_place() / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = _place() / f"{name}.ready"
        if not done.exists():
            subprocess.run(
                [sys.executable, *_MAKING[name]],
                cwd=PROJECT,
                env=os.environ
                | {"DATA_DIR": str(_place()), "DJANGO_SETTINGS_MODULE": "portal.settings"},
                check=True,
                capture_output=True,
            )
            done.touch()
    return place
