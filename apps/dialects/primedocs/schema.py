"""What the API reference says of Connect: one decorator for each method of views.py."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiParameter,
    OpenApiRequest,
    extend_schema,
)

from apps.clients.schema import REQUIRED_SCOPES
from apps.core.errors import ErrorCode
from apps.dialects import schema as api
from apps.dialects.primedocs.errors import STATUS
from apps.dialects.primedocs.wire import CONVERSIONS

Json = dict[str, Any]
Method = TypeVar("Method", bound=Callable[..., Any])

_TEXT, _COUNT, _YES_NO, _OBJECT = (
    {"type": name} for name in ("string", "integer", "boolean", "object")
)
_GUID = {"type": "string", "format": "uuid"}
_MOMENT = {"type": "string", "format": "date-time"}
_DATASOURCE = "b78c3707-d7c7-4fc7-b97f-87d70f63c1ac"
_SESSION = "76288508-c861-4af7-a151-46ed946e5d1f"
_TEMPLATE = "30b55516-80b5-41d7-801b-b31d6da376ac"
_URL = f"https://primedocs.example.org/app/web/connect?sessionId={_SESSION}"
# The document of seed 000's script.
_DOCUMENT = f"""<primedocsConnect>
  <Template Id="{_TEMPLATE}" />
  <DocumentLanguage Code="es-es" />
  <Forms>
    <Value Key="Subject">From Sample Script</Value>
    <Value Key="Notes">Sample Note</Value>
  </Forms>
  <Data>
    <Value Key="InvoiceNumber">1234</Value>
  </Data>
</primedocsConnect>"""
_COMPONENTS: dict[str, Json] = {
    "ConnectProblem": api.problem_details(
        {
            "line": {"type": "integer", "description": "Of the document, from 1."},
            "errors": api.array(
                api.shape(
                    {
                        "path": {"type": "string", "description": "An XPath."},
                        "line": _COUNT,
                        "code": _TEXT,
                        "message": _TEXT,
                    }
                )
            ),
        }
    ),
}


class _Schema(api.OperationSchema):
    prefix = "/webapi/api/v3/{datasource_id}/connect/"
    components = _COMPONENTS


described = api.describing(_Schema)


# --- Errors -----------------------------------------------------------------------------------
_CALLER = (
    ErrorCode.NOT_AUTHENTICATED,
    ErrorCode.SCOPE_MISSING,
    ErrorCode.QUOTA_EXCEEDED,
    ErrorCode.DATASOURCE_NOT_FOUND,
    *api.FAULTS,
)
_BODY = (
    ErrorCode.MALFORMED_BODY,
    ErrorCode.DOCUMENT_TOO_LARGE,
    ErrorCode.MEDIA_TYPE_UNSUPPORTED,
    ErrorCode.INPUT_INVALID,
    ErrorCode.FORM_INVALID,
    ErrorCode.TEMPLATE_NOT_FOUND,
    ErrorCode.TEMPLATE_AMBIGUOUS,
)
_FILL = (
    ErrorCode.LIMIT_EXCEEDED,
    ErrorCode.TIMEOUT,
    ErrorCode.OUT_OF_MEMORY,
    ErrorCode.ENGINE_CRASHED,
    ErrorCode.ENGINE_UNAVAILABLE,
    ErrorCode.NOT_READY,
)
_FIND = (ErrorCode.SESSION_NOT_FOUND, ErrorCode.SESSION_STOPPED)


def _problems(*codes: ErrorCode) -> api.Answers:
    """The answers for these codes, by status, as errors.py spells them."""
    return api.answers_problems(codes, STATUS, "ConnectProblem")


# --- Operations -------------------------------------------------------------------------------
def _path(name: str, text: str, schema: Any = _GUID) -> OpenApiParameter:
    return OpenApiParameter(name, schema, OpenApiParameter.PATH, description=text)


_OF_SESSION = _path("session_id", "The sessionId.")
_CONVERSION = OpenApiParameter(
    "conversion",
    {"type": "string", "enum": list(CONVERSIONS)},
    description="None (a .docx) by default.",
)
_XML = {
    "application/xml": OpenApiRequest(
        {"type": "string", "description": "A primedocsConnect document."},
        examples=[OpenApiExample("Example", value=_DOCUMENT)],
    )
}


def _call(
    id: str, responses: api.Answers, *parameters: OpenApiParameter, request: Any = None
) -> Callable[[Method], Method]:
    decorator: Callable[[Method], Method] = extend_schema(
        operation_id=id,
        tags=["primedocs Connect"],
        request=request,
        responses=responses,
        parameters=[_path("datasource_id", "The datasource's id."), *parameters],
        extensions={REQUIRED_SCOPES: ["pd_ConnectWebApi"]},
    )
    return decorator


def _file() -> api.Answers:
    return {
        (200, "application/octet-stream"): api.answers_bytes(
            "The document, a .docx or PDF by its own media type."
        )
    }


_OPENED = {
    200: api.answers(
        "The session, and the address of its page.",
        api.shape({"sessionId": _GUID, "url": {"type": "string", "format": "uri"}}),
        {"sessionId": _SESSION, "url": _URL},
    )
}
create_session = _call("createConnectSession", _OPENED | _problems(*_CALLER, *_BODY), request=_XML)
create_prepared_session = _call(
    "createPreparedConnectSession",
    _OPENED | _problems(*_CALLER, *_BODY, ErrorCode.INPUT_CONFLICTS),
    _path("name", "What the administrator called it.", str),
    request=_XML,
)
get_navigation = _call(
    "getConnectNavigation",
    {
        200: api.answers(
            "The template that is meant, or the tags that one is picked by.",
            api.shape(
                {
                    "sessionId": _GUID,
                    "templateId": {"anyOf": [_GUID, {"type": "null"}]},
                    "tagFilter": {
                        "anyOf": [
                            api.shape({"tags": api.array(_TEXT), "allowTemplatePicker": _YES_NO}),
                            {"type": "null"},
                        ]
                    },
                    "documentLanguage": _TEXT,
                    "url": _TEXT,
                    "expiresAt": _MOMENT,
                }
            ),
            {
                "sessionId": _SESSION,
                "templateId": _TEMPLATE,
                "tagFilter": None,
                "documentLanguage": "es-es",
                "url": _URL,
                "expiresAt": "2026-11-22T13:00:00+00:00",
            },
        )
    }
    | _problems(*_CALLER, *_FIND),
    _OF_SESSION,
)
get_input = _call(
    "getConnectInput",
    {
        200: api.answers(
            "The values as they were sent: objects nest, collections are lists.",
            api.shape({"forms": _OBJECT, "data": _OBJECT}),
            {
                "forms": {"Subject": "From Sample Script", "Notes": "Sample Note"},
                "data": {"InvoiceNumber": "1234"},
            },
        )
    }
    | _problems(*_CALLER, *_FIND),
    _OF_SESSION,
)
get_result = _call(
    "getConnectResult",
    _file()
    | _problems(*_CALLER, *_FIND, ErrorCode.INPUT_INVALID, ErrorCode.FORM_NOT_FINISHED, *_FILL),
    _OF_SESSION,
    _CONVERSION,
)
create_document = _call(
    "createConnectDocument",
    _file() | _problems(*_CALLER, *_BODY, *_FILL),
    _CONVERSION,
    request=_XML,
)
list_templates = _call(
    "listConnectTemplates",
    {
        200: api.answers(
            "A page of them.",
            api.shape(
                {
                    "data": api.array(
                        api.shape(
                            {
                                "id": _GUID,
                                "localizedName": _TEXT,
                                "tags": api.array(_TEXT),
                                "documentLanguages": api.array(_TEXT),
                                "active": _YES_NO,
                            }
                        )
                    ),
                    "pagingDetails": api.shape(
                        {
                            "page": _COUNT,
                            "pageSize": _COUNT,
                            "totalPages": _COUNT,
                            "totalCount": _COUNT,
                        }
                    ),
                }
            ),
            {
                "data": [
                    {
                        "id": _TEMPLATE,
                        "localizedName": "Offer",
                        "tags": ["sales"],
                        "documentLanguages": ["es-es"],
                        "active": True,
                    }
                ],
                "pagingDetails": {"page": 1, "pageSize": 10, "totalPages": 1, "totalCount": 1},
            },
        )
    }
    | _problems(*_CALLER, ErrorCode.INPUT_INVALID),
    OpenApiParameter("page", {"type": "integer", "minimum": 1}),
    OpenApiParameter("pageSize", {"type": "integer", "minimum": 1, "maximum": 100}),
    OpenApiParameter(
        "templateQuery",
        str,
        description="Terms, separated by blanks: `templateId:GUID`, `active:true`, `tags:A;B` "
        "(all of them), `localizedName:*x*`.",
    ),
)
