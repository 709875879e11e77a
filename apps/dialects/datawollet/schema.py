"""What the API reference says of DataWollet: one decorator for each method of views.py."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from drf_spectacular.utils import OpenApiParameter, OpenApiRequest, extend_schema

from apps.clients.schema import REQUIRED_SCOPES
from apps.core.errors import ErrorCode
from apps.dialects import schema as api
from apps.dialects.datawollet.errors import STATUS
from apps.dialects.datawollet.schema_parts import COMPONENTS, COUNT, GUID, MOMENT, TEXT, or_null

Json = dict[str, Any]
Method = TypeVar("Method", bound=Callable[..., Any])

_SESSION = "mvQZ4mD0cT5vGyaYB7uGl2JmXwq0c1xJ4mE0b7jKc3A"
_ENVELOPE = "5d0bd14c-86ae-4a4a-8f23-6b6d7b7f1f0a"
_REQUEST = "0d3c7c29-8a5a-4b7c-9a52-3b1a5c9d2e11"
_DOCUMENT = "f2a8a3a8-2f0e-4a36-b3d5-4f0b8e6f7c21"
_MORNING = "2026-11-22T09:00:00.000Z"


class DatawolletSchema(api.OperationSchema):
    """An operation of DataWollet."""

    components = COMPONENTS

    def get_auth(self) -> list[Json]:
        """Programs as everywhere; the page of a public client sends nothing but its origin."""
        scopes = self.get_extensions().get(REQUIRED_SCOPES, [])
        return [{"oauth2": scopes}, {"prizmDocKey": []}, {"accessKey": []}, {}]


described = api.describing(DatawolletSchema)


# --- Errors -----------------------------------------------------------------------------------
CALLER = (
    ErrorCode.NOT_AUTHENTICATED,
    ErrorCode.ORIGIN_UNKNOWN,
    ErrorCode.SCOPE_MISSING,
    ErrorCode.QUOTA_EXCEEDED,
    *api.FAULTS,
)
_BODY = (ErrorCode.MALFORMED_BODY, ErrorCode.INPUT_INVALID, ErrorCode.INPUT_CONFLICTS)
SESSION = (
    ErrorCode.INPUT_MISSING,
    ErrorCode.SESSION_NOT_FOUND,
    ErrorCode.SESSION_STOPPED,
    ErrorCode.SESSION_KEY_WRONG,
)
_ENVELOPES = (
    ErrorCode.ENVELOPE_ON_RESUME,
    ErrorCode.ENVELOPE_NOT_FOUND,
    ErrorCode.ENVELOPE_DENIED,
)
_SENDING = (
    ErrorCode.MALFORMED_BODY,
    ErrorCode.MEDIA_TYPE_UNSUPPORTED,
    ErrorCode.INPUT_MISSING,
    ErrorCode.INPUT_INVALID,
    ErrorCode.DOCUMENT_EMPTY,
    ErrorCode.DOCUMENT_TOO_LARGE,
    ErrorCode.FORMAT_UNRECOGNIZED,
    ErrorCode.FORMAT_UNSUPPORTED,
    ErrorCode.FORMAT_MISMATCH,
    ErrorCode.IDEMPOTENCY_KEY_REUSED,
    ErrorCode.EXPECTATION_FAILED,
    ErrorCode.DOCUMENT_CORRUPT,
    ErrorCode.PASSWORD_REQUIRED,
    ErrorCode.LIMIT_EXCEEDED,
    ErrorCode.TIMEOUT,
    ErrorCode.OUT_OF_MEMORY,
    ErrorCode.ENGINE_CRASHED,
    ErrorCode.ENGINE_UNAVAILABLE,
)


def problems(*codes: ErrorCode) -> api.Answers:
    """The answers for these codes, by status, as errors.py spells them."""
    return api.answers_problems(codes, STATUS, "ExtractionProblem")


# --- Operations -------------------------------------------------------------------------------
def header(name: str, text: str, *, required: bool = False) -> OpenApiParameter:
    """A request header."""
    return OpenApiParameter(name, str, OpenApiParameter.HEADER, description=text, required=required)


def path(name: str, text: str) -> OpenApiParameter:
    """A part of the path."""
    return OpenApiParameter(name, TEXT, OpenApiParameter.PATH, description=text)


OF_SESSION = header("Session-Id", "The session. Pages send its key cookie along.", required=True)
_PREFER = header(
    "Prefer",
    "RFC 7240: `document-class`, `document-context`, `handling=strict`, `respond-async`, `wait`.",
)
_IDEMPOTENCY = header("Idempotency-Key", "The same key and document give the same request.")
_SENT = {
    "multipart/form-data": OpenApiRequest(
        api.shape(
            {
                "document": api.BYTES,
                "schema": {
                    "type": "string",
                    "description": "The caller's own fields: a JSON Schema with `x-labels`.",
                },
            },
            ["document"],
        )
    )
}


def call(
    id: str,
    responses: api.Answers,
    *parameters: OpenApiParameter,
    request: Any = None,
    scopes: Iterable[str] = ("sessions:write",),
) -> Callable[[Method], Method]:
    """Describes an operation."""
    decorator: Callable[[Method], Method] = extend_schema(
        operation_id=id,
        tags=["DataWollet"],
        request=request,
        responses=responses,
        parameters=list(parameters),
        extensions={REQUIRED_SCOPES: list(scopes)},
    )
    return decorator


_BEGIN = api.shape(
    {
        "partitionKey": {"type": "string", "description": "Isolates users or devices."},
        "sessionId": TEXT,
        "timeout": {"type": "integer", "description": "Idle seconds; capped.", "minimum": 1},
        "envelope": {
            "oneOf": [
                api.shape(
                    {"create": {"const": True}, "retentionDays": COUNT, "label": TEXT}, ["create"]
                ),
                api.shape({"id": GUID, "key": TEXT, "subject": TEXT}, ["id", "key"]),
            ]
        },
    },
    [],
)
_STARTED: Json = {
    "sessionId": _SESSION,
    "resumed": False,
    "createdAt": _MORNING,
    "expiresAt": "2026-11-22T09:30:00.000Z",
    "maxExpiresAt": "2026-11-23T09:00:00.000Z",
    "requests": [],
    "envelope": {
        "id": _ENVELOPE,
        "key": "8mKu3Vb0b7...",
        "access": "write",
        "retainUntil": "2027-02-20T09:00:00.000Z",
    },
}
_RESULT: Json = {
    "requestId": _REQUEST,
    "documentId": _DOCUMENT,
    "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "pages": 1,
    "pageSizes": [{"width": 595.3, "height": 841.9, "source": "text"}],
    "classIdentifier": "invoice",
    "className": "Purchasing: Invoice",
    "confidence": 0.97,
    "fields": {
        "total": {
            "value": "119.00",
            "type": "amount",
            "confidence": 0.98,
            "page": 0,
            "polygon": [[470, 610], [520, 610], [520, 622], [470, 622]],
            "text": "119,00",
            "source": "text",
        }
    },
    "tables": [],
    "validations": [],
    "warnings": [],
    "expectations": {"warnings": []},
    "version": 1,
}
_PENDING: Json = {
    "requestId": _REQUEST,
    "type": "documents/append",
    "status": "queued",
    "receivedAt": _MORNING,
    "documentId": _DOCUMENT,
}
_FRESH = {200: api.answers("The session.", api.ref("ExtractionSession"), _STARTED)}
_NOTHING = {204: api.answers_nothing("Done.")}
_READ = {200: api.answers("The data.", api.ref("ExtractionResult"), _RESULT)}
_LATER = {
    202: api.answers(
        "It takes longer; `Location` tells where to ask.", api.ref("ExtractionRequest"), _PENDING
    )
}
_ASKED = {200: api.answers("The request.", api.ref("ExtractionRequest"), _PENDING)}

start_session = call(
    "startExtractionSession",
    _FRESH | problems(*CALLER, *_BODY, *_ENVELOPES),
    request=api.sends_json(_BEGIN, {"partitionKey": "user-1", "envelope": {"create": True}}),
)
resume_session = call(
    "resumeExtractionSession",
    _FRESH | problems(*CALLER, *_BODY, *SESSION, ErrorCode.ENVELOPE_ON_RESUME),
    request=api.sends_json(_BEGIN, {"partitionKey": "user-1", "sessionId": _SESSION}),
)
end_session = call(
    "endExtractionSession",
    _NOTHING | problems(*CALLER, *_BODY, ErrorCode.INPUT_MISSING, ErrorCode.SESSION_KEY_WRONG),
    request=api.sends_json(api.shape({"sessionId": TEXT}, []), {"sessionId": _SESSION}),
)
get_session = call("getExtractionSession", _FRESH | problems(*CALLER, *SESSION), OF_SESSION)
create_review = call(
    "createExtractionReview",
    {
        200: api.answers(
            "The page's address. It opens the session until that ends.",
            api.shape({"reviewUrl": TEXT, "expiresAt": MOMENT}),
            {
                "reviewUrl": "https://recto.example.org/app/web/review?token=8mKu3Vb0b7...",
                "expiresAt": "2026-11-23T09:00:00.000Z",
            },
        )
    }
    | problems(*CALLER, *_BODY, *SESSION),
    OF_SESSION,
    request=api.sends_json(api.shape({"reviewer": TEXT}, []), {"reviewer": "J. Doe"}),
)
append_document = call(
    "appendDocument",
    _READ | _LATER | problems(*CALLER, *SESSION, *_SENDING),
    OF_SESSION,
    _PREFER,
    _IDEMPOTENCY,
    request=_SENT,
    scopes=("sessions:write", "documents:ocr"),
)
single_document = call(
    "extractDocument",
    _READ | _LATER | problems(*CALLER, *_SENDING),
    _PREFER,
    request=_SENT,
    scopes=("sessions:write", "documents:ocr"),
)
_OF_DOCUMENT = path("identity", "The documentId.")
get_document = call(
    "getDocument",
    {
        200: api.answers(
            "The document.",
            api.shape(
                {
                    "documentId": GUID,
                    "name": or_null(TEXT),
                    "sha256": TEXT,
                    "size": COUNT,
                    "mediaType": TEXT,
                    "pages": or_null(COUNT),
                    "receivedAt": MOMENT,
                    "requestId": TEXT,
                    "status": TEXT,
                }
            ),
            {
                "documentId": _DOCUMENT,
                "name": "invoice.pdf",
                "sha256": _RESULT["sha256"],
                "size": 48213,
                "mediaType": "application/pdf",
                "pages": 1,
                "receivedAt": _MORNING,
                "requestId": _REQUEST,
                "status": "succeeded",
            },
        )
    }
    | problems(*CALLER, *SESSION, ErrorCode.EXTRACTION_DOCUMENT_NOT_FOUND),
    OF_SESSION,
    _OF_DOCUMENT,
)
get_result = call(
    "getDocumentResult",
    _READ | _LATER | problems(*CALLER, *SESSION, ErrorCode.EXTRACTION_DOCUMENT_NOT_FOUND),
    OF_SESSION,
    _OF_DOCUMENT,
)
delete_document = call(
    "deleteDocument",
    _NOTHING | problems(*CALLER, *SESSION, ErrorCode.EXTRACTION_DOCUMENT_NOT_FOUND),
    OF_SESSION,
    _OF_DOCUMENT,
)
get_request = call(
    "getExtractionRequest",
    _ASKED | problems(*CALLER, *SESSION, ErrorCode.REQUEST_NOT_FOUND),
    header("Session-Id", "The session; left out for a document sent without one."),
    path("identity", "The requestId."),
)
