"""What ties an answer, its log lines, its jobs and its audit events together."""

from __future__ import annotations

from contextvars import ContextVar

correlation_id: ContextVar[str] = ContextVar("correlation_id", default="-")
# Where the request at hand comes from; blank where there is none.
address: ContextVar[str] = ContextVar("address", default="")
