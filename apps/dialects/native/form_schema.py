"""What the API reference says of the form page's calls: one decorator for each method."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from drf_spectacular.utils import OpenApiParameter, extend_schema

from apps.connect.filling import PICTURES, Stage
from apps.connect.results import FORMATS
from apps.core.errors import ErrorCode
from apps.dialects import schema as api
from apps.dialects.native.schema import COMPONENTS, LATER, SESSION, problems

Json = dict[str, Any]
Method = TypeVar("Method", bound=Callable[..., Any])

_TEXT, _COUNT, _YES_NO, _OBJECT = (
    {"type": name} for name in ("string", "integer", "boolean", "object")
)
_MOMENT = {"type": "string", "format": "date-time"}
_GUID = {"type": "string", "format": "uuid"}
_VALUES = {
    "type": "object",
    "description": "By key: text, date (2026-11-22) and choice as strings, number as number, "
    "yes_no as boolean, picture as its id, object as object, collection as list of objects. "
    "Absent, null and blank mean empty.",
}


def _or_null(schema: Json) -> Json:
    return {"anyOf": [schema, {"type": "null"}]}


_FORMS: dict[str, Json] = {
    "FormResult": api.shape(
        {
            "reference": _TEXT | {"description": "The work file's id."},
            "name": _TEXT,
            "formats": api.array({"type": "string", "enum": list(FORMATS)}),
            "finished_at": _MOMENT,
            "return_url": _or_null(_TEXT),
            "return_name": _TEXT,
        }
    ),
    "FormState": api.shape(
        {
            "state": {"type": "string", "enum": [stage.value for stage in Stage]},
            "template": _or_null(
                api.shape(
                    {
                        "id": _or_null(_GUID),
                        "name": _TEXT,
                        "tags": api.array(_TEXT),
                        "version": _or_null(_COUNT),
                    }
                )
            ),
            "form": _or_null(
                api.shape({"fields": api.array(_OBJECT)})
                | {"description": "The fields as a tree: key, kind, label, rules, inner fields."}
            ),
            "language": _TEXT,
            "values": _VALUES,
            "draft": api.shape({"number": _COUNT, "saved_at": _or_null(_MOMENT)}),
            "picker": api.shape({"allowed": _YES_NO, "total": _COUNT}),
            "result": _or_null(api.ref("FormResult")),
            "client": _TEXT,
            "expires_at": _MOMENT,
            "now": _MOMENT,
        }
    ),
}
_RESULT: Json = {
    "reference": "pX0mRj0Yw5Y4kK1o0c1f5v8n6bq2S7t9zUe3dLhGaWI",
    "name": "Offer",
    "formats": ["docx", "pdf", "pdfa"],
    "finished_at": "2026-11-22T12:03:10+00:00",
    "return_url": None,
    "return_name": "CRM",
}
_STATE: Json = {
    "state": "filling",
    "template": {
        "id": "30b55516-80b5-41d7-801b-b31d6da376ac",
        "name": "Offer",
        "tags": ["sales"],
        "version": 3,
    },
    "form": {"fields": [{"key": "Subject", "kind": "text", "label": "Subject", "required": True}]},
    "language": "es-es",
    "values": {"Subject": "From Sample Script"},
    "draft": {"number": 0, "saved_at": None},
    "picker": {"allowed": False, "total": 0},
    "result": None,
    "client": "CRM",
    "expires_at": "2026-11-22T13:00:00+00:00",
    "now": "2026-11-22T12:00:00+00:00",
}


class _Schema(api.OperationSchema):
    prefix = "/api/v1/"
    components = COMPONENTS | _FORMS


described = api.describing(_Schema)


_IDENTITY = OpenApiParameter("identity", _GUID, OpenApiParameter.PATH, description="The sessionId.")
_EXTRA = OpenApiParameter(
    "datasourceId", _GUID, description="A datasource searched beside the session's own."
)
_FILL = (
    ErrorCode.TEMPLATE_GONE,
    ErrorCode.INPUT_CONFLICTS,
    ErrorCode.LIMIT_EXCEEDED,
    ErrorCode.TIMEOUT,
    ErrorCode.OUT_OF_MEMORY,
    ErrorCode.ENGINE_UNAVAILABLE,
)
_BODY = (ErrorCode.MALFORMED_BODY, ErrorCode.INPUT_INVALID)


def _call(
    id: str, responses: api.Answers, *parameters: OpenApiParameter, request: Any = None
) -> Callable[[Method], Method]:
    decorator: Callable[[Method], Method] = extend_schema(
        operation_id=id,
        tags=["Native: forms"],
        request=request,
        responses=responses,
        parameters=[_IDENTITY, *parameters],
    )
    return decorator


get_state = _call(
    "getForm",
    {200: api.answers("Its state.", api.ref("FormState"), _STATE)}
    | problems(*SESSION, ErrorCode.DATASOURCE_NOT_FOUND),
    _EXTRA,
)
get_templates = _call(
    "getFormTemplates",
    {
        200: api.answers(
            "Some of them, how many there are, and the tags of all.",
            api.shape(
                {
                    "templates": api.array(
                        api.shape(
                            {
                                "id": _GUID,
                                "name": _TEXT,
                                "tags": api.array(_TEXT),
                                "datasource": _TEXT,
                            }
                        )
                    ),
                    "total": _COUNT,
                    "tags": api.array(_TEXT),
                }
            ),
            {
                "templates": [
                    {
                        "id": "30b55516-80b5-41d7-801b-b31d6da376ac",
                        "name": "Offer",
                        "tags": ["sales"],
                        "datasource": "Letters",
                    }
                ],
                "total": 1,
                "tags": ["sales"],
            },
        )
    }
    | problems(
        *SESSION,
        ErrorCode.DATASOURCE_NOT_FOUND,
        ErrorCode.INPUT_INVALID,
        ErrorCode.INPUT_CONFLICTS,
        ErrorCode.FORM_FINISHED,
    ),
    OpenApiParameter("q", str, description="Words that the name must hold."),
    OpenApiParameter("tag", str, many=True, description="Tags that the template must have."),
    OpenApiParameter("offset", {"type": "integer", "minimum": 0}),
    OpenApiParameter("limit", {"type": "integer", "minimum": 1, "maximum": 100}),
    _EXTRA,
)
choose_template = _call(
    "chooseFormTemplate",
    {200: api.answers("The state.", api.ref("FormState"), _STATE)}
    | problems(
        *SESSION,
        *_BODY,
        ErrorCode.DATASOURCE_NOT_FOUND,
        ErrorCode.TEMPLATE_NOT_FOUND,
        ErrorCode.INPUT_CONFLICTS,
        ErrorCode.FORM_FINISHED,
    ),
    _EXTRA,
    request=api.sends_json(
        api.shape({"template": _GUID}), {"template": "30b55516-80b5-41d7-801b-b31d6da376ac"}
    ),
)
_DRAFT = api.shape({"number": _COUNT, "values": _VALUES})
_TYPED = {"number": 0, "values": {"Subject": "From Sample Script"}}
save_draft = _call(
    "saveFormDraft",
    {
        200: api.answers(
            "Saved; the next save needs this number.",
            api.shape({"number": _COUNT, "saved_at": _MOMENT}),
            {"number": 1, "saved_at": "2026-11-22T12:01:00+00:00"},
        )
    }
    | problems(*SESSION, *_BODY, ErrorCode.DRAFT_OUTDATED, ErrorCode.FORM_FINISHED),
    request=api.sends_json(_DRAFT, _TYPED),
)
preview = _call(
    "previewForm",
    {
        (200, "image/png"): api.answers_bytes(
            "The page. The header `Recto-Preview` tells which page of how many, its size in "
            "points and warnings, as JSON."
        )
    }
    | problems(*SESSION, *_BODY, *_FILL, ErrorCode.FORM_FINISHED),
    request=api.sends_json(
        api.shape(
            {
                "values": _VALUES,
                "page": _COUNT | {"description": "From 0; past the end is the last."},
                "width": _COUNT | {"minimum": 160, "maximum": 2400},
            },
            ["values"],
        ),
        {"values": {"Subject": "From Sample Script"}, "page": 0, "width": 960},
    ),
)
add_picture = _call(
    "addFormPicture",
    {
        200: api.answers(
            "Kept: the field's value is `picture`.",
            api.shape({"picture": _TEXT, "size": _COUNT}),
            {"picture": "pX0mRj0Yw5Y4kK1o0c1f5v8n6bq2S7t9zUe3dLhGaWI", "size": 48211},
        )
    }
    | problems(
        *SESSION,
        ErrorCode.DOCUMENT_EMPTY,
        ErrorCode.DOCUMENT_TOO_LARGE,
        ErrorCode.FORMAT_UNRECOGNIZED,
        ErrorCode.FORMAT_UNSUPPORTED,
        ErrorCode.FORM_FINISHED,
    ),
    request=api.sends_bytes(),
)
get_picture = _call(
    "getFormPicture",
    {
        (200, "application/octet-stream"): api.answers_bytes(
            f"The picture ({', '.join(PICTURES)}), by its own media type."
        )
    }
    | problems(*SESSION, ErrorCode.WORK_FILE_NOT_FOUND, ErrorCode.FORMAT_UNSUPPORTED),
    OpenApiParameter("picture", str, OpenApiParameter.PATH, description="Its id."),
)
complete = _call(
    "completeForm",
    {
        200: api.answers(
            "The document is made.",
            api.shape({"result": api.ref("FormResult")}),
            {"result": _RESULT},
        )
    }
    | LATER
    | problems(*SESSION, *_BODY, ErrorCode.FORM_INVALID, ErrorCode.DRAFT_OUTDATED, *_FILL),
    request=api.sends_json(_DRAFT, _TYPED),
)
get_result = _call(
    "getFormResult",
    {(200, "application/octet-stream"): api.answers_bytes("The file, by its own media type.")}
    | LATER
    | problems(
        *SESSION,
        ErrorCode.INPUT_INVALID,
        ErrorCode.FORM_NOT_FINISHED,
        ErrorCode.TIMEOUT,
        ErrorCode.OUT_OF_MEMORY,
        ErrorCode.ENGINE_CRASHED,
        ErrorCode.ENGINE_UNAVAILABLE,
    ),
    OpenApiParameter("format", {"type": "string", "enum": list(FORMATS)}, OpenApiParameter.PATH),
)
