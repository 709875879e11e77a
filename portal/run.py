"""`make run`: prepares the data directory, then runs and supervises every process.

Web, worker, engine and schedule start together and stop together. A process that dies is started
again; none outlives this one, not even when this one is killed. What they have in common is loaded
once, here, and each is a fork of this process; only the engine, which reads strangers' documents,
begins with a memory of its own.

`python -m portal.run --only worker network` supervises some of them, so that a service manager or
a container can hold each by itself. It leaves the database as it is: `python -m portal.first_run
schema` prepares that, once for all hosts.
"""

from __future__ import annotations

import argparse
import ctypes
import gc
import importlib
import os
import runpy
import signal
import socket
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from types import FrameType

import django

from portal import settings

_PR_SET_PDEATHSIG = 1
_PR_SET_NAME = 15
_GRACE_SECONDS = 8.0
_NETWORK_THREADS = 16
_CELERY = ["celery", "--quiet", "--app", "portal"]
_ENGINE = "apps.conversion.engines.supervisor"
ROLES = ("engine", "worker", "network", "schedule", "web")
# Whose import brings the rest of what a program needs. Not portal.wsgi: its import lists the
# static files, which are not there yet at a first start.
_COMMON = (
    *("whitenoise.middleware", "portal.urls", "portal.celery", "portal.web"),
    *("gunicorn.app.wsgiapp", "celery.apps.worker", "celery.beat", "celery.concurrency.thread"),
)
_libc = ctypes.CDLL(None, use_errno=True)


@dataclass
class Program:
    """One supervised process: a module, and the arguments it is run with."""

    name: str
    command: list[str]
    pid: int | None = None
    started: float = 0.0
    pause: float = 0.5
    due: float = field(default=0.0)

    def start(self) -> None:
        """Starts it in a session of its own, so that Ctrl-C reaches only the supervisor."""
        self.started = time.monotonic()
        self.pid = _fork(f"recto-{self.name}", self._run)

    def _run(self) -> None:
        if self.command[0] == _ENGINE:
            os.execv(sys.executable, [sys.executable, "-m", *self.command])  # noqa: S606
        sys.argv = list(self.command)
        runpy.run_module(self.command[0], run_name="__main__", alter_sys=True)

    def tend(self) -> None:
        """Starts it again when it has died, sooner after a long life than after a short one."""
        now = time.monotonic()
        if self.pid is not None:
            ended, status = os.waitpid(self.pid, os.WNOHANG)
            if not ended:
                return
            # What it had started goes with it: web's own processes would keep the port.
            self.signal(signal.SIGKILL)
            self.pause = 0.5 if now - self.started > 60 else min(self.pause * 2, 30)
            code = os.waitstatus_to_exitcode(status)
            print(f"{self.name} ended ({code}); starting it again in {self.pause:.1f} s")
            self.pid, self.due = None, now + self.pause
        elif now >= self.due:
            self.start()

    def signal(self, number: int) -> None:
        """Signals the whole process group."""
        if self.pid is not None:
            try:
                os.killpg(self.pid, number)
            except ProcessLookupError:
                return

    def running(self) -> bool:
        """Whether it lives; forgets it when it does not."""
        if self.pid is not None and os.waitpid(self.pid, os.WNOHANG)[0]:
            self.pid = None
        return self.pid is not None


def _fork(name: str, run: Callable[[], int | None]) -> int:
    """The process that `run` becomes. It has a name of its own, and ends with this one."""
    sys.stdout.flush()
    sys.stderr.flush()
    if pid := os.fork():
        return pid
    os.setsid()
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    _libc.prctl(_PR_SET_NAME, name.encode())
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    sys.exit(run())


def _load() -> None:
    """Imports what the programs share, before they part; what is shared stays so for long."""
    django.setup(set_prefix=False)
    for module in _COMMON:
        importlib.import_module(module)
    from portal.celery import app

    app.loader.import_default_modules()
    gc.collect()
    gc.freeze()


def programs() -> list[Program]:
    """The processes of one host, named as in ROLES."""
    return [
        Program(
            "engine",
            [
                _ENGINE,
                *("--run-dir", str(settings.RUN_DIR)),
                *("--jobs-dir", str(settings.JOBS_DIR)),
                *("--state-dir", str(settings.DATA_DIR / "engine")),
                # One more than work in bulk may take, so that a page never waits for a book.
                *("--processes", str(settings.ENGINE_PROCESSES + 1)),
            ],
        ),
        _worker("worker", settings.CELERY_TASK_DEFAULT_QUEUE, settings.WORKERS + 1),
        _worker("network", settings.NETWORK_QUEUE, _NETWORK_THREADS),
        Program("schedule", [*_CELERY, "beat", "--loglevel", "WARNING"]),
        Program(
            "web",
            [
                "gunicorn",
                "portal.wsgi",
                *("--bind", f"{settings.HOST}:{settings.PORT}"),
                *("--worker-class", "portal.web.Worker", "--threads", str(settings.WEB_THREADS)),
                *("--workers", str(settings.WORKERS)),
                *("--worker-tmp-dir", "/dev/shm", "--log-level", "warning"),  # noqa: S108
                *("--graceful-timeout", "5", "--timeout", "120", "--keep-alive", "30"),
                "--no-control-socket",  # it would lie in the home directory, one for all
            ],
        ),
    ]


def _worker(name: str, queue: str, threads: int) -> Program:
    """A process that does the work of one queue."""
    command = [
        *_CELERY,
        "worker",
        *("--hostname", f"{name}@%h", "--queues", queue),
        *("--pool", "threads", "--concurrency", str(threads)),
        *("--loglevel", "WARNING"),
        *("--without-gossip", "--without-mingle", "--without-heartbeat"),
    ]
    return Program(name, command)


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs until SIGINT or SIGTERM. Exit code 1 when the portal cannot start."""
    parser = argparse.ArgumentParser(prog="portal.run", description="Run the portal, or parts.")
    parser.add_argument("--only", nargs="+", choices=ROLES, default=ROLES, metavar="ROLE")
    roles = parser.parse_args(arguments).only
    signal.signal(signal.SIGTERM, _stop)
    signal.signal(signal.SIGINT, _stop)
    if os.geteuid() == 0:
        print("Running as root. For a server, give the portal a user of its own (deploy/).")
    if "web" in roles and (fault := _port_fault()):
        print(fault, file=sys.stderr)
        return 1
    try:
        os.environ |= {"DJANGO_SETTINGS_MODULE": "portal.settings", "PYTHONUNBUFFERED": "1"}
        sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
        if set(roles) != {"engine"}:
            _load()
        if not _prepared(roles):
            return 1
        return _supervise([program for program in programs() if program.name in roles])
    except KeyboardInterrupt:
        return 0


def _prepared(roles: Sequence[str]) -> bool:
    """Whether what these roles need is there: all of it when all run, else the static files."""
    if "web" not in roles:
        return True
    from portal import first_run

    steps = [] if set(roles) == set(ROLES) else ["files"]
    pid = _fork("recto-prepare", partial(first_run.main, steps))
    return not os.waitpid(pid, 0)[1]


def _supervise(supervised: list[Program]) -> int:
    announced = all(program.name != "web" for program in supervised)
    supervisor = os.getpid()
    try:
        while True:
            for program in supervised:
                program.tend()
            if not announced and _ready():
                announced = True
                print(f"\nReady at {settings.PUBLIC_URL}/ - Ctrl-C stops everything.", flush=True)
            time.sleep(0.2)
    finally:
        if os.getpid() == supervisor:  # and not one of its forks, which comes by here at its end
            _stop_all(supervised)


def _stop_all(supervised: list[Program]) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for program in supervised:
        program.signal(signal.SIGTERM)
    deadline = time.monotonic() + _GRACE_SECONDS
    while any([program.running() for program in supervised]) and time.monotonic() < deadline:
        time.sleep(0.05)
    for program in supervised:
        program.signal(signal.SIGKILL)
        if program.pid is not None:
            os.waitpid(program.pid, 0)


def _stop(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _port_fault() -> str:
    """Why the port cannot be used; blank when it can."""
    family = socket.AF_INET6 if ":" in settings.HOST else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.HOST, settings.PORT))
        except OSError as error:
            return (
                f"Cannot listen on {settings.HOST}:{settings.PORT}: {error.strerror}. "
                "Stop what uses the port, or set PORT to another one."
            )
    return ""


def _ready() -> bool:
    """Whether every part is ready. Web, which would log what is not, is asked when engines are."""
    from portal import health

    engines = [check for name, check in health.CHECKS.items() if name.startswith("engine-")]
    if not all(health.state(check)["ready"] for check in engines):
        return False
    url = f"http://{settings.HOST}:{settings.PORT}/readyz"
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


if __name__ == "__main__":
    sys.exit(main())
