"""What Recto is measured against: programs and loops that anybody could put in its place."""

from __future__ import annotations

import hashlib
import os
import shutil
import signal
import socket
import subprocess
import sysconfig
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.client import HTTPException
from pathlib import Path
from xmlrpc.client import Fault

import pypdfium2
from unoserver.client import UnoClient  # type: ignore[import-untyped]

from benchmarks.measure import Cost, Failed, timed
from tests.stack import free_port

SOFFICE_COLD = "soffice --convert-to, cold, stock profile"
UNOSERVER = "unoserver, warm"
RENDER_ONLY = "pypdfium2, render only, one process"
PILLOW = "pypdfium2 + Pillow PNG, one process"
_LIMIT_SECONDS = 60.0
_OF_UNOSERVER = 2  # processes: the server and LibreOffice


class ColdSoffice:
    """`soffice --headless --convert-to pdf`, a process per document, on a copied profile."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._stock = directory / "stock-profile"
        directory.mkdir()
        seed = directory / "seed.txt"
        seed.write_text("One line.\n")
        self._run(seed, self._stock)

    def __call__(self, source: Path) -> Cost:
        """The cost of a PDF; the profile is made ready before."""
        profile = self._directory / "profile"
        shutil.copytree(self._stock, profile)
        try:
            return timed(lambda: self._run(source, profile))
        finally:
            shutil.rmtree(profile)

    def pdf_of(self, source: Path) -> Path:
        """Where the PDF of a document lies."""
        return self._directory / f"{source.stem}.pdf"

    def _run(self, source: Path, profile: Path) -> None:
        target = self.pdf_of(source)
        target.unlink(missing_ok=True)
        process = subprocess.Popen(
            [
                "soffice",
                "--headless",
                f"-env:UserInstallation={profile.as_uri()}",
                *("--convert-to", "pdf", "--outdir", str(self._directory), str(source)),
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            process.wait(_LIMIT_SECONDS)
        except subprocess.TimeoutExpired:
            raise Failed from None
        finally:
            _end(process)
        # Its exit code is 0 also when it fails.
        if not target.exists():
            raise Failed


class Unoserver:
    """unoserver's own server and client; a warm LibreOffice that all documents share."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._process: subprocess.Popen[bytes] | None = None
        self._client = UnoClient()
        self.restarts = -1
        directory.mkdir()

    def __call__(self, source: Path) -> Cost:
        """The cost of a PDF; a server that is gone is started before."""
        if len(self._processes()) < _OF_UNOSERVER:
            self.stop()
            self._start()
        target = self._directory / "made.pdf"
        target.unlink(missing_ok=True)
        limit = threading.Timer(_LIMIT_SECONDS, self.stop)
        limit.start()
        try:
            return timed(lambda: self._convert(source, target), self._processes())
        finally:
            limit.cancel()

    def stop(self) -> None:
        """Ends the server and its LibreOffice."""
        if self._process is not None:
            _end(self._process)

    def _convert(self, source: Path, target: Path) -> None:
        try:
            self._client.convert(inpath=str(source), outpath=str(target))
        except Fault as error:
            raise Failed from error
        except (OSError, HTTPException) as error:
            self.stop()
            raise Failed from error
        if not target.exists() or len(self._processes()) < _OF_UNOSERVER:
            raise Failed

    def _processes(self) -> list[int]:
        """The server and LibreOffice, which it started in the same session: those that live."""
        if self._process is None or self._process.poll() is not None:
            return []
        found = [self._process.pid]
        for stat in Path("/proc").glob("[0-9]*/stat"):
            with suppress(OSError):
                # proc(5): pid (name) state ppid pgrp session ...
                head, _, tail = stat.read_text().rpartition(")")
                if head.endswith("(soffice.bin") and tail.split()[3] == str(found[0]):
                    found.append(int(stat.parent.name))
        return found

    def _start(self) -> None:
        self.restarts += 1
        port, uno_port = free_port(), free_port()
        packages = sysconfig.get_path("purelib")
        # The server needs the Python that has the UNO bridge.
        log_file = self._directory / "log"
        with log_file.open("ab") as log:
            self._process = subprocess.Popen(
                [
                    "/usr/bin/python3",
                    *("-m", "unoserver.server", "--port", str(port), "--uno-port", str(uno_port)),
                    *("--user-installation", str(self._directory / "profile")),
                ],
                env=os.environ | {"PYTHONPATH": packages},
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._client = UnoClient(port=str(port))
        if not self._listens(port):
            raise SystemExit(f"unoserver did not start:\n{log_file.read_text()}")
        warm = self._directory / "warm.txt"
        warm.write_text("One line.\n")
        self._client.convert(inpath=str(warm), outpath=str(self._directory / "warm.pdf"))

    def _listens(self, port: int) -> bool:
        """Waits until it does; the client itself would look every 10 s."""
        assert self._process is not None
        deadline = time.monotonic() + _LIMIT_SECONDS
        while self._process.poll() is None and time.monotonic() < deadline:
            with suppress(ConnectionError), socket.create_connection(("127.0.0.1", port)):
                return True
            time.sleep(0.1)
        return False


@contextmanager
def unoserver(directory: Path) -> Iterator[Unoserver]:
    """A server for a block; nothing of it stays behind."""
    server = Unoserver(directory)
    try:
        yield server
    finally:
        server.stop()


def _end(process: subprocess.Popen[bytes]) -> None:
    """Kills a process with everything it started."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def render(pdf: bytes, pages: range, width: int) -> None:
    """The bare loop: pages as bitmaps in memory, thrown away."""
    with pypdfium2.PdfDocument(pdf) as document:
        for number in pages:
            page = document[number]
            page.render(scale=width / page.get_width())


def render_to_png(pdf: bytes, pages: range, width: int, directory: Path) -> None:
    """The usual few lines: pages as PNG files by Pillow at its default compression."""
    with pypdfium2.PdfDocument(pdf) as document:
        for number in pages:
            page = document[number]
            image = page.render(scale=width / page.get_width()).to_pil()
            image.save(directory / f"{number}.png")


def copy_and_hash(source: Path, target: Path) -> None:
    """The least an upload can cost: the bytes written once and hashed once."""
    shutil.copyfile(source, target)
    with target.open("rb") as stream:
        hashlib.file_digest(stream, "sha256")
