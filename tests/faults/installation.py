"""An installation whose parts can be taken away: processes, servers, room on the disk."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests import servers
from tests.flows import processes
from tests.stack import Stack, free_port, running_stack

DISK_MIB = 400


class Server:
    """A server that is stopped and started again, at the same address with the same data."""

    def __init__(self, start: Callable[[], Any]) -> None:
        self._start, self._held = start, ExitStack()

    def start(self) -> str:
        """Its URL."""
        url: str = self._held.enter_context(self._start())
        return url

    def stop(self) -> None:
        """As one is stopped whose host is shut down: nobody is waited for."""
        self._held.close()

    @contextmanager
    def away(self) -> Iterator[None]:
        """It is not there for the length of the block."""
        self.stop()
        try:
            yield
        finally:
            self.start()


@dataclass
class Installation:
    """The running product, the servers it stands on, and its data directory."""

    stack: Stack
    servers: dict[str, Server]
    data: Path
    small_disk: bool

    def pid(self, *words: str) -> int:
        """The process whose command line holds these words."""
        return processes.one(self.stack.process.pid, *words)

    def zygotes(self) -> dict[str, int]:
        """The process of each engine that forks for a document."""
        return {name: self.pid("--socket", name) for name in ("office", "pages")}


@contextmanager
def installation(**environment: str) -> Iterator[Installation]:
    """The product on PostgreSQL, Redis and an S3 server, on a small disk where one is to be had."""
    with tempfile.TemporaryDirectory(prefix="recto-faults-") as name, ExitStack() as ends:
        directory = Path(name)
        directory.chmod(0o755)
        ports, database_port, queue_port = servers.s3_ports(), free_port(), free_port()
        running = {
            "database": Server(lambda: servers.postgresql(directory, port=database_port)),
            "broker": Server(lambda: servers.redis(directory, port=queue_port)),
            "storage": Server(lambda: servers.s3(directory, ports=ports)),
        }
        urls = {}
        for which, server in running.items():
            urls[which] = server.start()
            ends.callback(server.stop)
        data = directory / "data"
        small = ends.enter_context(_small_disk(data))
        settings = {
            "DATABASE_URL": urls["database"],
            "BROKER_URL": urls["broker"],
            "CACHE_URL": urls["broker"],
            "STORAGE_URL": urls["storage"],
            "DATA_DIR": str(data),
            "EDITOR_AUTOSAVES_KEPT": "1000000",  # each confirmed version is asked for at the end
        }
        stack = ends.enter_context(running_stack(**settings | environment))
        yield Installation(stack, running, data, small)


@contextmanager
def _small_disk(directory: Path) -> Iterator[bool]:
    """Whether the directory is a disk of its own, that can be filled."""
    directory.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK_MIB}m", "none", str(directory)]
    mounted = os.geteuid() == 0 and not subprocess.run(mount, capture_output=True).returncode
    try:
        yield mounted
    finally:
        if mounted:
            subprocess.run(["umount", "--lazy", str(directory)], check=False)
