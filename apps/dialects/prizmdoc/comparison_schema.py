"""What the API reference says of comparison_views.py: one decorator for each method.

Source: seed 001; the body of `revisionData` is ours.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view

from apps.clients.schema import REQUIRED_SCOPES
from apps.core.errors import ErrorCode
from apps.dialects import schema as api
from apps.dialects.prizmdoc.schema_parts import (
    CALLER,
    CONTENT,
    SESSION,
    described_once,
    v2_errors,
)

__all__ = ["described_once"]  # the rest is named after the operations

Json = dict[str, Any]
Method = TypeVar("Method", bound=Callable[..., Any])
View = TypeVar("View", bound=type)
_U_ID = OpenApiParameter(
    "u_id", str, OpenApiParameter.PATH, description="The viewingSessionId, also with `u` before it."
)
_EXTENSION = OpenApiParameter(
    "FileExtension", {"type": "string", "enum": ["doc", "docx"]}, description="The bytes decide."
)
_NAME = OpenApiParameter(
    "contentDispositionFilename",
    str,
    description="The download's name; the right extension is added.",
)


def _call(
    id: str, scopes: list[str], request: Any, responses: api.Answers, *parameters: Any
) -> Callable[[Method], Method]:
    decorator: Callable[[Method], Method] = extend_schema(
        operation_id=id,
        tags=["PrizmDoc: comparison"],
        request=request,
        responses=responses,
        parameters=[_U_ID, *parameters],
        extensions={REQUIRED_SCOPES: scopes} if scopes else None,
    )
    return decorator


def _of(side: str) -> Callable[[View], View]:
    """Class decorator: what is said of one of the two documents."""
    put: Any = _call(
        f"put{side}SourceFile",
        ["viewing:write"],
        api.sends_bytes(),
        {200: api.answers_nothing("Received; with both documents there, the comparison begins.")}
        | v2_errors(
            *CALLER,
            *SESSION,
            ErrorCode.INPUT_INVALID,
            ErrorCode.INPUT_CONFLICTS,
            ErrorCode.DOCUMENT_ALREADY_ASSIGNED,
            ErrorCode.DOCUMENT_EMPTY,
            ErrorCode.DOCUMENT_TOO_LARGE,
            ErrorCode.DOCUMENT_CORRUPT,
            ErrorCode.FORMAT_NOT_COMPARABLE,
        ),
        _EXTENSION,
    )
    get: Any = _call(
        f"get{side}SourceFile",
        ["viewing:read"],
        None,
        {
            (200, "application/octet-stream"): api.answers_bytes(
                f"The document, by its own media type; `{side}SourceFile` by default."
            )
        }
        | v2_errors(*CALLER, *SESSION, ErrorCode.INPUT_CONFLICTS, ErrorCode.DOCUMENT_MISSING),
        _NAME,
    )
    decorator: Callable[[View], View] = extend_schema_view(put=put, get=get)
    return decorator


of_original, of_revised = _of("Original"), _of("Revised")

_BOXES: Json = api.array(api.array({"type": "number"}) | {"minItems": 4, "maxItems": 4})
_PAGE: Json = {"type": "integer", "minimum": 0}
_REVISION = api.shape(
    {
        "id": {"type": "string"},
        "kind": {
            "type": "string",
            "enum": ["inserted", "deleted", "replaced", "moved", "formatted"],
        },
        "text": {"type": "string", "description": "What was there, or what was added."},
        "new_text": {"type": "string", "description": "What replaces it; of `replaced` only."},
        "substantive": {
            "type": "boolean",
            "description": "False where only white space, case, punctuation or format differ.",
        },
        "location": {
            "type": "string",
            "enum": ["body", "table", "header", "footer", "footnote", "endnote", "textbox"],
        },
        "page": {
            "type": ["integer", "null"],
            "description": "Of the red-lined document, from 0; null where it is not known.",
        },
        "boxes": _BOXES
        | {"description": "[left, top, right, bottom] in points from the page's top left."},
        "continued": api.array(api.shape({"page": _PAGE, "boxes": _BOXES}))
        | {"description": "Where it goes on, on later pages."},
    },
    ["id", "kind", "text", "substantive", "location", "page", "boxes"],
)
_TRUTH = {"type": "boolean"}
_PROOF = api.shape(
    {
        "acceptAll": _TRUTH
        | {"description": "Accepting every change was seen to give the revised document's text."},
        "rejectAll": _TRUTH
        | {"description": "Rejecting every change was seen to give the original's text."},
        "notCompared": api.array({"type": "string"})
        | {"description": "What differs but shows no change. Empty: nothing was left out."},
        "details": api.array({"type": "string"}) | {"description": "Why a proof does not hold."},
    }
)
get_revisions = _call(
    "getRevisionData",
    [],
    None,
    {
        200: api.answers(
            "The revisions in the document's order. Without `continueToken` there are no more.",
            api.shape(
                {
                    "revisions": api.array(_REVISION),
                    "totalRevisions": {"type": "integer", "minimum": 0},
                    "proof": _PROOF,
                    "continueToken": {"type": "string"},
                },
                ["revisions", "totalRevisions", "proof"],
            ),
            {
                "revisions": [
                    {
                        "id": "r1",
                        "kind": "replaced",
                        "text": "three",
                        "new_text": "six",
                        "substantive": True,
                        "location": "body",
                        "page": 2,
                        "boxes": [[113.2, 71.0, 139.8, 84.8]],
                    }
                ],
                "totalRevisions": 1,
                "proof": {
                    "acceptAll": True,
                    "rejectAll": True,
                    "notCompared": [],
                    "details": [],
                },
            },
        )
    }
    | v2_errors(*(code for code in CONTENT if code != ErrorCode.PAGE_NOT_FOUND)),
    OpenApiParameter("limit", {"type": "integer", "minimum": 1, "maximum": 1000, "default": 100}),
    OpenApiParameter("continueToken", str, description="From the answer before."),
)
