"""A portal of its own for one run: data directory, schema, a client, engines, workers."""

from __future__ import annotations

import gc
import importlib
import logging
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

_FOREIGN = ("DATABASE_URL", "BROKER_URL", "CACHE_URL", "STORAGE_URL", "SECRET_KEY", "PUBLIC_URL")
SCOPES = ("viewing:read", "viewing:write", "workfiles:read", "workfiles:write", "editor:launch")
KEEP = timedelta(hours=1)
_LOG = "bench.log"
_threads = ThreadPoolExecutor(16, thread_name_prefix="worker")


@contextmanager
def prepared() -> Iterator[Path]:
    """Django set up on an empty portal with the embedded default; the log is a file in it."""
    directory = Path(tempfile.mkdtemp(prefix="recto-bench-"))
    os.environ["DATA_DIR"] = str(directory)
    os.environ["DJANGO_SETTINGS_MODULE"] = "portal.settings"
    for name in _FOREIGN:
        os.environ.pop(name, None)
    try:
        importlib.import_module("portal.wsgi")  # sets Django up
        from django.core.management import call_command

        handler = logging.getLogger().handlers[0]
        assert isinstance(handler, logging.StreamHandler)
        handler.setStream((directory / _LOG).open("w"))
        call_command("migrate", verbosity=0, interactive=False)
        # As the portal's processes do when all is loaded (portal/run.py).
        gc.collect()
        gc.freeze()
        yield directory
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def log_of(directory: Path) -> str:
    """What the portal logged in this process."""
    return (directory / _LOG).read_text()


def client() -> Any:
    """The actor of a registered program that may do everything measured here."""
    from apps.clients import services
    from apps.clients.actors import Actor
    from apps.clients.models import ApiClient

    found = ApiClient.objects.filter(name="Benchmarks").first()
    if found is None:
        found = services.register_client(
            Actor.system(), "Benchmarks", scopes=SCOPES, default_scopes=SCOPES
        )
    return Actor.of_client(found, SCOPES)


@contextmanager
def engines() -> Iterator[None]:
    """Both engines, started as `make run` starts them."""
    from django.conf import settings

    from portal.health import CHECKS, state
    from portal.run import programs

    module = next(program.command for program in programs() if program.name == "engine")
    command = [sys.executable, "-m", *module]
    log = settings.DATA_DIR / "engine.log"
    with log.open("wb") as output:
        process = subprocess.Popen(command, cwd=settings.BASE_DIR, stdout=output, stderr=output)
    try:
        deadline = time.monotonic() + 120
        parts = [check for name, check in CHECKS.items() if name.startswith("engine-")]
        while not all(state(check)["ready"] for check in parts):
            if process.poll() is not None or time.monotonic() > deadline:
                raise SystemExit(f"The engines did not start:\n{log.read_text()}")
            time.sleep(0.1)
        yield
    finally:
        process.terminate()
        process.wait(timeout=30)


def work(threads: int = 1) -> None:
    """What a worker process does, in this one: `threads` threads until the queue is empty.

    They are those of the calls before: a worker's threads keep their database connections.
    """
    from apps.conversion import jobs

    for done in [_threads.submit(jobs.work) for _ in range(threads)]:
        done.result()


def work_file(content: bytes, extension: str) -> Any:
    """An uploaded file."""
    import io

    from apps.workfiles import services

    return services.upload(client(), io.BytesIO(content), extension=extension, keep=KEEP)


def converted(source: Any) -> Any:
    """The PDF rendition of a work file, made by one worker. Raises its error when it failed."""
    from apps.conversion import services
    from apps.conversion.recipe import PDF

    rendition = services.request(source, PDF, client=source.client)
    work()
    services.wait_until_done(rendition, seconds=1)
    return rendition
