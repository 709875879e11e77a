"""What the API reference says of the editor page's calls: one decorator for each method."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from drf_spectacular.utils import OpenApiParameter, extend_schema

from apps.core.errors import ErrorCode
from apps.dialects import schema as api
from apps.dialects.native.errors import STATUS
from apps.dialects.native.schema import COMPONENTS, LATER
from apps.editing.saving import REASONS

Json = dict[str, Any]
Method = TypeVar("Method", bound=Callable[..., Any])

_TEXT, _COUNT, _YES_NO = ({"type": name} for name in ("string", "integer", "boolean"))
_MOMENT = {"type": "string", "format": "date-time"}


def _or_null(schema: Json) -> Json:
    return {"anyOf": [schema, {"type": "null"}]}


_UNSENT = _or_null(
    api.shape(
        {
            "version": _TEXT,
            "error": _or_null(_TEXT) | {"description": "Why not, after the first attempt."},
        }
    )
) | {"description": "The version that the client's own server is still to get."}
_EDITS: dict[str, Json] = {
    "EditRevision": api.shape(
        {
            "name": _TEXT | {"description": "`4`, or `s1` for a version kept beside the document."},
            "number": _COUNT,
            "side": _YES_NO,
            "base": _COUNT | {"description": "The version it was made from."},
            "reason": {
                "type": "string",
                "enum": ["original", "autosave", "explicit", "close", "restore", "external"],
            },
            "author": _TEXT,
            "own": _YES_NO | {"description": "Whether this session saved it."},
            "size": _COUNT,
            "format": _TEXT,
            "saved_at": _MOMENT,
            "current": _YES_NO,
        }
    ),
    "EditState": api.shape(
        {
            "state": {"type": "string", "enum": ["loading", "ready", "failed"]},
            "error": _or_null(api.ref("Problem")),
            "document": api.shape(
                {
                    "name": _TEXT,
                    "format": _or_null(_TEXT),
                    "media_type": _or_null(_TEXT),
                    "family": _or_null(_TEXT),
                    "size": _or_null(_COUNT),
                }
            ),
            "revision": _or_null(api.ref("EditRevision")),
            "access": {"type": "string", "enum": ["view", "edit"]},
            "autosave": api.shape({"enabled": _YES_NO, "seconds": _COUNT}),
            "draft": _or_null(api.shape({"base": _COUNT})),
            "unsent": _UNSENT,
            "office": _or_null(_TEXT)
            | {"description": "The origin of the office suite that opens the document."},
            "user": _TEXT,
            "locale": _TEXT,
            "mobile": _YES_NO,
            "debug": _YES_NO,
            "workspace": _TEXT,
            "viewer_workspace": _TEXT,
            "client": _TEXT,
            "origins": api.array(_TEXT)
            | {"description": "The pages that may frame the editor and talk with it."},
            "expires_at": _MOMENT,
            "now": _MOMENT,
        }
    ),
    "EditProblem": api.problem_details(
        {
            "current": _COUNT | {"description": "The newest version, of a conflict."},
            "kept": _TEXT | {"description": "The version that holds what was sent."},
        }
    ),
}
_REVISION: Json = {
    "name": "4",
    "number": 4,
    "side": False,
    "base": 3,
    "reason": "autosave",
    "author": "user-42",
    "own": True,
    "size": 48211,
    "format": "txt",
    "saved_at": "2026-11-22T12:03:07+00:00",
    "current": True,
}
_STATE: Json = {
    "state": "ready",
    "error": None,
    "document": {
        "name": "notes.txt",
        "format": "txt",
        "media_type": "text/plain",
        "family": "text",
        "size": 48211,
    },
    "revision": _REVISION,
    "access": "edit",
    "autosave": {"enabled": True, "seconds": 30},
    "draft": None,
    "unsent": None,
    "office": None,
    "user": "user-42",
    "locale": "en",
    "mobile": False,
    "debug": False,
    "workspace": "",
    "viewer_workspace": "",
    "client": "Drawings",
    "origins": ["https://app.example.com"],
    "expires_at": "2026-11-22T12:23:07+00:00",
    "now": "2026-11-22T12:03:07+00:00",
}


class EditSchema(api.OperationSchema):
    prefix = "/api/v1/"
    components = COMPONENTS | _EDITS

    def get_auth(self) -> list[Json]:
        """The cookie that the page's address set."""
        return [{}]


described = api.describing(EditSchema)


# --- Errors -------------------------------------------------------------------------------------
SESSION = (
    ErrorCode.SESSION_KEY_WRONG,
    ErrorCode.SESSION_NOT_FOUND,
    ErrorCode.SESSION_STOPPED,
    *api.FAULTS,
)
LOADING = (
    ErrorCode.REMOTE_REFUSED,
    ErrorCode.REMOTE_FAILED,
    ErrorCode.DOCUMENT_TOO_LARGE,
    ErrorCode.FORMAT_UNRECOGNIZED,
    ErrorCode.FORMAT_UNSUPPORTED,
)
CONVERTING = (
    ErrorCode.DOCUMENT_CORRUPT,
    ErrorCode.LIMIT_EXCEEDED,
    ErrorCode.TIMEOUT,
    ErrorCode.OUT_OF_MEMORY,
    ErrorCode.ENGINE_CRASHED,
    ErrorCode.ENGINE_UNAVAILABLE,
)
_CHANGE = (
    *SESSION,
    ErrorCode.REMOTE_REFUSED,
    ErrorCode.REMOTE_FAILED,
    ErrorCode.INPUT_MISSING,
    ErrorCode.INPUT_INVALID,
    ErrorCode.EDIT_VIEW_ONLY,
    ErrorCode.EDIT_SESSION_OVER,
    ErrorCode.STORAGE_FAILED,
)
_SEND = (
    *_CHANGE,
    ErrorCode.MALFORMED_BODY,
    ErrorCode.AUTOSAVE_DISABLED,
    ErrorCode.DOCUMENT_MISSING,
    ErrorCode.DOCUMENT_EMPTY,
    ErrorCode.DOCUMENT_TOO_LARGE,
    ErrorCode.FORMAT_MISMATCH,
    ErrorCode.FORMAT_UNRECOGNIZED,
    ErrorCode.FORMAT_UNSUPPORTED,
    *CONVERTING,
)


def problems(*codes: ErrorCode) -> api.Answers:
    """The answers for these codes, by status, as errors.py spells them."""
    return api.answers_problems(codes, STATUS, "EditProblem")


# --- Operations ---------------------------------------------------------------------------------
_HANDLE = OpenApiParameter(
    "handle", {"type": "string", "format": "uuid"}, OpenApiParameter.PATH, description="In /editor/"
)
_NAME = OpenApiParameter(
    "name",
    {"type": "string", "pattern": r"^s?\d+$"},
    OpenApiParameter.PATH,
    description="`4`, `s1`",
)
_IF_MATCH = OpenApiParameter(
    "If-Match",
    str,
    OpenApiParameter.HEADER,
    required=True,
    description="The version the page has, as the entity tag that came with it.",
)
_PAGE = OpenApiParameter(
    "Recto-Editor", str, OpenApiParameter.HEADER, required=True, description="Anything, such as 1."
)
_EXTENSION = OpenApiParameter(
    "extension",
    str,
    description="The format of what is sent; the document's own by default. `markup` for the "
    "mark-up of a drawing, a list of `EditMarkup`, which is written into it in place of what it "
    "has.",
)
_DOWNLOAD = OpenApiParameter(
    "download", {"type": "string", "enum": ["1"]}, description="As a file."
)


def call(
    id: str, responses: api.Answers, *parameters: Any, request: Any = None
) -> Callable[[Method], Method]:
    decorator: Callable[[Method], Method] = extend_schema(
        operation_id=id,
        tags=["Native: editing"],
        request=request,
        responses=responses,
        parameters=[_HANDLE, *parameters],
    )
    return decorator


def _file(description: str) -> api.Answers:
    return {(200, "application/octet-stream"): api.answers_bytes(description)}


_SAVED = {
    200: api.answers(
        "What storage has now.",
        api.shape({"revision": api.ref("EditRevision"), "unsent": _UNSENT, "now": _MOMENT}),
        {"revision": _REVISION, "unsent": None, "now": "2026-11-22T12:03:07+00:00"},
    )
}
_DONE = {204: api.answers_nothing("Done.")}
get_state = call(
    "getEdit",
    {200: api.answers("Its state.", api.ref("EditState"), _STATE)} | problems(*SESSION),
)
get_content = call(
    "getEditContent",
    _file("The document, by its own media type.") | LATER | problems(*SESSION, *LOADING),
    _DOWNLOAD,
)
save = call(
    "saveEdit",
    _SAVED | problems(*_SEND, ErrorCode.REVISION_CONFLICT),
    _IF_MATCH,
    _PAGE,
    OpenApiParameter(
        "reason",
        {"type": "string", "enum": [reason.value for reason in REASONS]},
        description="explicit by default.",
    ),
    _EXTENSION,
    request=api.sends_bytes(),
)
keep_draft = call(
    "keepEditDraft",
    _DONE | problems(*_SEND),
    _IF_MATCH,
    _PAGE,
    _EXTENSION,
    request=api.sends_bytes(),
)
leave = call(
    "leaveEdit",
    _DONE | problems(*_SEND, ErrorCode.REVISION_CONFLICT),
    OpenApiParameter("revision", int, required=True, description="The version the page has."),
    _EXTENSION,
    request=api.sends_bytes(),
)
get_pdf = call(
    "getEditPdf",
    {(200, "application/pdf"): api.answers_bytes("The version as PDF.")}
    | LATER
    | problems(
        *SESSION,
        *LOADING,
        ErrorCode.REVISION_NOT_FOUND,
        ErrorCode.PASSWORD_REQUIRED,
        *CONVERTING,
    ),
    OpenApiParameter("revision", str, description="The newest by default."),
)
open_office = call(
    "openEditOffice",
    {
        200: api.answers(
            "What the page posts to the suite's frame.",
            api.shape(
                {
                    "address": _TEXT,
                    "access_token": _TEXT,
                    "access_token_ttl": _COUNT
                    | {"description": "When it ends, in milliseconds since 1970."},
                }
            ),
            {
                "address": "https://office.example.com/browser/dist/cool.html?WOPISrc=...",
                "access_token": "mvQZ4mD0cT5vGyaYB7uGl2JmXwq0c1xJ4mE0b7jKc3A",
                "access_token_ttl": 1795350000000,
            },
        )
    }
    | problems(*SESSION, *LOADING),
    _PAGE,
)
get_revisions = call(
    "getEditRevisions",
    {
        200: api.answers(
            "A page of them.",
            api.shape(
                {
                    "revisions": api.array(api.ref("EditRevision")),
                    "before": _or_null(_COUNT) | {"description": "Asks for the next page."},
                }
            ),
            {"revisions": [_REVISION], "before": None},
        )
    }
    | LATER
    | problems(*SESSION, *LOADING, ErrorCode.INPUT_INVALID),
    OpenApiParameter("before", int, description="Where the last page ended."),
    OpenApiParameter("limit", {"type": "integer", "minimum": 1, "maximum": 500}),
)
get_revision = call(
    "getEditRevision",
    _file("The version, by its own media type.")
    | LATER
    | problems(*SESSION, *LOADING, ErrorCode.REVISION_NOT_FOUND),
    _NAME,
    _DOWNLOAD,
)
restore = call(
    "restoreEditRevision",
    _SAVED | problems(*_CHANGE, ErrorCode.REVISION_NOT_FOUND, ErrorCode.REVISION_CONFLICT),
    _NAME,
    _IF_MATCH,
    _PAGE,
)
close = call("closeEdit", _DONE | problems(*SESSION), _PAGE)
