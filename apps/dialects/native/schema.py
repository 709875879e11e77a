"""What the API reference says of the native API: one decorator for each method of views.py."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from drf_spectacular.utils import OpenApiParameter, extend_schema

from apps.conversion.recipe import RASTER_FORMATS
from apps.core.errors import ErrorCode
from apps.dialects import schema as api
from apps.dialects.native.errors import STATUS

Json = dict[str, Any]
View = TypeVar("View", bound=type)
Method = TypeVar("Method", bound=Callable[..., Any])

_TEXT, _NUMBER, _COUNT, _YES_NO = (
    {"type": name} for name in ("string", "number", "integer", "boolean")
)
_MOMENT = {"type": "string", "format": "date-time"}
_NUMBERS = api.array(_NUMBER)
_FONT = api.shape({"requested": _TEXT, "used": _TEXT}, [])


def _one_of(*words: str) -> Json:
    return {"type": "string", "enum": list(words)}


WAYS: Json = {"type": ["string", "null"], "enum": ["redline", "text", None]}
PROOF = api.shape(
    {name: _YES_NO for name in ("accept_all", "reject_all", "holds", "complete")}
    | {name: api.array(_TEXT) for name in ("not_compared", "details")}
)
COMPONENTS: dict[str, Json] = {
    "Problem": api.problem_details(
        {
            "expected": {"description": "What the input may be."},
        }
    ),
    "View": api.shape(
        {
            "state": {
                "type": "string",
                "enum": ["empty", "converting", "ready", "failed", "password_required"],
            },
            "document": api.shape(
                {
                    "name": _TEXT,
                    "format": {"type": ["string", "null"]},
                    "pages": {"type": ["integer", "null"]},
                    "sizes": api.array(
                        _NUMBERS
                        | {"description": "Width and height in points, and for how many pages."}
                    ),
                    "title": _TEXT,
                }
            ),
            "image_format": _one_of("png", "jpeg"),
            "progress": api.shape(
                {
                    "stage": _one_of("waiting", "converting", "preparing"),
                    "pages_ready": _COUNT,
                    "elapsed_ms": _COUNT,
                }
            ),
            "error": {"anyOf": [api.ref("Problem"), {"type": "null"}]},
            "fonts": api.shape({"substituted": api.array(_FONT)}),
            "compares": {"type": "boolean", "description": "Whether two documents are compared."},
            "comparison": {
                "anyOf": [
                    api.shape({"method": WAYS}),
                    {"type": "null"},
                ],
                "description": "How. Of `text` there is no red-lined document: what is shown "
                "instead, and what places of revisions are on, is the revised one.",
            },
            "permissions": api.shape(
                {"download": _YES_NO, "original": _YES_NO, "print": _YES_NO, "copy": _YES_NO}
            ),
            "expires_at": _MOMENT,
            "now": _MOMENT,
        }
    ),
    "Revision": api.shape(
        {
            "id": _TEXT,
            "kind": _one_of("inserted", "deleted", "moved", "formatted", "replaced"),
            "text": {"type": "string", "description": "What was there, or what was added."},
            "new_text": {"type": "string", "description": "What replaces it."},
            "substantive": {
                "type": "boolean",
                "description": "False where only white space, case, punctuation or format differ.",
            },
            "location": _TEXT,
            "page": {"type": ["integer", "null"]},
            "boxes": api.array(_NUMBERS),
            "original": api.shape({"page": _COUNT, "boxes": api.array(_NUMBERS)})
            | {"description": "Of two texts: where it is in the original document."},
        },
        ["id", "kind", "text", "substantive", "location", "page", "boxes"],
    ),
    "Revisions": api.shape(
        {
            "revisions": api.array(api.ref("Revision")),
            "total": _COUNT,
            "located": {"type": "boolean", "description": "Whether places are known yet."},
            "proof": PROOF,
        }
    ),
    "PageText": api.shape(
        {
            "page": _COUNT,
            "width": _NUMBER,
            "height": _NUMBER,
            "text": _TEXT,
            "words": api.array(
                _NUMBERS
                | {"description": "Start and length in `text`; left, top, right, bottom in points."}
            ),
        }
    ),
    "SearchResult": api.shape(
        {
            "query": _TEXT,
            "complete": {"type": "boolean", "description": "Whether every page was read."},
            "total": _COUNT,
            "truncated": _YES_NO,
            "hits": api.array(
                api.shape(
                    {
                        "page": _COUNT,
                        "before": _TEXT,
                        "match": _TEXT,
                        "after": _TEXT,
                        "boxes": api.array(_NUMBERS),
                    }
                )
            ),
        }
    ),
}
_VIEW: Json = {
    "state": "ready",
    "document": {
        "name": "contract.docx",
        "format": "docx",
        "pages": 12,
        "sizes": [[595.3, 841.9, 12]],
        "title": "",
    },
    "image_format": "png",
    "progress": {"stage": "preparing", "pages_ready": 12, "elapsed_ms": 412},
    "error": None,
    "fonts": {"substituted": []},
    "compares": False,
    "comparison": None,
    "permissions": {"download": True, "original": True, "print": True, "copy": True},
    "expires_at": "2026-11-22T12:20:00+00:00",
    "now": "2026-11-22T12:00:00+00:00",
}


class _Schema(api.OperationSchema):
    prefix = "/api/v1/"
    components = COMPONENTS


described = api.describing(_Schema)


# --- Errors -----------------------------------------------------------------------------------
SESSION = (ErrorCode.SESSION_NOT_FOUND, ErrorCode.SESSION_STOPPED, *api.FAULTS)
_FAILURES = (
    ErrorCode.DOCUMENT_MISSING,
    ErrorCode.PASSWORD_REQUIRED,
    ErrorCode.PASSWORD_WRONG,
    ErrorCode.FORMAT_MISMATCH,
    ErrorCode.DOCUMENT_CORRUPT,
    ErrorCode.LIMIT_EXCEEDED,
    ErrorCode.TIMEOUT,
    ErrorCode.OUT_OF_MEMORY,
    ErrorCode.ENGINE_CRASHED,
    ErrorCode.ENGINE_UNAVAILABLE,
)
_PAGE = (*SESSION, *_FAILURES, ErrorCode.PAGE_NOT_FOUND)


def problems(*codes: ErrorCode) -> api.Answers:
    """The answers for these codes, by status, as errors.py spells them."""
    return api.answers_problems(codes, STATUS, "Problem")


LATER: api.Answers = {
    202: api.answers(
        "Not made yet: ask again.", api.shape({"retry_after_ms": _COUNT}), {"retry_after_ms": 250}
    )
}


# --- Operations -------------------------------------------------------------------------------
_PARAMETERS = {
    "identity": "The viewingSessionId, without `u`.",
    "page": "Counted from 0.",
}


_DOCUMENT = OpenApiParameter(
    "document",
    _one_of("redline", "original", "revised"),
    description="Which document of a comparison is meant; redline by default.",
)


def _call(
    id: str,
    responses: api.Answers,
    *parameters: Any,
    request: Any = None,
    of_page: bool = False,
    chooses: bool = True,
) -> Callable[[Method], Method]:
    names = ["identity", "page"] if of_page else ["identity"]
    in_path = [
        OpenApiParameter(
            name,
            int if name == "page" else str,
            OpenApiParameter.PATH,
            description=_PARAMETERS[name],
        )
        for name in names
    ]
    decorator: Callable[[Method], Method] = extend_schema(
        operation_id=id,
        tags=["Native: views"],
        request=request,
        responses=responses,
        parameters=[*in_path, *parameters, *([_DOCUMENT] if chooses else [])],
    )
    return decorator


def _query(name: str, text: str, schema: Any) -> OpenApiParameter:
    return OpenApiParameter(name, schema, description=text)


_FLAG = _one_of("1")
get_view = _call(
    "getView",
    {200: api.answers("Its state.", api.ref("View"), _VIEW)}
    | problems(*SESSION, ErrorCode.INPUT_INVALID),
)
get_page_image = _call(
    "getPageImage",
    {(200, f"image/{name}"): api.answers_bytes("The image.") for name in RASTER_FORMATS}
    | LATER
    | problems(*_PAGE, ErrorCode.INPUT_INVALID),
    _query(
        "width",
        "Pixels. The next step of a fixed ladder is sent; 1280 by default.",
        {"type": "integer", "minimum": 1, "maximum": 100_000},
    ),
    _query("format", "png by default.", {"type": "string", "enum": list(RASTER_FORMATS)}),
    _query("rotate", "Degrees clockwise.", _one_of("0", "90", "180", "270")),
    of_page=True,
)
get_page_svg = _call(
    "getPageSvg",
    {(200, "image/svg+xml"): api.answers_bytes("The page.")} | LATER | problems(*_PAGE),
    of_page=True,
)
get_page_text = _call(
    "getPageText",
    {
        200: api.answers(
            "The text, with the box of each word.",
            api.ref("PageText"),
            {
                "page": 0,
                "width": 595.3,
                "height": 841.9,
                "text": "Hello",
                "words": [[0, 5, 56.7, 56.7, 84.2, 70.5]],
            },
        )
    }
    | LATER
    | problems(*_PAGE),
    of_page=True,
)
search = _call(
    "searchView",
    {
        200: api.answers(
            "The matches so far.",
            api.ref("SearchResult"),
            {
                "query": "harbour",
                "complete": True,
                "total": 1,
                "truncated": False,
                "hits": [
                    {
                        "page": 0,
                        "before": "a lighthouse in a ",
                        "match": "harbour",
                        "after": " of file formats.",
                        "boxes": [[206.1, 141.2, 247.9, 155.0]],
                    }
                ],
            },
        )
    }
    | problems(*SESSION, *_FAILURES, ErrorCode.INPUT_INVALID),
    _query("q", "Up to 200 characters; blanks match any white space.", str),
    _query("case", "Mind capital letters.", _FLAG),
    _query("whole", "Whole words only.", _FLAG),
)
get_revisions = _call(
    "getRevisions",
    {
        200: api.answers(
            "What changed, and what was checked of it.",
            api.ref("Revisions"),
            {
                "revisions": [
                    {
                        "id": "r1",
                        "kind": "replaced",
                        "text": "thirty days",
                        "new_text": "sixty days",
                        "substantive": True,
                        "location": "body",
                        "page": 0,
                        "boxes": [[206.1, 141.2, 247.9, 155.0]],
                    }
                ],
                "total": 1,
                "located": True,
                "proof": {
                    "accept_all": True,
                    "reject_all": True,
                    "holds": True,
                    "complete": True,
                    "not_compared": [],
                    "details": [],
                },
            },
        )
    }
    | LATER
    | problems(*SESSION, *_FAILURES, ErrorCode.INPUT_INVALID),
    _query("offset", "How many to leave out.", {"type": "integer", "minimum": 0}),
    _query("limit", "200 by default.", {"type": "integer", "minimum": 1, "maximum": 1000}),
    _query("substantive", "Substantive revisions only.", _FLAG),
)
give_password = _call(
    "givePassword",
    {200: api.answers("The document opens; its state.", api.ref("View"), _VIEW)}
    | LATER
    | problems(*SESSION, *_FAILURES, ErrorCode.INPUT_INVALID, ErrorCode.MALFORMED_BODY),
    request=api.sends_json(
        api.shape({"password": {"type": "string", "minLength": 1, "maxLength": 1000}}),
        {"password": "open sesame"},
    ),
    chooses=False,
)
download = _call(
    "downloadOriginal",
    {(200, "application/octet-stream"): api.answers_bytes("The file, by its own media type.")}
    | problems(*SESSION, ErrorCode.DOCUMENT_MISSING, ErrorCode.DOWNLOAD_REFUSED),
    chooses=False,
)
get_pdf = _call(
    "downloadPdf",
    {(200, "application/pdf"): api.answers_bytes("The document, with the session's watermarks.")}
    | LATER
    | problems(*SESSION, *_FAILURES, ErrorCode.DOWNLOAD_REFUSED),
    chooses=False,
)
