"""The real engines, started for tests as the product starts them."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from apps.conversion.engines import protocol

PROJECT = Path(__file__).resolve().parent.parent
IMAGE_FORMATS = {"png", "jpg", "jpeg", "gif", "bmp", "tif", "tiff", "webp", "jp2", "ico", "ppm"}
_START_SECONDS = 60.0


@dataclass(frozen=True)
class Outcome:
    """What became of one job; its directory stays until the engine stops."""

    directory: Path
    events: list[dict[str, Any]]

    @property
    def code(self) -> str:
        """ "done", or the failure code."""
        return next(e.get("code", "done") for e in self.events if e["event"] in ("done", "failed"))

    @property
    def meta(self) -> dict[str, Any]:
        return next((e["meta"] for e in self.events if e["event"] == "done"), {})

    @property
    def exit(self) -> dict[str, Any]:
        return next((e for e in self.events if e["event"] == "exit"), {})

    @property
    def parts(self) -> list[str]:
        return [e["name"] for e in self.events if e["event"] == "part"]

    def part(self, name: str) -> dict[str, Any]:
        return next(e for e in self.events if e["event"] == "part" and e["name"] == name)

    def file(self, name: str) -> Path:
        """The file of a part; the source itself where the part is the same as the source."""
        relative = self.part(name)["file"]
        return self.directory / relative if relative else next((self.directory / "in").iterdir())


@dataclass
class EngineProcess:
    """A running supervisor with its directories."""

    directory: Path
    process: subprocess.Popen[bytes]
    log: Path
    jobs: Path = field(init=False)

    def __post_init__(self) -> None:
        self.jobs = self.directory / "jobs"

    def socket(self, engine: str) -> Path:
        return self.directory / "run" / f"{engine}.sock"

    def job(self, source: Path | bytes, extension: str) -> tuple[Path, str]:
        """A new job directory with the source in it."""
        directory = self.jobs / secrets.token_hex(8)
        name = f"in/source.{extension}"
        (directory / "in").mkdir(parents=True)
        if isinstance(source, bytes):
            (directory / name).write_bytes(source)
        else:
            shutil.copyfile(source, directory / name)
        return directory, name

    def run(
        self,
        engine: str,
        op: str,
        source: Path | bytes,
        params: Mapping[str, Any] | None = None,
        *,
        extension: str | None = None,
        **limits: Any,
    ) -> Outcome:
        """Run one job to its end. `limits`: deadline (seconds), memory (bytes)."""
        if extension is None:
            assert isinstance(source, Path)
            extension = source.suffix.lstrip(".").lower()
        directory, name = self.job(source, extension)
        request: Any = {"op": op, "dir": str(directory), "source": name, "params": params or {}}
        events = protocol.submit(self.socket(engine), {"deadline": 60, **request, **limits}, 120)
        return Outcome(directory, [dict(event) for event in events])

    def pdf(self, source: Path | bytes, extension: str = "", **params: Any) -> Outcome:
        """The document as PDF by whichever engine reads its format."""
        assert extension or isinstance(source, Path)
        extension = extension or source.suffix.lstrip(".").lower()  # type: ignore[union-attr]
        engine = "pages" if extension in PAGES_FORMATS else "office"
        return self.run(engine, "pdf", source, {"format": extension, **params}, extension=extension)

    def processes(self) -> list[int]:
        """The supervisor's process and all below it."""
        found, pending = [], [self.process.pid]
        while pending:
            found.append(pending.pop())
            pending += children_of(found[-1])
        return found

    def zygote(self, module: str) -> int:
        """The process that runs one of the engines' modules; 0: none does."""
        return next((p for p in self.processes() if module in command_of(p)), 0)

    def worker(self, job: Path, seconds: float = 10) -> int:
        """The one process of a job, as soon as it is at work."""
        end = time.monotonic() + seconds
        while not (found := [one for one in self.processes() if directory_of(one) == job]):
            assert time.monotonic() < end, "nobody works on it"
            time.sleep(0.01)
        assert len(found) == 1
        return found[0]


PAGES_FORMATS = {"pdf", "svg", "dxf", "html", "htm", "xhtml", *IMAGE_FORMATS}


def children_of(pid: int) -> list[int]:
    try:
        return [int(p) for p in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except (FileNotFoundError, ProcessLookupError):
        return []


def command_of(pid: int) -> str:
    """A process's command line, blank once it has ended."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_text(errors="replace").replace("\0", " ")
    except (FileNotFoundError, ProcessLookupError):
        return ""


def directory_of(pid: int) -> Path | None:
    """Where a process works; None once it has ended."""
    try:
        return Path(f"/proc/{pid}/cwd").readlink()
    except (FileNotFoundError, ProcessLookupError):
        return None


@contextlib.contextmanager
def running_engine(
    directory: Path,
    *,
    processes: int = 2,
    environment: Mapping[str, str] | None = None,
    recycle_hours: float = 24,
    state: Path | None = None,
) -> Iterator[EngineProcess]:
    """Start the supervisor with its files in `directory`; stop it at the end.

    `state` may be another engine's state directory: the start is faster then.
    """
    directory.mkdir(parents=True, exist_ok=True)
    log = directory / "engine.log"
    command = [sys.executable, "-m", "apps.conversion.engines.supervisor"]
    command += ["--run-dir", str(directory / "run"), "--jobs-dir", str(directory / "jobs")]
    command += ["--state-dir", str(state or directory / "state"), "--processes", str(processes)]
    command += ["--recycle-hours", str(recycle_hours)]
    with log.open("wb") as stream:
        process = subprocess.Popen(
            command,
            cwd=PROJECT,
            env={**os.environ, **(environment or {})},
            stdout=stream,
            stderr=stream,
            start_new_session=True,
        )
    engine = EngineProcess(directory, process, log)
    try:
        _wait_until_ready(engine)
        yield engine
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        shutil.rmtree(engine.jobs, ignore_errors=True)


def _wait_until_ready(engine: EngineProcess) -> None:
    until = time.monotonic() + _START_SECONDS
    while not all(engine.socket(name).exists() for name in ("pages", "office", "templates", "ocr")):
        if engine.process.poll() is not None or time.monotonic() > until:
            raise AssertionError(f"the engines do not start:\n{engine.log.read_text()}")
        time.sleep(0.05)
