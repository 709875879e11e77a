"""What goes wrong, by name. Each act strikes, and returns when what it took away is back."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
from urllib.parse import urlsplit

from tests.faults.installation import Installation
from tests.flows import processes
from tests.stack import PROJECT

Act = Callable[[Installation], None]
AWAY_SECONDS = 3.0
# Every wake-up call of the schedule; each is sent many times over, and at once.
_TASKS = (
    *("conversion.work", "conversion.nudge", "conversion.evict", "extraction.work"),
    *("editing.sweep", "workfiles.sweep", "document_sessions.sweep", "clients.deliver_due"),
)
_SEND = """
import sys
from portal.celery import app
for _ in range(20):
    for name in sys.argv[1:]:
        app.send_task(name, queue="portal")
"""


def _kill(installation: Installation, *words: str) -> None:
    processes.kill(installation.pid(*words))


def _kill_a_web_worker(installation: Installation) -> None:
    """One of web's own processes; the first of them would take the others with it."""
    below = processes.descendants(installation.pid("recto-web"))
    processes.kill(max(below))


def _kill_a_child(installation: Installation) -> None:
    """A process that an engine forked for a document, as soon as there is one."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        for zygote in installation.zygotes().values():
            for pid in processes.descendants(zygote):
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
                    return
        time.sleep(0.01)


def _take_away(installation: Installation, name: str) -> None:
    with installation.servers[name].away():
        time.sleep(AWAY_SECONDS)


def _fill_the_disk(installation: Installation) -> None:
    ballast = installation.data / "ballast"
    with suppress(OSError), ballast.open("wb") as stream:
        while True:
            stream.write(bytes(2**20))
            stream.flush()
    time.sleep(AWAY_SECONDS)
    ballast.unlink()


def _deliver_twice(installation: Installation) -> None:
    subprocess.run(
        [sys.executable, "-c", _SEND, *_TASKS],
        cwd=PROJECT,
        env=installation.stack.environment,
        check=True,
        timeout=60,
    )


def _send_slowly(installation: Installation) -> None:
    """Callers who begin to send documents and take their time, more of them than threads."""
    address = urlsplit(installation.stack.url)
    head = (
        "PUT /PCCIS/V1/ViewingSession/unknown/SourceFile HTTP/1.1\r\nHost: localhost\r\n"
        "Content-Length: 1000000\r\n\r\n"
    )
    with ExitStack() as open_ones:
        callers = []
        for _ in range(80):
            caller = socket.create_connection((address.hostname, address.port), timeout=30)
            callers.append(open_ones.enter_context(caller))
            caller.sendall(head.encode())
        end = time.monotonic() + AWAY_SECONDS
        while time.monotonic() < end:
            for caller in callers:
                with suppress(OSError):
                    caller.sendall(b"x")
            time.sleep(0.2)


KILLS: dict[str, Act] = {
    "web process killed": _kill_a_web_worker,
    "all of web killed": lambda one: _kill(one, "recto-web"),
    "worker killed": lambda one: _kill(one, "recto-worker"),
    "network worker killed": lambda one: _kill(one, "recto-network"),
    "schedule killed": lambda one: _kill(one, "recto-schedule"),
    "engine supervisor killed": lambda one: _kill(one, "engines.supervisor"),
    "office zygote killed": lambda one: _kill(one, "--socket", "office"),
    "pages zygote killed": lambda one: _kill(one, "--socket", "pages"),
    "forked child killed": _kill_a_child,
}
AWAY: dict[str, Act] = {
    "broker away": lambda one: _take_away(one, "broker"),
    "database away": lambda one: _take_away(one, "database"),
    "storage away": lambda one: _take_away(one, "storage"),
    "disk full": _fill_the_disk,
}
ODD: dict[str, Act] = {
    "tasks delivered over and over": _deliver_twice,
    "callers that send slowly": _send_slowly,
}
ACTS = KILLS | AWAY | ODD
# A document whose own process dies has failed, and says so: it may be the document's fault.
ENDS_ONE = {"forked child killed"}
