"""Connect's errors. The vendor's pages show none; ours are RFC 9457 problem details.

Faults of a document stand in `errors`, a row `{path, line, code, message}` for each.
"""

from __future__ import annotations

from django.http import HttpResponse

from apps.core.errors import ErrorCode, PortalError
from apps.dialects import problems

# The caller of a generated document waits for it; it is no page that asks again.
STATUS: dict[ErrorCode, int] = problems.STATUS | {ErrorCode.NOT_READY: 503}


def render(error: PortalError) -> HttpResponse:
    """An error as a Connect endpoint sends it."""
    statuses = STATUS
    if error.at == "templateName":
        # Named by the address, not by the document.
        statuses = STATUS | {ErrorCode.TEMPLATE_NOT_FOUND: 404}
    response = problems.response(problems.problem(error, statuses))
    if error.code == ErrorCode.NOT_READY:
        response["Retry-After"] = "2"
    return response
