"""What the API reference says of drawings in the editor."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiParameter

from apps.conversion.drawings import KINDS
from apps.core.errors import ErrorCode
from apps.dialects import schema as api
from apps.dialects.native.edit_schema import (
    CONVERTING,
    LOADING,
    SESSION,
    EditSchema,
    call,
    problems,
)
from apps.dialects.native.schema import LATER

Json = dict[str, Any]

_TEXT, _COUNT, _NUMBER, _YES_NO = (
    {"type": name} for name in ("string", "integer", "number", "boolean")
)
_POINT = {"type": "array", "items": _NUMBER, "minItems": 2, "maxItems": 2}
_LAYER = api.shape(
    {
        "name": _TEXT,
        "colour": _TEXT | {"description": "`#rrggbb`, or blank."},
        "on": _YES_NO,
        "frozen": _YES_NO,
        "locked": _YES_NO,
        "entities": _COUNT,
    }
)
_MATRIX = "a to f of x' = ax + cy + e, y' = bx + dy + f: from drawing units into the picture."
_LAYOUT = api.shape(
    {
        "name": _TEXT,
        "unit": _TEXT | {"description": "What lengths are told in, such as `mm`, or blank."},
        "scale": _NUMBER | {"description": "Of these units in a drawing unit."},
        "size": api.array(_NUMBER) | {"description": "Width and height of the picture."},
        "matrix": api.array(_NUMBER) | {"description": _MATRIX},
        "ends": api.array(_NUMBER)
        | {"description": "Where lines end in the picture: x, y, x, y ..."},
    }
)
_DRAWINGS: dict[str, Json] = {
    "EditMarkup": api.shape(
        {
            "id": _TEXT | {"description": "Of its own: letters, digits and hyphens."},
            "kind": {"type": "string", "enum": list(KINDS)},
            "points": api.array(_POINT)
            | {"description": "In drawing units: of a text one, of all but freehand lines two."},
            "size": _NUMBER | {"description": "Height of a capital letter, in drawing units."},
            "text": _TEXT,
            "colour": {"type": "string", "pattern": "^#[0-9a-f]{6}$"},
            "author": _TEXT,
            "made": {"type": "string", "format": "date-time"},
            "layout": _TEXT | {"description": "The name of the sheet it is on."},
        }
    ),
    "EditDrawing": api.shape(
        {
            "layers": api.array(_LAYER)
            | {"description": "Their numbers are those of `data-layer` in the pictures."},
            "layouts": api.array(_LAYOUT),
            "markup": api.array(api.ref("EditMarkup")),
            "recovered": _YES_NO
            | {"description": "Whether the file has faults, which saving mends."},
        }
    ),
}
_EXAMPLE: Json = {
    "layers": [
        {
            "name": "WALLS",
            "colour": "#ff0000",
            "on": True,
            "frozen": False,
            "locked": False,
            "entities": 212,
        }
    ],
    "layouts": [
        {
            "name": "Model",
            "unit": "mm",
            "scale": 1.0,
            "size": [1000000, 694250],
            "matrix": [40.0, 0.0, 0.0, -40.0, 0.0, 694250.0],
            "ends": [2000, 6000, 4000, 6000],
        }
    ],
    "markup": [
        {
            "id": "6c2a1f0e",
            "kind": "cloud",
            "points": [[100.0, 120.0], [180.0, 160.0]],
            "size": 2.5,
            "text": "",
            "colour": "#c0261b",
            "author": "user-42",
            "made": "2026-11-22T12:03:07Z",
            "layout": "Model",
        }
    ],
    "recovered": False,
}


class _Schema(EditSchema):
    components = EditSchema.components | _DRAWINGS


described = api.describing(_Schema)
_PROBLEMS = problems(
    *SESSION,
    *LOADING,
    ErrorCode.REVISION_NOT_FOUND,
    ErrorCode.DOCUMENT_EMPTY,
    ErrorCode.FORMAT_MISMATCH,
    *CONVERTING,
)
_WANTED = OpenApiParameter("revision", str, description="The newest by default.")
get_drawing = call(
    "getEditDrawing",
    {200: api.answers("What it consists of.", api.ref("EditDrawing"), _EXAMPLE)}
    | LATER
    | _PROBLEMS,
    _WANTED,
)
get_picture = call(
    "getEditPicture",
    {(200, "image/svg+xml"): api.answers_bytes("The sheet, without its mark-up.")}
    | LATER
    | _PROBLEMS
    | problems(ErrorCode.PAGE_NOT_FOUND),
    OpenApiParameter("number", int, OpenApiParameter.PATH, description="As in `layouts`, from 0."),
    _WANTED,
)
