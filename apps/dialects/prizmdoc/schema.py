"""What the API reference says of PrizmDoc's V1: one decorator for each method of views.py.

Source: seed 001; the examples are that page's own.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from drf_spectacular.utils import OpenApiParameter, extend_schema

from apps.clients.schema import REQUIRED_SCOPES
from apps.conversion.recipe import RASTER_FORMATS
from apps.core.errors import ErrorCode
from apps.dialects import schema as api
from apps.dialects.prizmdoc.schema_parts import (
    BODY,
    CALLER,
    CONTENT,
    OPENING,
    SESSION,
    UPLOAD,
    described,
    errors,
)

__all__ = ["described"]  # the rest is named after the operations

Json = dict[str, Any]
Method = TypeVar("Method", bound=Callable[..., Any])

_SESSIONS, _FILES, _PAGES = "PrizmDoc: sessions", "PrizmDoc: work files", "PrizmDoc: pages"
_READ, _WRITE = ["viewing:read"], ["viewing:write"]
_SESSION_ID = (
    "GcIsIsEGbLV2_V9yy4NzmK2HB-JuLOH--A9sZ16cla9txO0ZDBGfq1G4kKu0r_GyEps4wWCvDwn4dpnZAR76Uw"
)
_FILE_ID = "CVBuD7DbQYNoJDqByGierQ"


# --- Parameters -------------------------------------------------------------------------------
def _query(name: str, text: str, schema: Any = str, *, required: bool = False) -> OpenApiParameter:
    return OpenApiParameter(name, schema, description=text, required=required)


_U_ID = OpenApiParameter(
    "u_id", str, OpenApiParameter.PATH, description="`u` and the viewingSessionId."
)
_DOCUMENT_ID = _query("DocumentID", "`u` and the viewingSessionId.", required=True)
_EXTENSION = _query(
    "FileExtension",
    "Required for text formats such as txt, csv and html; without a period. For other formats "
    "the bytes decide.",
    {"type": "string", "pattern": "^[A-Za-z0-9]+$"},
)
_IMAGE_FORMAT = {"type": "string", "enum": list(RASTER_FORMATS)}


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


# --- Sessions ---------------------------------------------------------------------------------
create_session = _call(
    "createViewingSession",
    _SESSIONS,
    ["viewing:write"],
    api.sends_json(
        api.ref("PrizmDocSession"),
        {
            "tenantId": "my application name",
            "externalId": "my-unique-document-name.docx",
            "render": {"html5": {"alwaysUseRaster": False}},
            "watermarks": [
                {
                    "type": "text",
                    "opacity": 0.6,
                    "text": "jdoe\n67.79.169.114\n11/13/2014 2:24 PM\nNOT FOR DISTRIBUTION",
                    "color": "red",
                    "fontFamily": "Consolas",
                    "fontSize": "16pt",
                    "fontWeight": "bold",
                    "verticalAlign": "bottom",
                    "horizontalAlign": "right",
                }
            ],
        },
    ),
    {
        200: api.answers(
            "The viewing session was created.",
            api.shape(
                {"viewingSessionId": {"type": "string"}, "affinityToken": {"type": "string"}}
            ),
            {"viewingSessionId": _SESSION_ID, "affinityToken": "recto"},
        )
    }
    | errors(*OPENING),
)
get_session = _call(
    "getViewingSession",
    _SESSIONS,
    _READ,
    None,
    {
        200: api.answers(
            "The properties given on creation, with defaults.",
            api.ref("PrizmDocSessionInformation"),
            {
                "origin": {},
                "render": {
                    "flash": {"optimizationLevel": 1},
                    "html5": {"alwaysUseRaster": False, "rasterResolution": 150},
                },
                "password": None,
                "watermarkText": None,
                "externalId": None,
                "attachmentIndex": 0,
                "attachmentDisplayName": None,
                "tenantId": None,
                "creationTime": "2015-10-14T11:55:32.6521255Z",
                "countOfInitialPages": 0,
                "documentSource": None,
                "documentExtension": "help",
                "serverCaching": "full",
                "startConverting": None,
                "contentType": None,
                "pageContentEncryption": None,
                "watermarks": [],
            },
        )
    }
    | errors(*CALLER, *SESSION),
    _U_ID,
)
delete_session = _call(
    "deleteViewingSession",
    _SESSIONS,
    _WRITE,
    None,
    errors(
        *CALLER,
        ErrorCode.SESSION_EXPIRED,
        ErrorCode.SESSION_STOPPED,
        ErrorCode.SESSION_NOT_DELETABLE,
    )
    | {
        204: api.answers_nothing("The session was deleted."),
        404: api.answers_nothing("There is no such session."),
    },
    _U_ID,
)
put_source_file = _call(
    "putSourceFile",
    _SESSIONS,
    _WRITE,
    api.sends_bytes(),
    {200: api.answers_nothing("The document was received.")}
    | errors(*CALLER, *SESSION, ErrorCode.DOCUMENT_ALREADY_ASSIGNED, *UPLOAD),
    _U_ID,
    _EXTENSION,
)
get_source_file = _call(
    "getSourceFile",
    _SESSIONS,
    _READ,
    None,
    {(200, "application/octet-stream"): api.answers_bytes("The document, by its own media type.")}
    | errors(*CALLER, *SESSION, ErrorCode.DOCUMENT_MISSING),
    _U_ID,
    _query("ContentDispositionFilename", "The download's name; the right extension is added."),
)
_WORK_FILE = api.shape({"refType": {"const": "workFile"}, "fileId": {"type": "string"}})
put_source_ref = _call(
    "putSourceRef",
    _SESSIONS,
    _WRITE,
    api.sends_json(
        {
            "oneOf": [
                _WORK_FILE,
                api.shape(
                    {
                        "refType": {"const": "comparison"},
                        "original": _WORK_FILE,
                        "revised": _WORK_FILE,
                    }
                ),
            ]
        },
        {"refType": "workFile", "fileId": _FILE_ID},
    ),
    {200: api.answers_nothing("The session has its document, or the two to compare.")}
    | errors(
        *CALLER,
        *SESSION,
        *BODY,
        ErrorCode.INPUT_CONFLICTS,
        ErrorCode.WORK_FILE_NOT_FOUND,
        ErrorCode.DOCUMENT_ALREADY_ASSIGNED,
        ErrorCode.FORMAT_NOT_COMPARABLE,
    ),
    _U_ID,
)
get_file_id = _call(
    "getFileId",
    _SESSIONS,
    _READ,
    None,
    {
        200: api.answers(
            "The document's work file.",
            api.shape({"fileId": {"type": "string"}, "affinityToken": {"type": "string"}}),
            {"fileId": "1OGayKFk2dGtC8jhOtSknw", "affinityToken": "recto"},
        )
    }
    | errors(*CALLER, *SESSION, ErrorCode.DOCUMENT_MISSING),
    _U_ID,
)
session_started = _call(
    "notifySessionStarted",
    _SESSIONS,
    _WRITE,
    api.sends_json({"type": "object"}, {}),
    {200: api.answers_nothing("The conversion has started, or will with the document.")}
    | errors(*CALLER, *SESSION, ErrorCode.MALFORMED_BODY),
    _U_ID,
)
session_stopped = _call(
    "notifySessionStopped",
    _SESSIONS,
    _WRITE,
    api.sends_json(
        api.shape(
            {
                "httpStatus": {"type": "integer", "minimum": 400, "maximum": 599},
                "endUserMessage": {"type": "string"},
            }
        ),
        {"httpStatus": 418, "endUserMessage": "My custom end user error message"},
    ),
    {200: api.answers_nothing("The session is stopped.")} | errors(*CALLER, *SESSION, *BODY),
    _U_ID,
)

# --- Work files -------------------------------------------------------------------------------
_FILE = OpenApiParameter("file_id", str, OpenApiParameter.PATH, description="From POST WorkFile.")
_FILE_PROPERTIES: dict[str, Json] = {
    "fileId": {"type": "string"},
    "fileExtension": {"type": "string"},
    "affinityToken": {"type": "string"},
}
_FILE_EXAMPLE = {"fileId": _FILE_ID, "fileExtension": "docx", "affinityToken": "recto"}
post_work_file = _call(
    "createWorkFile",
    _FILES,
    ["workfiles:write"],
    api.sends_bytes(),
    {200: api.answers("The file was kept.", api.shape(_FILE_PROPERTIES), _FILE_EXAMPLE)}
    | errors(*CALLER, *UPLOAD),
    _EXTENSION,
    _query("MinSecondsAvailable", "How long to keep it at least; the client's policy, if longer."),
)
get_work_file = _call(
    "getWorkFile",
    _FILES,
    ["workfiles:read"],
    None,
    {(200, "application/octet-stream"): api.answers_bytes("The file, by its own media type.")}
    | errors(*CALLER, ErrorCode.WORK_FILE_NOT_FOUND),
    _FILE,
)
get_work_file_info = _call(
    "getWorkFileInfo",
    _FILES,
    ["workfiles:read"],
    None,
    {
        200: api.answers(
            "What is known of the file.",
            api.shape(
                _FILE_PROPERTIES
                | {
                    "fileSize": {"type": "integer"},
                    "expirationDateTime": {"type": "string", "format": "date-time"},
                }
            ),
            _FILE_EXAMPLE
            | {"fileSize": 20481, "expirationDateTime": "2026-11-23T11:55:32.6521250Z"},
        )
    }
    | errors(*CALLER, ErrorCode.WORK_FILE_NOT_FOUND),
    _FILE,
)


# --- Pages: the session's id opens these --------------------------------------------------------
def _page(id: str, responses: api.Answers, *parameters: Any) -> Callable[[Method], Method]:
    return _call(id, _PAGES, [], None, responses | errors(*CONTENT), _DOCUMENT_ID, *parameters)


_IMAGES: api.Answers = {
    (200, f"image/{name}"): api.answers_bytes("The image.") for name in RASTER_FORMATS
}
get_document_attributes = _page(
    "getDocumentAttributes",
    {
        200: api.answers(
            "Known once the whole document is converted.",
            api.shape(
                {
                    "pageCount": {"type": "integer"},
                    "pageCountConfidence": {"type": "integer"},
                    "title": {"type": "string"},
                    "fontsSubstituted": api.array({"type": "object"}),
                }
            ),
            {"pageCount": 12, "pageCountConfidence": 100, "title": "", "fontsSubstituted": []},
        )
    },
)
get_document_text = _page(
    "getDocumentText",
    {
        200: api.answers(
            "The pages from `first` to `last`, counted from 0.",
            api.shape({"pages": api.array(api.ref("PrizmDocPageText"))}),
            {
                "pages": [
                    {
                        "pageNumber": 0,
                        "width": 595.3,
                        "height": 841.9,
                        "text": "Hello",
                        "words": [{"text": "Hello", "box": [56.7, 56.7, 84.2, 70.5]}],
                    }
                ]
            },
        )
    },
)
get_page_attributes = _page(
    "getPageAttributes",
    {
        200: api.answers(
            "The page's size in pixels.",
            api.shape(
                {
                    "imageWidth": {"type": "integer"},
                    "imageHeight": {"type": "integer"},
                    "horizontalResolution": {"type": "integer"},
                    "verticalResolution": {"type": "integer"},
                    "resolutionUnits": {"const": "dpi"},
                    "imageResolution": {"type": "integer"},
                }
            ),
            {
                "imageWidth": 1240,
                "imageHeight": 1754,
                "horizontalResolution": 150,
                "verticalResolution": 150,
                "resolutionUnits": "dpi",
                "imageResolution": 150,
            },
        )
    },
)
_SCALE = _query(
    "Scale",
    "Of the session's resolution; images of whole pages come in steps of a quarter or more.",
    {"type": "number", "exclusiveMinimum": 0},
)
get_page = _page(
    "getPage",
    _IMAGES | {(200, "image/svg+xml"): api.answers_bytes("The page.")},
    _query(
        "ContentType",
        "The session's `contentType` by default, else png.",
        {"type": "string", "enum": [*RASTER_FORMATS, "svg"]},
    ),
    _SCALE,
)
get_tile = _page(
    "getTile", _IMAGES, _query("ContentType", "png by default.", _IMAGE_FORMAT), _SCALE
)
get_thumbnail = _page(
    "getThumbnail", _IMAGES, _query("ContentType", "png by default.", _IMAGE_FORMAT)
)
