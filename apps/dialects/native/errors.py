"""The native API's errors: RFC 9457 problem details."""

from __future__ import annotations

from django.http import HttpResponse, JsonResponse

from apps.core.errors import ErrorCode, PortalError
from apps.dialects.problems import STATUS as STATUS
from apps.dialects.problems import problem as problem
from apps.dialects.problems import response


def render(error: PortalError) -> HttpResponse:
    """An error as the native API sends it. "Not ready" is no problem: 202 and when to ask again."""
    if error.code == ErrorCode.NOT_READY:
        return JsonResponse({"retry_after_ms": 250}, status=202)
    return response(problem(error))
