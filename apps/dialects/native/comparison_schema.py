"""What the API reference says of comparison_views.py: one decorator for each method."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from drf_spectacular.utils import OpenApiParameter, extend_schema

from apps.clients.schema import REQUIRED_SCOPES
from apps.core.errors import ErrorCode
from apps.dialects import schema as api
from apps.dialects.native.comparison_wire import EXTENSION_PATTERN, METHODS, SIDES
from apps.dialects.native.schema import COMPONENTS, PROOF, WAYS, problems

Json = dict[str, Any]
Method = TypeVar("Method", bound=Callable[..., Any])

_CALLER = (ErrorCode.NOT_AUTHENTICATED, ErrorCode.SCOPE_MISSING, *api.FAULTS)
_SESSION = (ErrorCode.SESSION_NOT_FOUND, ErrorCode.SESSION_STOPPED, *api.FAULTS)
_IDENTITY = OpenApiParameter(
    "identity", str, OpenApiParameter.PATH, description="The comparison's `id`."
)
_DOCUMENT = api.shape({"file_id": {"type": "string", "description": "Of a work file."}})
_BODY = api.shape(
    {
        "original": _DOCUMENT | {"description": "Left out, it is uploaded next."},
        "revised": _DOCUMENT,
        "method": {
            "type": "string",
            "enum": list(METHODS),
            "default": "auto",
            "description": "`redline`: two word processing documents; a red-lined one with tracked "
            "changes is made of them. `text`: any two documents, by their texts. `auto`: a "
            "red-line where that is possible.",
        },
        "name": {"type": "string", "maxLength": 255, "description": "What people see."},
        "external_id": {"type": "string", "maxLength": 255},
    },
    [],
)
_COMPARISON: Json = {
    "id": "GcIsIsEGbLV2_V9yy4NzmK2HB-JuLOH--A9sZ16cla9",
    "state": "comparing",
    "method": "text",
    "revisions": None,
    "substantive": None,
    "proof": None,
    "error": None,
    "view_url": "/view/uGcIsIsEGbLV2_V9yy4NzmK2HB-JuLOH--A9sZ16cla9",
    "expires_at": "2026-11-22T12:20:00+00:00",
}
_READY = _COMPARISON | {
    "state": "ready",
    "revisions": 3,
    "substantive": 2,
    "proof": {
        "accept_all": True,
        "reject_all": True,
        "holds": True,
        "complete": False,
        "not_compared": ["formatting", "pictures"],
        "details": [],
    },
}


def _or_null(schema: Json) -> Json:
    return {"anyOf": [schema, {"type": "null"}]}


_COUNT = _or_null({"type": "integer"})
_SHAPE = api.shape(
    {
        "id": {"type": "string"},
        "state": {"type": "string", "enum": ["empty", "comparing", "ready", "failed"]},
        "method": WAYS,
        "revisions": _COUNT,
        "substantive": _COUNT,
        "proof": _or_null(PROOF),
        "error": _or_null(api.ref("Problem")),
        "view_url": {"type": "string", "description": "The page that shows it to a person."},
        "expires_at": {"type": "string", "format": "date-time"},
    }
)


class _Schema(api.OperationSchema):
    prefix = "/api/v1/"
    components = COMPONENTS | {"Comparison": _SHAPE}


described = api.describing(_Schema)


def _call(
    id: str, scopes: list[str], request: Any, responses: api.Answers, *parameters: Any
) -> Callable[[Method], Method]:
    decorator: Callable[[Method], Method] = extend_schema(
        operation_id=id,
        tags=["Native: comparisons"],
        request=request,
        responses=responses,
        parameters=list(parameters),
        extensions={REQUIRED_SCOPES: scopes} if scopes else None,
    )
    return decorator


def _comparison(description: str, example: Json) -> Any:
    return api.answers(description, api.ref("Comparison"), example)


open_comparison = _call(
    "openComparison",
    ["viewing:write"],
    api.sends_json(
        _BODY,
        {
            "original": {"file_id": "CVBuD7DbQYNoJDqByGierQ"},
            "revised": {"file_id": "5qTYa3gzN9gYUb5SzqUhqg"},
        },
    ),
    {201: _comparison("The comparison was opened.", _COMPARISON)}
    | problems(
        *_CALLER,
        ErrorCode.QUOTA_EXCEEDED,
        ErrorCode.MALFORMED_BODY,
        ErrorCode.INPUT_MISSING,
        ErrorCode.INPUT_INVALID,
        ErrorCode.WORK_FILE_NOT_FOUND,
        ErrorCode.FORMAT_NOT_COMPARABLE,
    ),
)
get_comparison = _call(
    "getComparison",
    [],
    None,
    {200: _comparison("The comparison as it stands.", _READY)} | problems(*_SESSION),
    _IDENTITY,
)
end_comparison = _call(
    "endComparison",
    ["viewing:read", "viewing:write"],
    None,
    {204: api.answers_nothing("It is ended.")} | problems(*_CALLER, *_SESSION),
    _IDENTITY,
)
put_document = _call(
    "putComparedDocument",
    ["viewing:read", "viewing:write"],
    api.sends_bytes(),
    {200: _comparison("The document was received.", _COMPARISON)}
    | problems(
        *_CALLER,
        *_SESSION,
        ErrorCode.NOT_ROUTED,
        ErrorCode.INPUT_INVALID,
        ErrorCode.DOCUMENT_ALREADY_ASSIGNED,
        ErrorCode.DOCUMENT_EMPTY,
        ErrorCode.DOCUMENT_TOO_LARGE,
        ErrorCode.DOCUMENT_CORRUPT,
        ErrorCode.FORMAT_UNRECOGNIZED,
        ErrorCode.FORMAT_UNSUPPORTED,
        ErrorCode.FORMAT_MISMATCH,
        ErrorCode.FORMAT_NOT_COMPARABLE,
    ),
    _IDENTITY,
    OpenApiParameter("side", {"type": "string", "enum": list(SIDES)}, OpenApiParameter.PATH),
    OpenApiParameter(
        "extension",
        {"type": "string", "pattern": EXTENSION_PATTERN},
        description="Needed for text formats, whose bytes do not tell.",
    ),
)
