"""Engine work in the caller's own time: no queue, no row, nothing kept.

For what a person waits for and nobody asks for twice, such as the preview of a form that is being
typed. Everything else goes through `services.request`.
"""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings

from apps.conversion import made
from apps.conversion.engines import protocol
from apps.conversion.engines.registry import Name
from apps.core.errors import ErrorCode, PortalError
from apps.core.ids import new_token
from apps.workfiles import services as workfiles
from apps.workfiles.models import Blob

_MEMORY_BYTES = 1024**3
_FILE_BYTES = 256 * 1024**2
_PATIENCE_SECONDS = 5.0
# A web process keeps no more than this many engine children waiting at once.
_permits = threading.BoundedSemaphore(2 * settings.ENGINE_PROCESSES)


class Bench:
    """A job directory in which operations follow each other, each on files of the one before."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def put(self, name: str, content: Blob | bytes) -> None:
        """Lay a file ready as in/NAME."""
        path = self._directory / "in" / name
        if isinstance(content, Blob):
            workfiles.copy_to(content, path)
        else:
            path.write_bytes(content)

    def run(
        self,
        engine: Name,
        operation: str,
        source: str,
        params: Mapping[str, Any] | None = None,
        *,
        seconds: float,
    ) -> tuple[dict[str, Any], dict[str, str]]:
        """Run an operation on in/SOURCE; returns its meta and the files of its parts by name.

        Raises PortalError with the engine's reason.
        """
        request: protocol.Request = {
            "op": operation,
            "dir": str(self._directory),
            "source": f"in/{source}",
            "params": dict(params or {}),
            "deadline": seconds,
            "memory": _MEMORY_BYTES,
        }
        meta: dict[str, Any] = {}
        files: dict[str, str] = {}
        socket = settings.RUN_DIR / f"{engine}.sock"
        for event in protocol.submit(socket, request, timeout=2 * seconds):
            if event["event"] == "failed":
                code = "limit_exceeded" if event["code"] == "too_large" else event["code"]
                raise PortalError(ErrorCode(code), event["detail"])
            if event["event"] == "part" and event["file"]:
                files[event["name"]] = event["file"]
            elif event["event"] == "done":
                meta = event["meta"]
        return meta, files

    def read(self, file: str) -> bytes:
        """A file the engine made. Raises LIMIT_EXCEEDED when it is too large for the memory."""
        with made.opened(self._directory, file) as stream:
            content = stream.read(_FILE_BYTES + 1)
        if len(content) > _FILE_BYTES:
            raise PortalError(ErrorCode.LIMIT_EXCEEDED, "The document became too large.")
        return content

    def reuse(self, file: str, name: str) -> None:
        """Make a file of one operation the source in/NAME of the next."""
        made.copy(self._directory, file, self._directory / "in" / name)


@contextmanager
def bench() -> Iterator[Bench]:
    """A bench that is cleared away at the end. Raises NOT_READY when too many are in use."""
    if not _permits.acquire(timeout=_PATIENCE_SECONDS):
        raise PortalError(ErrorCode.NOT_READY)
    directory = settings.JOBS_DIR / new_token()
    try:
        for room in ("in", "out", "tmp"):
            (directory / room).mkdir(parents=True)
        yield Bench(directory)
    finally:
        shutil.rmtree(directory, ignore_errors=True)
        _permits.release()
