"""What the API reference says of the review page's calls: one decorator for each method."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from drf_spectacular.utils import OpenApiParameter, extend_schema

from apps.conversion.recipe import RASTER_FORMATS
from apps.core.errors import ErrorCode
from apps.dialects import schema as api
from apps.dialects.native.schema import COMPONENTS, LATER, SESSION, problems
from apps.extraction.changes import ACTIONS

Json = dict[str, Any]
Method = TypeVar("Method", bound=Callable[..., Any])

_TEXT, _COUNT, _NUMBER, _OBJECT = (
    {"type": name} for name in ("string", "integer", "number", "object")
)
_MOMENT = {"type": "string", "format": "date-time"}
_GUID = {"type": "string", "format": "uuid"}
_BOX = api.array(_NUMBER) | {
    "minItems": 4,
    "maxItems": 4,
    "description": "Left, top, right, bottom in points.",
}
_DOCUMENT = "f2a8a3a8-2f0e-4a36-b3d5-4f0b8e6f7c21"


def _or_null(schema: Json) -> Json:
    return {"anyOf": [schema, {"type": "null"}]}


_COMMON: dict[str, Json] = {
    "id": _GUID,
    "name": _or_null(_TEXT),
    "status": {"type": "string", "enum": ["queued", "running", "succeeded", "failed"]},
    "error": _or_null(api.ref("Problem")),
    "image_format": {"type": "string", "enum": ["png", "jpeg"]},
    "class_identifier": _or_null(_TEXT),
    "class_name": _or_null(_TEXT),
    "confidence": _or_null(_NUMBER),
    "version": _or_null(_COUNT),
    "review": _or_null(api.shape({"state": {"type": "string", "const": "checked"}, "by": _TEXT})),
    "left_count": _or_null(_COUNT | {"description": "Fields that a person should look at."}),
}
_REVIEWS: dict[str, Json] = {
    "ReviewState": api.shape(
        {
            "reviewer": _or_null(_TEXT),
            "threshold": _NUMBER
            | {"description": "Values at least as sure need not be looked at."},
            "client": _TEXT,
            "documents": api.array(
                api.shape(
                    _COMMON
                    | {
                        "page_count": _or_null(_COUNT),
                        "field_count": _COUNT,
                        "checked_count": _COUNT,
                    }
                )
            ),
            "expires_at": _MOMENT,
            "now": _MOMENT,
        }
    ),
    "ReviewDocument": api.shape(
        _COMMON
        | {
            "pages": api.array(_OBJECT),
            "fields": _OBJECT,
            "tables": api.array(_OBJECT),
            "validations": api.array(_OBJECT),
            "warnings": api.array(_OBJECT),
            "author": _or_null(_OBJECT),
        }
    ),
}
_BRIEF: Json = {
    "id": _DOCUMENT,
    "name": "invoice.pdf",
    "status": "succeeded",
    "error": None,
    "image_format": "png",
    "class_identifier": "invoice",
    "class_name": "Purchasing: Invoice",
    "confidence": 0.97,
    "version": 1,
    "review": None,
    "left_count": 2,
}
_FIELD: Json = {
    "value": "119.00",
    "type": "amount",
    "confidence": 0.98,
    "page": 0,
    "polygon": [[470, 610], [520, 610], [520, 622], [470, 622]],
    "text": "119,00",
    "source": "text",
}
_DETAILED: Json = _BRIEF | {
    "pages": [{"width": 595.3, "height": 841.9, "source": "text"}],
    "fields": {"total": _FIELD},
    "tables": [],
    "validations": [],
    "warnings": [],
    "author": {"kind": "engine", "name": "rules"},
}


class _Schema(api.OperationSchema):
    prefix = "/api/v1/"
    components = COMPONENTS | _REVIEWS


described = api.describing(_Schema)


def _path(name: str, text: str, schema: Any = _TEXT) -> OpenApiParameter:
    return OpenApiParameter(name, schema, OpenApiParameter.PATH, description=text)


_TOKEN = _path("token", "The token of the review link.")
_IDENTITY = _path("identity", "The document's id.", _GUID)
_FIND = (*SESSION, ErrorCode.EXTRACTION_DOCUMENT_NOT_FOUND)
_BODY = (ErrorCode.MALFORMED_BODY, ErrorCode.INPUT_INVALID)
_SHOWN = {200: api.answers("The document.", api.ref("ReviewDocument"), _DETAILED)}


def _call(
    id: str, responses: api.Answers, *parameters: OpenApiParameter, request: Any = None
) -> Callable[[Method], Method]:
    decorator: Callable[[Method], Method] = extend_schema(
        operation_id=id,
        tags=["Native: reviews"],
        request=request,
        responses=responses,
        parameters=[_TOKEN, *parameters],
    )
    return decorator


get_review = _call(
    "getReview",
    {
        200: api.answers(
            "Its documents.",
            api.ref("ReviewState"),
            {
                "reviewer": "J. Doe",
                "threshold": 0.95,
                "client": "Web shop",
                "documents": [
                    _BRIEF | {"page_count": 1, "field_count": 7, "checked_count": 2},
                ],
                "expires_at": "2026-11-22T13:00:00+00:00",
                "now": "2026-11-22T12:00:00+00:00",
            },
        )
    }
    | problems(*SESSION),
)
get_document = _call("getReviewDocument", _SHOWN | problems(*_FIND), _IDENTITY)
correct = _call(
    "correctReviewDocument",
    _SHOWN | LATER | problems(*_FIND, *_BODY, ErrorCode.RESULT_OUTDATED),
    _IDENTITY,
    request=api.sends_json(
        api.shape(
            {
                "version": {"type": "integer", "description": "That the person saw."},
                "changes": api.array(
                    api.shape(
                        {
                            "field": {
                                "type": "string",
                                "description": 'A name, or "table[row].column"; to remove, '
                                '"table[row]"; blank to say that the document is checked.',
                            },
                            "action": {"type": "string", "enum": list(ACTIONS)},
                            "value": {"description": "Null: there is none."},
                            "type": _TEXT,
                            "text": {"type": "string", "description": "As it stands there."},
                            "page": _COUNT,
                            "box": _BOX,
                        },
                        ["action"],
                    )
                ),
            }
        ),
        {
            "version": 1,
            "changes": [
                {"field": "total", "action": "confirm"},
                {"field": "date", "action": "correct", "value": "2026-11-02", "type": "date"},
            ],
        },
    ),
)
undo = _call(
    "undoReviewCorrections",
    _SHOWN | LATER | problems(*_FIND, *_BODY, ErrorCode.RESULT_OUTDATED),
    _IDENTITY,
    request=api.sends_json(
        api.shape(
            {
                "version": {"type": "integer", "description": "That the person saw."},
                "undone": {"type": "integer", "description": "Whose changes are taken back."},
            }
        ),
        {"version": 3, "undone": 3},
    ),
)
read_text = _call(
    "readReviewText",
    {
        200: api.answers(
            "The words.",
            api.shape({"text": _TEXT, "value": _TEXT}),
            {"text": "119,00", "value": "119.00"},
        )
    }
    | LATER
    | problems(*_FIND, *_BODY, ErrorCode.PAGE_NOT_FOUND),
    _IDENTITY,
    request=api.sends_json(
        api.shape({"page": _COUNT, "box": _BOX, "type": _TEXT}, ["page", "box"]),
        {"page": 0, "box": [470, 610, 520, 622], "type": "amount"},
    ),
)
get_page_image = _call(
    "getReviewPageImage",
    {(200, f"image/{format}"): api.answers_bytes("The image.") for format in RASTER_FORMATS}
    | LATER
    | problems(*_FIND, ErrorCode.INPUT_INVALID, ErrorCode.PAGE_NOT_FOUND),
    _IDENTITY,
    _path("page", "Counted from 0.", int),
    OpenApiParameter("width", {"type": "integer", "minimum": 1}),
    OpenApiParameter("format", {"type": "string", "enum": list(RASTER_FORMATS)}),
)
export = _call(
    "exportReview",
    {
        (200, "application/json"): api.answers(
            "A list of results.", api.array(_OBJECT), [{"documentId": _DOCUMENT}]
        ),
        (200, "text/csv"): api.answers_bytes("A row for each value."),
    }
    | problems(*SESSION, ErrorCode.INPUT_INVALID),
    _path("format", "json or csv."),
)
