"""Viewing sessions as PrizmDoc's application services (PAS) open them.

Source: CONTRACT section 1, "PAS bodies".
"""

from __future__ import annotations

from dataclasses import replace

from django.http import HttpResponse, JsonResponse
from rest_framework.request import Request

from apps.core.errors import ErrorCode, PortalError
from apps.dialects.base import json_body
from apps.dialects.prizmdoc import pas_schema as schema
from apps.dialects.prizmdoc import pas_wire, wire
from apps.dialects.prizmdoc.errors import named_at
from apps.dialects.prizmdoc.views import AFFINITY_TOKEN, PrizmDocView, session_options
from apps.viewing import packages
from apps.viewing import services as viewing
from apps.workfiles import services as workfiles


@schema.described_once
class ViewingSessions(PrizmDocView):
    """POST /ViewingSession"""

    @schema.create_session
    def post(self, request: Request) -> HttpResponse:
        """Creates a new viewing session, and with `source` gives it its document."""
        body = json_body(request)
        source = pas_wire.parse_source(body)
        options = session_options(self.actor, wire.parse_session(body))
        found = self._package(source)
        if not found and source.file_id:
            with named_at("source.fileName", ErrorCode.WORK_FILE_NOT_FOUND):
                workfiles.get(self.actor, source.file_id)
        options = replace(
            options,
            display_name=source.display_name or options.display_name,
            package_id=found,
            source_url="" if found else source.url or options.source_url,
            source_headers=source.headers,
            extension=source.extension or options.extension,
            echo={**options.echo, **({"source": source.echo} if source.echo else {})},
        )
        with named_at("source.url" if source.url else "externalId", ErrorCode.REMOTE_REFUSED):
            _, identity = viewing.open_session(self.actor, options, dialect="prizmdoc-pas")
        if not found and source.file_id:
            viewing.attach_work_file(self.actor, identity, source.file_id)
        return JsonResponse({"viewingSessionId": identity, "affinityToken": AFFINITY_TOKEN})

    def _package(self, source: pas_wire.Source) -> str:
        """The id of the package to show instead of a document, if there is one."""
        missing = ErrorCode.PACKAGE_NOT_FOUND, ErrorCode.PACKAGE_NOT_COMPLETE
        if not source.document_id or source.type == "upload":
            return ""
        try:
            with named_at("source.documentId", *missing):
                packages.get_complete(self.actor, source.document_id)
        except PortalError as error:
            if source.type == "viewingPackage" or error.code not in missing:
                raise
            return ""
        return source.document_id
