"""The whole product, started as `make run` starts it, and an integrator's calls to it."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import requests

from tests.prepared import prepare

PROJECT = Path(__file__).resolve().parent.parent
SCOPES = ["viewing:read", "viewing:write", "workfiles:read", "workfiles:write"]


# Below those that the kernel gives to whoever calls somebody.
_PORTS = range(10_000, 32_000)


def free_port(*, also: int = 0) -> int:
    """A port that nobody has; with `also`, nobody has the one so many numbers higher either."""
    while True:
        port = _PORTS.start + secrets.randbelow(len(_PORTS) - also)
        if _is_free(port) and _is_free(port + also):
            return port


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


@dataclass
class Stack:
    """A running portal: its address, its data directory and its process."""

    url: str
    data_dir: Path
    process: subprocess.Popen[bytes]
    log: Path
    environment: dict[str, str]

    def manage(self, *arguments: str) -> str:
        """Output of a manage.py command on this portal's data; CalledProcessError if it fails."""
        manager = self._manager
        assert manager.stdin
        assert manager.stdout
        manager.stdin.write(json.dumps(arguments) + "\n")
        manager.stdin.flush()
        told = json.loads(manager.stdout.readline())
        if told["code"]:
            raise subprocess.CalledProcessError(
                told["code"], arguments, output=told["out"], stderr=told["err"]
            )
        return str(told["out"])

    @cached_property
    def _manager(self) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "tests.manager"],
            cwd=PROJECT,
            env={"DJANGO_SETTINGS_MODULE": "portal.settings"} | self.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def close(self) -> None:
        """Ends what carries out commands."""
        if manager := self.__dict__.pop("_manager", None):
            manager.communicate()

    def register(self, name: str, *arguments: str) -> dict[str, str]:
        """A new client's credentials."""
        scopes = [word for scope in SCOPES for word in ("--scope", scope)]
        credentials: dict[str, str] = json.loads(
            self.manage("register_client", name, *(arguments or scopes), "--json")
        )
        return credentials

    def integrator(self, name: str = "Integrator", *arguments: str) -> Integrator:
        """A registered client that already holds a token."""
        credentials = self.register(name, *arguments)
        return Integrator(self.url, credentials)


class Integrator:
    """What another system does: it gets a token and speaks PrizmDoc's V1."""

    def __init__(self, url: str, credentials: dict[str, str]) -> None:
        self.url = url
        self.http = requests.Session()
        answer = self.http.post(
            f"{url}/o/token/",
            data={"grant_type": "client_credentials"},
            auth=(credentials["client_id"], credentials["client_secret"]),
            timeout=30,
        )
        answer.raise_for_status()
        self.http.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"

    def call(self, method: str, path: str, **arguments: Any) -> requests.Response:
        arguments.setdefault("timeout", 120)
        return self.http.request(method, self.url + path, **arguments)

    def open(self, **body: object) -> str:
        """A new viewing session's id."""
        answer = self.call("POST", "/PCCIS/V1/ViewingSession", json=body)
        assert answer.status_code == 200, answer.text
        identity: str = answer.json()["viewingSessionId"]
        return identity

    def upload(self, identity: str, content: Any, extension: str = "") -> requests.Response:
        """PUT SourceFile."""
        query = f"?FileExtension={extension}" if extension else ""
        path = f"/PCCIS/V1/ViewingSession/u{identity}/SourceFile{query}"
        return self.call("PUT", path, data=content)

    def show(self, file: Path, **body: object) -> str:
        """A session on a file, named after it; returns the session's id."""
        identity = self.open(**({"externalId": file.name} | body))
        answer = self.upload(identity, file.read_bytes(), file.suffix.lstrip("."))
        assert answer.status_code == 200, answer.headers.get("Accusoft-Status-Message")
        return identity

    def view(self, identity: str) -> dict[str, Any]:
        """The viewer page's state of a session."""
        answer = requests.get(f"{self.url}/api/v1/views/{identity}", timeout=30)
        state: dict[str, Any] = answer.json()
        return state

    def settled(self, identity: str, seconds: float = 120) -> dict[str, Any]:
        """The state once it is no longer converting."""
        deadline = time.monotonic() + seconds
        while (state := self.view(identity)).get("state") in ("converting", "empty"):
            assert time.monotonic() < deadline, state
            time.sleep(0.05)
        return state


@contextmanager
def running_stack(
    *, fresh: bool = False, only: Sequence[str] = (), **environment: str
) -> Iterator[Stack]:
    """`make run`, less its installation step, until the end of the block.

    A fresh one makes its own tables and static files, as on a new machine. With `only`, those
    roles run, of which web is one.
    """
    data_dir = Path(tempfile.mkdtemp(prefix="recto-stack-"))
    if not fresh:
        own = Path(environment.get("DATA_DIR", data_dir))
        prepare(own, tables="DATABASE_URL" not in environment)
    port = free_port()
    log = data_dir / "output.log"
    surroundings = os.environ | {"DATA_DIR": str(data_dir), "PORT": str(port)} | environment
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "portal.run", *(("--only", *only) if only else ())],
            cwd=PROJECT,
            env=surroundings,
            stdout=output,
            stderr=output,
        )
    stack = Stack(f"http://127.0.0.1:{port}", data_dir, process, log, surroundings)
    try:
        _wait_until_ready(stack, "livez" if only else "readyz")
        yield stack
    finally:
        stack.close()
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(timeout=30)
        finally:
            process.kill()
            shutil.rmtree(data_dir, ignore_errors=True)


def _wait_until_ready(stack: Stack, path: str) -> None:
    deadline = time.monotonic() + 300
    while time.monotonic() < deadline:
        if stack.process.poll() is not None:
            break
        try:
            if requests.get(f"{stack.url}/{path}", timeout=10).status_code == 200:
                return
        except (requests.ConnectionError, requests.Timeout):
            pass
        time.sleep(0.2)
    raise RuntimeError(f"The portal did not start:\n{stack.log.read_text()}")
