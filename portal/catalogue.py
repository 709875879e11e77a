"""What goes with the API reference: every error, and the calls as a collection."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from apps.core.errors import CATALOGUE
from apps.dialects.native.errors import STATUS
from apps.dialects.reference.collection import collection
from portal.reference import SchemaGenerator


def errors(request: HttpRequest) -> HttpResponse:
    """`GET /api/docs/errors`: what the `type` of a problem (RFC 9457) leads to."""
    rows = [{"code": code, "status": STATUS[code], "words": CATALOGUE[code]} for code in CATALOGUE]
    return render(request, "portal/errors.html", {"errors": rows})


def calls(request: HttpRequest) -> HttpResponse:
    """`GET /api/collection`: every call, for Postman, Bruno and their like; addressed to here."""
    schema = SchemaGenerator().get_schema(request=None, public=True)
    answer = JsonResponse(collection(schema, request.build_absolute_uri("/").rstrip("/")))
    answer["Content-Disposition"] = 'attachment; filename="recto.postman_collection.json"'
    return answer
