"""Each role by itself, as containers and service managers start it: two web, two worker processes.

Everything runs with a root file system that cannot be written, and the engine without a network, as
deploy/compose.yaml has it.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import requests

from tests import factories, servers
from tests.fakes import wait_until
from tests.flows import processes
from tests.stack import PROJECT, Integrator, Stack, free_port

_PREPARE = ("portal.first_run", "schema", "files")
_ROLES = {
    "engine": "engine",
    "web-1": "web",
    "web-2": "web",
    "worker-1": "worker",
    "worker-2": "worker",
    "network": "network",
    "schedule": "schedule",
}


@dataclass
class Roles:
    """A running installation: its processes by name, the two addresses it answers at."""

    directory: Path
    environment: dict[str, str]
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    urls: dict[str, str] = field(default_factory=dict)

    def start(self, name: str) -> None:
        """Starts a role; web at a port of its own."""
        own: dict[str, str] = {}
        if _ROLES[name] == "web":
            port = free_port()
            self.urls[name], own = f"http://127.0.0.1:{port}", {"PORT": str(port)}
        command = confined(self.directory, "portal.run", "--only", _ROLES[name])
        if _ROLES[name] == "engine":
            command.insert(1, "--unshare-net")
        with (self.directory / f"{name}.log").open("wb") as log:
            self.running[name] = subprocess.Popen(
                command, cwd=PROJECT, env=self.environment | own, stdout=log, stderr=log
            )

    def kill(self, name: str) -> None:
        """SIGKILL to everything that belongs to a role, without a word before."""
        ended = self.running.pop(name)
        below = processes.descendants(ended.pid)
        for pid in [ended.pid, *below]:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        ended.wait(10)

    def stack(self, name: str) -> Stack:
        """A web process as other tests know it."""
        log = self.directory / f"{name}.log"
        return Stack(
            self.urls[name], self.directory / "data", self.running[name], log, self.environment
        )

    def told(self) -> str:
        """The end of every role's log."""
        logs = sorted(self.directory.glob("*.log"))
        return "\n".join(f"--- {log.stem}\n{log.read_text()[-1500:]}" for log in logs)


def confined(directory: Path, module: str, *arguments: str) -> list[str]:
    """A module of this project where only the data directory and /tmp can be written."""
    data, temporary = directory / "data", directory / "tmp"
    temporary.mkdir(exist_ok=True)
    command = [str(shutil.which("bwrap")), "--ro-bind", "/", "/", "--dev", "/dev"]
    command += ["--bind", str(temporary), "/tmp", "--tmpfs", "/dev/shm"]
    command += ["--ro-bind", str(PROJECT), str(PROJECT), "--chdir", str(PROJECT)]
    command += ["--bind", str(data), str(data), "--die-with-parent"]
    return [*command, sys.executable, "-m", module, *arguments]


@pytest.fixture(scope="module")
def roles(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Roles]:
    """Every role on PostgreSQL, Redis and an S3 server."""
    if shutil.which("bwrap") is None:
        pytest.skip("bubblewrap is not installed: `make setup` installs it")
    directory = tmp_path_factory.mktemp("roles")
    (directory / "data").mkdir()
    with (
        servers.postgresql(directory, tables=True) as database,
        servers.redis(directory) as queue,
        servers.s3(directory) as storage,
    ):
        environment = os.environ | {
            "DATA_DIR": str(directory / "data"),
            "DATABASE_URL": database,
            "BROKER_URL": queue,
            "CACHE_URL": queue,
            "STORAGE_URL": storage,
            "WORKERS": "1",
        }
        subprocess.run(
            confined(directory, *_PREPARE), cwd=PROJECT, env=environment, check=True, timeout=120
        )
        with _all_of(Roles(directory, environment)) as installation:
            yield installation


@contextmanager
def _all_of(roles: Roles) -> Iterator[Roles]:
    with ExitStack() as ends:
        for name in _ROLES:
            roles.start(name)
        ends.callback(_end, roles)
        try:
            for name in ("web-1", "web-2"):
                wait_until(lambda name=name: ready(roles.urls[name]), seconds=120)
        except AssertionError:
            raise AssertionError(roles.told()) from None
        yield roles


def _end(roles: Roles) -> None:
    for process in roles.running.values():
        process.terminate()
    for name in list(roles.running):
        try:
            roles.running[name].wait(20)
        except subprocess.TimeoutExpired:
            roles.kill(name)


def ready(url: str) -> bool:
    """Whether a web process says that every part is ready."""
    try:
        return requests.get(f"{url}/readyz", timeout=10).ok
    except requests.RequestException:
        return False


@pytest.fixture(scope="module")
def integrator(roles: Roles) -> Integrator:
    """A program that speaks to the first web process."""
    return roles.stack("web-1").integrator()


def page(url: str, identity: str) -> requests.Response:
    return requests.get(f"{url}/PCCIS/V1/Page/q/0?DocumentID=u{identity}", timeout=60)


def test_what_one_web_process_takes_the_other_shows(roles: Roles, integrator: Integrator) -> None:
    content = factories.docx("Sent to one, read from the other.")
    identity = integrator.open(externalId="letter.docx")
    assert integrator.upload(identity, content).status_code == 200
    assert integrator.settled(identity)["state"] == "ready", roles.told()
    assert page(roles.urls["web-2"], identity).content.startswith(b"\x89PNG")


def test_killing_a_web_and_a_worker_loses_nothing(roles: Roles, integrator: Integrator) -> None:
    contents = [factories.docx(f"Letter {number}, kept.") for number in range(12)]
    sessions = [integrator.open(externalId=f"{number}.docx") for number in range(12)]
    with ThreadPoolExecutor(4) as people:
        answers = list(people.map(integrator.upload, sessions, contents))
    assert {answer.status_code for answer in answers} == {200}
    roles.kill("worker-1")
    roles.kill("web-1")
    integrator.url = roles.urls["web-2"]  # what the proxy does
    for identity, content in zip(sessions, contents, strict=True):
        assert integrator.settled(identity)["state"] == "ready", roles.told()
        assert page(integrator.url, identity).content.startswith(b"\x89PNG")
        original = integrator.call("GET", f"/PCCIS/V1/ViewingSession/u{identity}/SourceFile")
        assert hashlib.sha256(original.content).digest() == hashlib.sha256(content).digest()


def test_what_was_killed_comes_back(roles: Roles) -> None:
    for name in ("web-1", "worker-1"):
        if name not in roles.running:
            roles.start(name)
    wait_until(lambda: ready(roles.urls["web-1"]), seconds=60)
    back = roles.stack("web-1").integrator("After")
    identity = back.open(externalId="after.docx")
    assert back.upload(identity, factories.docx("After the fall.")).status_code == 200
    assert back.settled(identity)["state"] == "ready"
    assert page(roles.urls["web-1"], identity).content.startswith(b"\x89PNG")


def test_the_root_was_not_written_and_nothing_kept_outside(roles: Roles) -> None:
    local = [path for path in (roles.directory / "data" / "blobs").rglob("*") if path.is_file()]
    assert local == []
    assert not (roles.directory / "data" / "portal.sqlite3").exists()
    for name, process in roles.running.items():
        assert process.poll() is None, roles.told()
        assert "Read-only file system" not in (roles.directory / f"{name}.log").read_text()
