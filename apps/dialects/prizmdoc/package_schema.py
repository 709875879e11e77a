"""What the API reference says of package_views.py: one decorator for each method.

Source: seed 002; the examples of v3 sessions are that page's own.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from drf_spectacular.utils import OpenApiParameter, extend_schema

from apps.clients.schema import REQUIRED_SCOPES
from apps.core.errors import ErrorCode
from apps.dialects import schema as api
from apps.dialects.prizmdoc.bodies import EXTENSION_PATTERN
from apps.dialects.prizmdoc.packages_wire import DEFAULT_LIFETIME, ID_PATTERN, LIFETIME_PATTERN
from apps.dialects.prizmdoc.schema_parts import (
    BODY,
    CALLER,
    SESSION,
    UPLOAD,
    described_once,
    v2_errors,
)

__all__ = ["described_once"]  # the rest is named after the operations

Json = dict[str, Any]
Method = TypeVar("Method", bound=Callable[..., Any])
_SESSIONS, _PACKAGES = "PrizmDoc: v3 sessions", "PrizmDoc: viewing packages"
_READ, _WRITE = ["viewing:read"], ["viewing:write"]
_SESSION_ID = "4jOOgAh-9rktzXLzst-TIXYKdbDfy-I_3vQgnzzhcpkX"
_FILE_ID, _PROCESS_ID = "CVBuD7DbQYNoJDqByGierQ", "khjyrfKLj2g6gv8fdqg710"
_ID: Json = {"type": "string", "pattern": ID_PATTERN}


def _path(name: str, text: str, schema: Any = str) -> OpenApiParameter:
    return OpenApiParameter(name, schema, OpenApiParameter.PATH, description=text)


_SESSION = _path("identity", "The viewingSessionId.")
_INDEX = _path("index", "The page group, counted from 0.", int)
_PROCESS = _path("process_id", "From the creator's POST.")
_PACKAGE = _path("package_id", "The id its creator chose.")
_RANGE = OpenApiParameter(
    "Range",
    str,
    OpenApiParameter.HEADER,
    description="A single range of bytes, as `bytes=0-1023`. Several, and what is no range, are "
    "ignored.",
)


def _call(
    id: str, tag: str, scopes: list[str], request: Any, responses: api.Answers, *parameters: Any
) -> Callable[[Method], Method]:
    decorator: Callable[[Method], Method] = extend_schema(
        operation_id=id,
        tags=[tag],
        request=request,
        responses=responses,
        parameters=list(parameters),
        extensions={REQUIRED_SCOPES: scopes} if scopes else None,
    )
    return decorator


def _input(properties: dict[str, Json], required: list[str] | None = None) -> Json:
    return api.shape({"input": api.shape(properties, required)})


# --- v3 viewing sessions ------------------------------------------------------------------------
create_session = _call(
    "createViewingSessionV3",
    _SESSIONS,
    _WRITE,
    api.sends_json(
        _input({"source": api.shape({"type": {"const": "viewingPackage"}, "packageId": _ID})}),
        {"input": {"source": {"type": "viewingPackage", "packageId": "my-viewing-package-id"}}},
    ),
    {
        200: api.answers(
            "The session was created; it ends 5 minutes after the last heartbeat.",
            api.shape({"viewingSessionId": {"type": "string"}}),
            {"viewingSessionId": _SESSION_ID},
        )
    }
    | v2_errors(
        *CALLER,
        *BODY,
        named=(ErrorCode.PACKAGE_NOT_FOUND, ErrorCode.PACKAGE_NOT_COMPLETE),
    ),
)
get_metadata = _call(
    "getViewingSessionMetadata",
    _SESSIONS,
    [],
    None,
    {
        200: api.answers(
            "The page groups: page 1 alone, then up to 50 pages each.",
            api.shape(
                {
                    "pageGroups": api.array(
                        api.shape({"startPage": {"type": "integer", "minimum": 1}})
                    )
                }
            ),
            {"pageGroups": [{"startPage": 1}]},
        )
    }
    | v2_errors(*SESSION),
    _SESSION,
)
_PDF: api.Answers = {
    (200, "application/pdf"): api.answers_bytes("All of it."),
    (206, "application/pdf"): api.answers_bytes("The range, with `Content-Range`."),
}
_MADE_AGAIN = (ErrorCode.NOT_READY, ErrorCode.ENGINE_UNAVAILABLE, *api.FAULTS)
get_page_group = _call(
    "getPageGroup",
    _SESSIONS,
    [],
    None,
    _PDF
    | v2_errors(*SESSION, ErrorCode.PAGE_NOT_FOUND, ErrorCode.RANGE_NOT_SATISFIABLE, *_MADE_AGAIN),
    _SESSION,
    _INDEX,
    _RANGE,
)
heartbeat = _call(
    "keepViewingSessionAlive",
    _SESSIONS,
    [],
    None,
    {200: api.answers("It lives on.", {"type": "object"}, {})} | v2_errors(*SESSION),
    _SESSION,
)

# --- Packages -----------------------------------------------------------------------------------
_CREATOR_ERRORS = (*CALLER, *BODY)
_LIFETIME: Json = {"type": "string", "pattern": LIFETIME_PATTERN, "default": DEFAULT_LIFETIME}
_INPUT_V3 = {
    "source": {"type": "workFile", "fileId": _FILE_ID},
    "packageId": "my-viewing-package-id",
    "lifetimeAfterLastUse": "1d",
}
_INPUT_V2 = {
    "source": {"type": "document", "fileName": _FILE_ID, "documentId": "unique-id-12345"},
    "viewingPackageLifetime": 86400,
}


def _creator(input: Json) -> api.Answers:
    example = {
        "processId": _PROCESS_ID,
        "state": "processing",
        "percentComplete": 0,
        "expirationDateTime": "2026-11-23T06:22:18.6240000Z",
        "input": input,
    }
    return {200: api.answers("The process.", api.ref("PrizmDocProcess"), example)}


create_package_v3 = _call(
    "createViewingPackageV3",
    _PACKAGES,
    _WRITE,
    api.sends_json(
        _input(
            {
                "source": api.shape(
                    {
                        "type": {"const": "workFile"},
                        "fileId": {"type": "string"},
                        "password": {"type": "string"},
                    },
                    ["type", "fileId"],
                ),
                "packageId": _ID,
                "lifetimeAfterLastUse": _LIFETIME,
            },
            ["source", "packageId"],
        ),
        {"input": _INPUT_V3},
    ),
    _creator(_INPUT_V3)
    | v2_errors(
        *_CREATOR_ERRORS, named=(ErrorCode.WORK_FILE_NOT_FOUND, ErrorCode.PACKAGE_ID_TAKEN)
    ),
)
_GET_CREATOR = v2_errors(*CALLER, ErrorCode.JOB_NOT_FOUND)
get_creator_v3 = _call(
    "getViewingPackageCreatorV3",
    _PACKAGES,
    _READ,
    None,
    _creator(_INPUT_V3) | _GET_CREATOR,
    _PROCESS,
)
_STATE: Json = {"type": "string", "enum": ["processing", "complete", "error"]}
_MOMENT: Json = {"type": "string", "format": "date-time"}
_GET_PACKAGE = v2_errors(*CALLER, ErrorCode.PACKAGE_NOT_FOUND)
get_package_v3 = _call(
    "getViewingPackageV3",
    _PACKAGES,
    _READ,
    None,
    {
        200: api.answers(
            "`expirationDateTime` is absent for packages that live for ever.",
            api.shape(
                {
                    "packageId": _ID,
                    "state": _STATE,
                    "lifetimeAfterLastUse": _LIFETIME,
                    "expirationDateTime": _MOMENT,
                    "pageCount": {"type": "integer"},
                    "errorCode": {"type": "string"},
                },
                ["packageId", "state", "lifetimeAfterLastUse"],
            ),
            {
                "packageId": "my-viewing-package-id",
                "state": "complete",
                "lifetimeAfterLastUse": "1d",
                "expirationDateTime": "2026-11-23T06:22:18.6240000Z",
                "pageCount": 12,
            },
        )
    }
    | _GET_PACKAGE,
    _PACKAGE,
)


def _delete(id: str) -> Callable[[Method], Method]:
    answer = {204: api.answers_nothing("The package is deleted; so are the sessions on it.")}
    return _call(id, _PACKAGES, _WRITE, None, answer | _GET_PACKAGE, _PACKAGE)


delete_package_v3, delete_package_v2 = _delete("deletePackageV3"), _delete("deletePackageV2")
get_package_pdf = _call(
    "getViewingPackagePdf",
    _PACKAGES,
    _READ,
    None,
    _PDF
    | v2_errors(
        *CALLER,
        ErrorCode.PACKAGE_NOT_FOUND,
        ErrorCode.PACKAGE_NOT_COMPLETE,
        ErrorCode.RANGE_NOT_SATISFIABLE,
        *_MADE_AGAIN,
    ),
    _PACKAGE,
    _RANGE,
)
create_package_v2 = _call(
    "createViewingPackageV2",
    _PACKAGES,
    _WRITE,
    api.sends_json(
        _input(
            {
                "source": api.shape(
                    {
                        "type": {"type": "string", "enum": ["upload", "document", "url"]},
                        "documentId": _ID,
                        "fileName": {
                            "type": "string",
                            "description": 'Of "document": the `fileId` of a work file.',
                        },
                        "url": {"type": "string"},
                        "fileExtension": {"type": "string", "pattern": EXTENSION_PATTERN},
                        "headers": {
                            "type": "object",
                            "additionalProperties": {"type": "string"},
                        },
                        "password": {"type": "string"},
                    },
                    ["type", "documentId"],
                ),
                "viewingPackageLifetime": {
                    "type": "integer",
                    "description": "Seconds after the last use.",
                    "default": 86400,
                    "minimum": 1,
                },
            },
            ["source"],
        ),
        {"input": _INPUT_V2},
    ),
    _creator(_INPUT_V2)
    | v2_errors(
        *_CREATOR_ERRORS,
        named=(
            ErrorCode.WORK_FILE_NOT_FOUND,
            ErrorCode.REMOTE_REFUSED,
            ErrorCode.PACKAGE_ID_TAKEN,
        ),
    ),
)
get_creator_v2 = _call(
    "getViewingPackageCreatorV2",
    _PACKAGES,
    _READ,
    None,
    _creator(_INPUT_V2) | _GET_CREATOR,
    _PROCESS,
)
put_package_source = _call(
    "putViewingPackageSource",
    _PACKAGES,
    _WRITE,
    api.sends_bytes(),
    {200: api.answers_nothing("The document was received.")}
    | v2_errors(*CALLER, ErrorCode.JOB_NOT_FOUND, ErrorCode.DOCUMENT_ALREADY_ASSIGNED, *UPLOAD),
    _PROCESS,
    OpenApiParameter("FileExtension", str, description="Required for text formats."),
)
get_package_v2 = _call(
    "getViewingPackageV2",
    _PACKAGES,
    _READ,
    None,
    {
        200: api.answers(
            "The package.",
            api.shape(
                {
                    "source": {"type": "object"},
                    "state": _STATE,
                    "packageExpirationDateTime": _MOMENT,
                    "pageFailures": api.array({"type": "object"}),
                    "errorCode": {"type": "string"},
                },
                ["source", "state", "pageFailures"],
            ),
            {
                "source": _INPUT_V2["source"],
                "state": "complete",
                "packageExpirationDateTime": "2026-11-23T06:22:18.6240000Z",
                "pageFailures": [],
            },
        )
    }
    | _GET_PACKAGE,
    _PACKAGE,
)
