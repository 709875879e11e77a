"""Engines that succeed, fail, crash, hang and flood; streams that are long, cut or slow.

A fake engine listens at the real socket and speaks the real protocol, so that what is tested is
everything up to that socket.
"""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from django.conf import settings

from apps.conversion.engines import protocol

Event = dict[str, Any]
Script = Callable[[dict[str, Any], Path], Iterator[Event]]
EXIT: Event = {
    "event": "exit",
    "rc": 0,
    "signal": None,
    "maxrss_bytes": 30 * 1024**2,
    "cpu_seconds": 0.01,
    "wall_seconds": 0.01,
    "timed_out": False,
}


class Engine:
    """Both engines, at their sockets, for a `with` block. `jobs` are the requests received."""

    def __init__(self, script: Script, *names: str) -> None:
        self.script = script
        self.jobs: list[dict[str, Any]] = []
        self._listeners = [
            protocol.listen(settings.RUN_DIR / f"{name}.sock")
            for name in names or ("office", "pages")
        ]
        for listener in self._listeners:
            threading.Thread(target=self._serve, args=(listener,), daemon=True).start()

    def __enter__(self) -> Engine:
        return self

    def __exit__(self, *_: object) -> None:
        for listener in self._listeners:
            listener.shutdown(socket.SHUT_RDWR)
            listener.close()
        for path in Path(settings.RUN_DIR).glob("*.sock"):
            path.unlink(missing_ok=True)

    def _serve(self, listener: socket.socket) -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=self._answer, args=(connection,), daemon=True).start()

    def _answer(self, connection: socket.socket) -> None:
        with connection:
            request = json.loads(connection.recv(protocol.MAX_DATAGRAM))
            self.jobs.append(request)
            try:
                for event in self.script(request, Path(request["dir"])):
                    connection.sendall(protocol.encode(event))
            except BrokenPipeError:
                return


def part(directory: Path, name: str, content: bytes, media_type: str = "", **meta: Any) -> Event:
    """Writes a result and tells of it."""
    file = directory / "out" / name.replace("/", "-")
    file.write_bytes(content)
    return {
        "event": "part",
        "name": name,
        "file": f"out/{file.name}",
        "media_type": media_type or "application/pdf",
        "meta": meta,
    }


def done(**meta: Any) -> Event:
    return {"event": "done", "meta": meta}


def failed(code: str, detail: str = "On purpose.") -> Event:
    return {"event": "failed", "code": code, "detail": detail}


def succeeds(pages: int = 3, *, first: bool = True) -> Script:
    """Makes a PDF of some pages, its first page before the rest, and images of pages."""

    def script(request: dict[str, Any], directory: Path) -> Iterator[Event]:
        params = request.get("params", {})
        if request["op"] == "inspect":
            yield done(pages=pages, sizes=[[612.0, 792.0, pages]], title="Made")
        elif request["op"] == "pdf":
            if first and pages > 1:
                yield part(directory, "first", b"%PDF first")
            yield part(directory, "whole", b"%PDF whole")
            yield done(pages=pages, sizes=[[612.0, 792.0, pages]], title="Made")
        elif request["op"] == "search":
            yield done(hits=0)
        else:
            for page in range(params["first"], params["last"] + 1):
                yield part(directory, f"page/{page}", b"image %d" % page, "image/png")
            yield done()
        yield EXIT

    return script


def fails(code: str) -> Script:
    """Refuses every document with one of the protocol's codes."""

    def script(request: dict[str, Any], directory: Path) -> Iterator[Event]:
        yield failed(code)
        yield EXIT

    return script


def crashes(signal: int = 11, *, after: str = "") -> Script:
    """Dies without a word, or after one part."""

    def script(request: dict[str, Any], directory: Path) -> Iterator[Event]:
        if after:
            yield part(directory, after, b"%PDF half")
        yield EXIT | {"rc": -signal, "signal": signal}

    return script


def hangs_up(request: dict[str, Any], directory: Path) -> Iterator[Event]:
    """Closes the connection in the middle of a job, as an engine that is killed does."""
    yield part(directory, "first", b"%PDF first")


def floods(count: int) -> Script:
    """Makes many parts."""

    def script(request: dict[str, Any], directory: Path) -> Iterator[Event]:
        for page in range(count):
            yield part(directory, f"page/{page}", b"page %d" % page, "image/png")
        yield done(pages=count, sizes=[[10.0, 10.0, count]])
        yield EXIT

    return script


def escapes(target: Path) -> Script:
    """Names a file that lies outside its directory, through a link."""

    def script(request: dict[str, Any], directory: Path) -> Iterator[Event]:
        (directory / "out" / "link").symlink_to(target)
        yield {
            "event": "part",
            "name": "whole",
            "file": "out/link",
            "media_type": "application/pdf",
            "meta": {},
        }
        yield done(pages=1, sizes=[])
        yield EXIT

    return script


class Endless:
    """A stream of `size` bytes that nobody holds in memory; each block differs from the last."""

    def __init__(self, size: int, head: bytes = b"%PDF-1.4\n") -> None:
        self._left, self._head, self._block = size, head, bytes(range(256)) * 1024
        self._count = 0

    def read(self, size: int, /) -> bytes:
        if self._head:
            chunk, self._head = self._head, b""
        else:
            self._count += 1
            chunk = self._count.to_bytes(8, "big") + self._block[: min(size, len(self._block)) - 8]
        chunk = chunk[: self._left]
        self._left -= len(chunk)
        return chunk


class Breaking:
    """A stream that fails in the middle, as a connection that is lost does."""

    def __init__(self, size: int, error: Exception) -> None:
        self._left, self._error = size, error

    def read(self, size: int, /) -> bytes:
        if self._left <= 0:
            raise self._error
        self._left -= size
        return b"%PDF-" + b"x" * (size - 5)


def wait_until(condition: Callable[[], Any], seconds: float = 10.0) -> Any:
    """The condition's first true value. Fails the test when there is none in time."""
    deadline = time.monotonic() + seconds
    while True:
        if value := condition():
            return value
        assert time.monotonic() < deadline, "It did not come true in time."
        time.sleep(0.02)
