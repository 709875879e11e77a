"""PrizmDoc viewing sessions V2: two documents to compare, and what changed between them.

Source: seed 001, `sourceFile/original` and `sourceFile/revised`. The body of `revisionData` is
ours.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, HttpResponseBase, JsonResponse
from rest_framework.request import Request

from apps.clients.actors import Actor
from apps.dialects.base import PublicView, file_response
from apps.dialects.prizmdoc import comparison_schema as schema
from apps.dialects.prizmdoc import wire
from apps.dialects.prizmdoc.views import V2View
from apps.viewing import comparing
from apps.viewing import services as viewing
from apps.workfiles import services as workfiles

_SECONDS = 25.0
_DEFAULT_NAMES: dict[comparing.Side, str] = {
    "original": "OriginalSourceFile",
    "revised": "RevisedSourceFile",
}


@schema.described_once
class ComparedFile(V2View):
    """One of the two documents; the subclasses say which."""

    side: comparing.Side

    def put(self, request: Request, u_id: str) -> HttpResponse:
        """Uploads one of the two documents: raw bytes of a .doc or .docx file."""
        identity = self.session_to_change(u_id)
        extension = wire.file_extension(request.query_params)
        comparing.attach_upload(
            self.actor, identity, self.side, request._request, extension=extension
        )
        return HttpResponse(status=200)

    def get(self, request: Request, u_id: str) -> HttpResponseBase:
        """Downloads an identical copy of the document."""
        work_file = comparing.source_of(self.actor, self.identity(u_id), self.side)
        wanted = wire.query(request.query_params, "contentDispositionFilename")
        return file_response(
            workfiles.read(work_file.blob),
            size=work_file.blob.size,
            media_type=workfiles.describe(work_file).media_type,
            name=workfiles.download_name(work_file, wanted, _DEFAULT_NAMES[self.side]),
        )


@schema.of_original
class OriginalFile(ComparedFile):
    """PUT, GET /v2/viewingSessions/{viewingSessionId}/sourceFile/original"""

    side = "original"


@schema.of_revised
class RevisedFile(ComparedFile):
    """PUT, GET /v2/viewingSessions/{viewingSessionId}/sourceFile/revised"""

    side = "revised"


@schema.described_once
class RevisionData(PublicView, V2View):
    """GET /v2/viewingSessions/{viewingSessionId}/revisionData?limit&continueToken"""

    @schema.get_revisions
    def get(self, request: Request, u_id: str) -> HttpResponse:
        """Gets what changed, with its places on the red-lined pages, and what is proven of it."""
        view = viewing.look(Actor.viewer(), self.identity(u_id))
        limit = wire.query_whole(request.query_params, "limit", default=100, least=1, most=1000)
        offset = wire.query_whole(
            request.query_params, "continueToken", default=0, least=0, most=10_000_000
        )
        listing = comparing.revisions(
            view, offset=offset, limit=limit, substantive_only=False, seconds=_SECONDS
        )
        proof = listing.proof
        body: dict[str, Any] = {
            "revisions": [revision.as_json() for revision in listing.revisions],
            "totalRevisions": listing.total,
            "proof": {
                "acceptAll": proof.accept_all,
                "rejectAll": proof.reject_all,
                "notCompared": list(proof.not_compared),
                "details": list(proof.details),
            },
        }
        if offset + limit < listing.total:
            body["continueToken"] = str(offset + limit)
        return JsonResponse(body)
