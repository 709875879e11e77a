"""Tables and static files, made once for all the portals that a test process starts.

A start finds them up to date and goes on; tests/flows/test_start_stop.py makes its own.
"""

from __future__ import annotations

import atexit
import os
import shutil
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
DATABASE = "portal.sqlite3"
STATIC_FILES = "static"


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


@cache
def _made() -> Path:
    made = Path(tempfile.mkdtemp(prefix="recto-prepared-"))
    atexit.register(shutil.rmtree, made, ignore_errors=True)
    for command in (["manage.py", "migrate", "--verbosity=0"], ["-m", "portal.first_run", "files"]):
        subprocess.run(
            [sys.executable, *command],
            cwd=PROJECT,
            env=os.environ | {"DATA_DIR": str(made), "DJANGO_SETTINGS_MODULE": "portal.settings"},
            check=True,
            capture_output=True,
        )
    return made
