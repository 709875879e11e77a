"""Fixtures for every test. Importing this first points the settings at a directory of its own."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from collections.abc import Iterator

import pytest

# Before any Django setting is read: tests never touch ./var, and workers of a parallel run
# never touch each other's.
_DATA_DIR = tempfile.mkdtemp(prefix="recto-tests-")
atexit.register(shutil.rmtree, _DATA_DIR, ignore_errors=True)
os.environ["DATA_DIR"] = _DATA_DIR
os.environ["ALLOWED_HOSTS"] = "localhost 127.0.0.1 testserver"
for _name in ("DATABASE_URL", "BROKER_URL", "CACHE_URL", "STORAGE_URL", "SECRET_KEY", "PUBLIC_URL"):
    os.environ.pop(_name, None)
os.environ.setdefault("LOG_LEVEL", "WARNING")

from tests.stack import Stack, running_stack  # noqa: E402


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    """The whole product as `make run` starts it, on a free port, once for the test run."""
    with running_stack() as stack:
        yield stack
