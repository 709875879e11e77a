"""DataWollet's sessions and documents: each view parses, calls one service, renders.

Source: seed 003 for starting a session; CONTRACT section 3 for what it leaves out.
"""

from __future__ import annotations

from django.conf import settings
from django.http import HttpResponse, HttpResponseBase
from rest_framework.request import Request

from apps.core.errors import ErrorCode, PortalError
from apps.dialects.datawollet import base, multipart, prefer, schema, wire
from apps.dialects.datawollet.base import DatawolletView, answer
from apps.extraction import documents, reviews
from apps.extraction import services as extraction
from apps.extraction.documents import ExtractionRequest
from apps.extraction.services import Extraction

_AGAIN_SECONDS = 1


@schema.described
class SessionStart(DatawolletView):
    """POST /session/start"""

    @schema.start_session
    def post(self, request: Request) -> HttpResponseBase:
        """Starts a session, or continues the one that is named if that is possible."""
        wanted = wire.wanted(request._request, self.keys)
        started = extraction.start(self.actor, wanted, dialect=base.DIALECT)
        response = answer(wire.started(started))
        base.give_key(response, started)
        return response


@schema.described
class SessionResume(DatawolletView):
    """POST /session/resume"""

    @schema.resume_session
    def post(self, request: Request) -> HttpResponseBase:
        """Continues a session; what cannot be continued is an error."""
        started = extraction.resume(self.actor, wire.wanted(request._request, self.keys))
        response = answer(wire.started(started))
        base.give_key(response, started)
        return response


@schema.described
class SessionEnd(DatawolletView):
    """POST /session/end"""

    @schema.end_session
    def post(self, request: Request) -> HttpResponseBase:
        """Ends a session and destroys what was in it; again is no error."""
        identity = wire.ended(request._request, self.session_id)
        handle = extraction.end(self.actor, identity, self.keys)
        response = HttpResponse(status=204)
        if handle:
            base.take_key(response, handle)
        return response


@schema.described
class SessionStatus(DatawolletView):
    """GET /session"""

    @schema.get_session
    def get(self, request: Request) -> HttpResponseBase:
        """The session, with the requests made in it and their results."""
        return answer(wire.session(self.extraction()))


@schema.described
class SessionReview(DatawolletView):
    """POST /session/review"""

    @schema.create_review
    def post(self, request: Request) -> HttpResponseBase:
        """Makes a link to the page on which a person checks and corrects the values."""
        found = self.extraction()
        url = reviews.create_link(found, reviewer=wire.reviewer(request._request))
        return answer({"reviewUrl": url, "expiresAt": wire.moment(found.session.ends_at)})


class _Documents(DatawolletView):
    """Calls that send a document."""

    def sent(self, form: multipart.Form, preferences: prefer.Preferences) -> documents.Sent:
        """The document as the service takes it. Raises INPUT_INVALID for the idempotency key."""
        key = self.request.headers.get("Idempotency-Key", "").strip()
        if len(key) > 255:
            raise PortalError(
                ErrorCode.INPUT_INVALID,
                "Idempotency-Key is longer than 255 characters.",
                at="Idempotency-Key",
            )
        return documents.Sent(
            stream=form.document,
            name=form.document.name or "",
            expectation=preferences.expectation,
            schema=form.schema,
            idempotency_key=key,
        )

    @property
    def limit(self) -> int:
        """The largest document this caller may send, in bytes."""
        own = self.actor.require_client().maximum_upload_bytes
        return min(own or settings.MAX_UPLOAD_BYTES, settings.MAX_UPLOAD_BYTES)

    def preferences(self) -> prefer.Preferences:
        """What the caller prefers."""
        longest = settings.EXTRACTION_SYNC_SECONDS
        return prefer.parse(self.request.headers.get("Prefer", ""), longest=longest)

    def finish(
        self, found: Extraction, one: ExtractionRequest, preferences: prefer.Preferences
    ) -> HttpResponse:
        """The result, if it comes in time; else 202 and where to ask for it.

        Raises why the request failed.
        """
        seconds = 0 if preferences.respond_async else settings.EXTRACTION_SYNC_SECONDS
        if preferences.wait is not None:
            seconds = preferences.wait
        if documents.wait(one, seconds=seconds):
            if error := documents.failure(one):
                error.data["request_id"] = wire.request(found, one)["requestId"]
                raise error
            response = answer(wire.result(found, one))
        else:
            response = answer(wire.pending(found, one), status=202)
            response["Location"] = wire.location(found, one)
            response["Retry-After"] = str(_AGAIN_SECONDS)
        if applied := preferences.applied():
            response["Preference-Applied"] = applied
        return response


@schema.described
class DocumentAppend(_Documents):
    """POST /documents/append"""

    @schema.append_document
    def post(self, request: Request) -> HttpResponseBase:
        """Sends a document to the session and extracts its data."""
        found, preferences = self.extraction(), self.preferences()
        with multipart.read(request._request, limit=self.limit) as form:
            one = documents.append(found, self.sent(form, preferences))
        return self.finish(found, one, preferences)


@schema.described
class DocumentSingle(_Documents):
    """POST /documents/single"""

    @schema.single_document
    def post(self, request: Request) -> HttpResponseBase:
        """Extracts the data of one document without a session; nothing of it is kept."""
        self.actor.require(extraction.SCOPE)
        preferences = self.preferences()
        with multipart.read(request._request, limit=self.limit) as form:
            sent = self.sent(form, preferences)
            found, one = documents.single(self.actor, sent, dialect=base.DIALECT)
        try:
            response = self.finish(found, one, preferences)
        except BaseException:
            extraction.over(found)
            raise
        if response.status_code == 200:
            extraction.over(found)
        return response


@schema.described
class Document(DatawolletView):
    """GET and DELETE /documents/{id}"""

    @schema.get_document
    def get(self, request: Request, identity: str) -> HttpResponseBase:
        """What is known of a document."""
        found = self.extraction()
        return answer(wire.document(found, documents.document(found, identity)))

    @schema.delete_document
    def delete(self, request: Request, identity: str) -> HttpResponseBase:
        """Deletes a document with its data from the session; an envelope keeps its copy."""
        documents.delete(self.extraction(), identity)
        return HttpResponse(status=204)


@schema.described
class DocumentResult(DatawolletView):
    """GET /documents/{id}/result"""

    @schema.get_result
    def get(self, request: Request, identity: str) -> HttpResponseBase:
        """The newest data of a document, with what people have corrected."""
        found = self.extraction()
        one = documents.latest_of(documents.document(found, identity))
        if error := documents.failure(one):
            raise error
        if one.state != documents.State.SUCCEEDED:
            response = answer(wire.pending(found, one), status=202)
            response["Retry-After"] = str(_AGAIN_SECONDS)
            return response
        return answer(wire.result(found, one))


@schema.described
class RequestStatus(DatawolletView):
    """GET /requests/{id}"""

    @schema.get_request
    def get(self, request: Request, identity: str) -> HttpResponseBase:
        """How far a request is, and its result or why it failed."""
        if self.session_id:
            found = self.extraction()
            one = documents.request(found, identity)
        else:
            found, one = documents.single_request(self.actor, identity)
        response = answer(wire.request(found, one))
        if one.finished_at is None:
            response["Retry-After"] = str(_AGAIN_SECONDS)
        return response
