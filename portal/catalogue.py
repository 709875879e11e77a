"""`GET /api/docs/errors`: what the `type` of a problem (RFC 9457) leads to."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from apps.core.errors import CATALOGUE
from apps.dialects.native.errors import STATUS


def errors(request: HttpRequest) -> HttpResponse:
    """Every error: its code, what it means, and what to do about it."""
    rows = [{"code": code, "status": STATUS[code], "words": CATALOGUE[code]} for code in CATALOGUE]
    return render(request, "portal/errors.html", {"errors": rows})
