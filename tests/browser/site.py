"""A web site that is not the portal."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


class _Silent(SimpleHTTPRequestHandler):
    def log_message(self, *arguments: object) -> None:
        """Tests print nothing."""


@dataclass
class Site:
    """Where it is, and the folder of its pages."""

    host: str
    folder: Path

    @property
    def origin(self) -> str:
        """What a client registers."""
        return f"http://{self.host}"

    @classmethod
    @contextmanager
    def running(cls, folder: Path) -> Iterator[Site]:
        """Serves a folder until the end of the block."""
        server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Silent, directory=folder))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield cls(f"localhost:{server.server_port}", folder)
        finally:
            server.shutdown()
            server.server_close()
