"""What ties an answer, its log lines, its jobs and its audit events together."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass

correlation_id: ContextVar[str] = ContextVar("correlation_id", default="-")
# Where the request at hand comes from; blank where there is none.
address: ContextVar[str] = ContextVar("address", default="")


@dataclass(slots=True)
class Found:
    """What is found out of a request on the way to its answer, for the request log."""

    client: str = ""
    logs_all: bool = False  # whether this client's successes are logged, too
    error_code: str = ""


found: ContextVar[Found | None] = ContextVar("found", default=None)


def note_client(name: str, *, logs_all: bool) -> None:
    """Notes who calls."""
    if (request := found.get()) is not None:
        request.client, request.logs_all = name, logs_all


def note_error(code: str) -> None:
    """Notes why the call failed."""
    if (request := found.get()) is not None:
        request.error_code = code
