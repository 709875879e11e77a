"""How one engine process is started, proven and published under its socket's name."""

from __future__ import annotations

import argparse
import contextlib
import functools
import itertools
import os
import secrets
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from . import jail, jail_test, lok
from .protocol import Connection, EngineUnavailable, Request, ping, submit

CANARY = jail_test.canary_environment()
_START_SECONDS = 90.0
_UNFIT = 4
_PROJECT = Path(__file__).resolve().parents[3]
_SYSTEM_PYTHON = "/usr/bin/python3"  # the one with the UNO bridge
_HANDED_ON = ("RECTO_JAIL", "RECTO_ALLOW_UNJAILED", "TZ")
_CONVERTERS = ("/usr/bin/rsvg-convert", "/usr/bin/pdftocairo", "/usr/share/poppler")
_OFFICE, _FALLBACK = "apps.conversion.engines.office", "apps.conversion.engines.fallback"
_TEMPLATES = "apps.conversion.engines.template_engine"
_OCR = "apps.conversion.engines.ocr_engine"


class NotReady(Exception):
    """An engine process did not come up. `unfit`: it never will on this host."""

    def __init__(self, reason: str, *, unfit: bool = False) -> None:
        super().__init__(reason)
        self.unfit = unfit


class JailFailure(Exception):
    """A document could reach what it must not."""


@dataclass
class Plan:
    """How to start one engine. `module` changes when the fallback takes over."""

    name: str
    python: str
    module: str
    run_dir: Path
    jobs_dir: Path
    state_dir: Path
    processes: int
    layers: jail.Capabilities
    numbers: itertools.count[int] = field(default_factory=itertools.count)

    @property
    def runs_programs(self) -> bool:
        """Whether some of the engine's jobs start a converter program."""
        return self.module not in (_OFFICE, _TEMPLATES, _OCR)

    @property
    def public_socket(self) -> Path:
        return self.run_dir / f"{self.name}.sock"

    def publish(self, launched: Launched) -> None:
        """Put the engine under the public name, at once in place of an earlier one."""
        link = self.run_dir / f"{self.name}.link"
        link.unlink(missing_ok=True)
        link.hardlink_to(launched.socket)
        link.rename(self.public_socket)

    def withdraw(self) -> None:
        self.public_socket.unlink(missing_ok=True)

    def fall_back(self, error: NotReady) -> bool:
        """Switch the office engine to its fallback if it is unfit; whether anything changed."""
        if self.module == _OFFICE and error.unfit:
            self.module = _FALLBACK
            return True
        return False


@dataclass
class Launched:
    """A started engine process with a socket and a scratch directory of its own."""

    process: subprocess.Popen[bytes]
    socket: Path
    scratch: Path
    started: float
    facts: list[str] = field(default_factory=list)

    def ended(self) -> bool:
        """Whether the process is gone; cleans up after it then."""
        if self.process.poll() is None:
            return False
        self.socket.unlink(missing_ok=True)
        shutil.rmtree(self.scratch, ignore_errors=True)
        return True

    def stop(self, seconds: float) -> None:
        """Wait this long for the end, then kill."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(seconds)
        self.kill()

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()
        self.ended()


def plans(options: argparse.Namespace, layers: jail.Capabilities) -> list[Plan]:
    """The pages, the office, the templates and the OCR engine."""
    places = (
        options.run_dir.resolve(),
        options.jobs_dir.resolve(),
        options.state_dir.resolve(),
        options.processes,
        layers,
    )
    forced = os.environ.get("RECTO_OFFICE_ENGINE") == "fallback"
    office = _FALLBACK if forced else _OFFICE
    return [
        Plan("pages", sys.executable, "apps.conversion.engines.pages", *places),
        Plan("office", _SYSTEM_PYTHON, office, *places),
        Plan("templates", sys.executable, _TEMPLATES, *places),
        Plan("ocr", sys.executable, _OCR, *places),
    ]


def sweep(run_dir: Path, jobs_dir: Path) -> None:
    """Remove what a killed supervisor left."""
    for leftover in run_dir.glob("*.sock"):
        leftover.unlink(missing_ok=True)
    for leftover in [*run_dir.glob("*.scratch"), *jobs_dir.glob("jail-test-*")]:
        shutil.rmtree(leftover, ignore_errors=True)


def start(plan: Plan) -> Launched:
    """Start the engine's process, with an environment that holds nothing of ours."""
    number = next(plan.numbers)
    socket = plan.run_dir / f"{plan.name}.{number}.sock"
    scratch = plan.run_dir / f"{plan.name}.{number}.scratch"
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir()
    command = [plan.python, "-m", plan.module]
    command += ["--socket", str(socket), "--scratch-dir", str(scratch)]
    command += ["--jobs-dir", str(plan.jobs_dir), "--state-dir", str(plan.state_dir)]
    command += ["--processes", str(plan.processes)]
    if not plan.layers.complete and plan.layers.bubblewrap:
        directories = (str(plan.run_dir), str(plan.jobs_dir), str(plan.state_dir))
        command = jail.confine_zygote(command, _in_bubblewrap(), directories)
    environment = {
        "PATH": "/usr/bin:/bin",
        "LANG": "C.UTF-8",
        "HOME": str(scratch),
        "TMPDIR": str(scratch),  # else LibreOffice leaves a directory in /tmp at each start
        "XDG_CACHE_HOME": str(plan.state_dir / "cache"),
        "MAX_CONCURRENCY": "1",
        **{name: os.environ[name] for name in _HANDED_ON if name in os.environ},
    }
    process = subprocess.Popen(
        command,
        cwd=_PROJECT,
        env=environment,
        stdin=subprocess.DEVNULL,
        start_new_session=True,
        # Before exec: from its first moment no zygote outlives this process.
        preexec_fn=functools.partial(jail.die_with_parent, os.getpid()),
    )
    return Launched(process, socket, scratch, time.monotonic())


def _in_bubblewrap() -> tuple[str, ...]:
    """What the zygotes themselves need there: both Pythons, their libraries, the converters."""
    interpreters = {sys.executable, _SYSTEM_PYTHON}
    return (
        *interpreters,
        *(os.path.realpath(interpreter) for interpreter in interpreters),
        sys.prefix,
        *([] if sys.base_prefix == "/usr" else [sys.base_prefix]),
        str(_PROJECT / "apps"),
        *lok.READABLE,
        *_CONVERTERS,
    )


def wait_until_ready(launched: Launched, plan: Plan) -> None:
    """Wait for the socket, then test the jail. Raises NotReady, JailFailure."""
    until = launched.started + _START_SECONDS
    while not launched.socket.exists():
        if launched.process.poll() is not None:
            code = launched.process.returncode
            raise NotReady(f"ended with code {code}", unfit=code == _UNFIT)
        if time.monotonic() > until:
            raise NotReady(f"not ready after {_START_SECONDS:.0f} s", unfit=True)
        time.sleep(0.02)
    try:
        pong = ping(launched.socket, timeout=30)
        launched.facts = [pong["mode"], pong["version"], *pong["jail"]]
        if "INCOMPLETE" not in pong["jail"]:
            _test_jail(launched.socket, plan)
        _test_work(launched.socket, plan)
    except EngineUnavailable as error:
        raise NotReady(str(error), unfit=True) from error


def _test_jail(socket: Path, plan: Plan) -> None:
    for programs in (False, True) if plan.runs_programs else (False,):
        leaks = jail_test.find_leaks(socket, plan.jobs_dir, programs=programs)
        if leaks:
            raise JailFailure(f"{plan.name}: {', '.join(leaks)}")


def _test_work(socket: Path, plan: Plan) -> None:
    """The office engine must convert a line of text from inside the jail."""
    if plan.name != "office":
        return
    job = plan.jobs_dir / f"jail-test-{secrets.token_hex(8)}"
    (job / "in").mkdir(parents=True)
    (job / "in" / "source.txt").write_text("One line.\n")
    request: Request = {
        "op": "pdf",
        "dir": str(job),
        "source": "in/source.txt",
        "params": {"format": "txt"},
        "deadline": 60,
    }
    try:
        for event in submit(socket, request, 60):
            if event["event"] == "failed":
                raise NotReady(f"self-test: {event['code']}: {event['detail']}", unfit=True)
            if event["event"] == "done" and event["meta"]["pages"] != 1:
                raise NotReady("self-test: wrong number of pages", unfit=True)
    finally:
        shutil.rmtree(job, ignore_errors=True)


def retire(launched: Launched) -> None:
    """Have the engine finish what it has and exit."""
    try:
        with Connection(launched.socket, 5) as connection:
            connection.send({"op": "retire"})
            connection.receive()
    except (EngineUnavailable, TimeoutError):
        launched.process.terminate()
