"""The least a server can do with a file: a WSGI application that hands it over.

`BENCH_FILE` names the file. Served by the same server program as the portal.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

FILE = Path(os.environ.get("BENCH_FILE", os.devnull))
_BLOCK = 64 * 1024


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """The whole file, whatever is asked for."""
    headers = [("Content-Type", "application/pdf"), ("Content-Length", str(FILE.stat().st_size))]
    start_response("200 OK", headers)
    wrapped: Iterable[bytes] = environ["wsgi.file_wrapper"](FILE.open("rb"), _BLOCK)
    return wrapped
