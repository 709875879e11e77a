"""What a process does again and again beside its work."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from django.db import close_old_connections

logger = logging.getLogger(__name__)


def begin(act: Callable[[], object], *, seconds: float, name: str) -> None:
    """Does something every so many seconds for as long as this process lives."""
    threading.Thread(target=_keep_on, args=(act, seconds, name), name=name, daemon=True).start()


def attempt(act: Callable[[], object], name: str) -> None:
    """Does it once. A failure is logged; what it left of a database connection is replaced."""
    try:
        close_old_connections()
        act()
    except Exception:
        logger.exception("%s: this did not work; trying again", name)


def _keep_on(act: Callable[[], object], seconds: float, name: str) -> None:
    while True:
        time.sleep(seconds)
        attempt(act, name)
