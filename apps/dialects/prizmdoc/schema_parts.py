"""What the operations of schema.py are made of: named schemas, errors, and which paths are shown.

Properties, defaults and limits come from wire.py, the errors from errors.py.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from apps.core.errors import CATALOGUE, ErrorCode
from apps.dialects import schema as api
from apps.dialects.prizmdoc.bodies import Property
from apps.dialects.prizmdoc.errors import SPELLINGS, V2_SPELLINGS, Spellings
from apps.dialects.prizmdoc.wire import PROPERTIES

Json = dict[str, Any]

_MEANINGS = {
    "origin": "Anything the caller wants to have back.",
    "render.flash.optimizationLevel": "Kept and returned; there is no Flash here.",
    "render.html5.alwaysUseRaster": 'Also accepted as the strings "true" and "false".',
    "render.html5.rasterResolution": "Dots per inch of page images.",
    "password": "Opens an encrypted document. Kept sealed.",
    "watermarkText": "A diagonal text across each page.",
    "externalId": 'The caller\'s own name of the document; its URL where documentSource is "http".',
    "attachmentIndex": "Only 0: attachments of messages are not opened.",
    "attachmentDisplayName": "The document's name on the page, before `externalId`.",
    "tenantId": "Kept and returned.",
    "countOfInitialPages": "Kept and returned; the first page always comes first.",
    "documentSource": '"http": fetched from `externalId`, from hosts the client may fetch from.',
    "documentExtension": "The format of an upload without `FileExtension` whose bytes do not tell.",
    "serverCaching": '"none" allows DELETE and `minSecondsAvailable`.',
    "startConverting": '"none": only when somebody looks at the document.',
    "contentType": "What a page is sent as unless the request says so.",
    "pageContentEncryption": "Not available.",
    "allowedClientFileFormats": "Kept and returned, a list or a word.",
    "minSecondsAvailable": 'The idle time, in seconds; needs `serverCaching` "none".',
    "watermarks": "Drawn on every page, also on the PDF; the source stays as it is. In a text, "
    "`{{name}}` stands for a value of `watermarkData`, for `{{externalId}}` or `{{tenantId}}`, or "
    "for `{{date}}` or `{{time}}` of the session's creation (UTC).",
    "watermarkData": "Values for watermarks, by name: strings, numbers or booleans.",
}


def _property(path: str, known: Property) -> Json:
    schema = known.expected | {"description": _MEANINGS[path], "default": known.default}
    schema["type"] = [known.type, "null"]
    if known.type == "boolean":
        schema["type"] = ["boolean", "string", "null"]
    if path == "allowedClientFileFormats":
        schema["type"] = ["array", "string", "null"]
    if path == "watermarks":
        schema["items"] = api.ref("PrizmDocWatermark")
    if "enum" in schema and None not in schema["enum"]:
        schema["enum"] = [*schema["enum"], None]
    return schema


def _session_properties() -> dict[str, Json]:
    properties: dict[str, Json] = {}
    for path, known in PROPERTIES.items():
        level = properties
        *folders, leaf = path.split(".")
        for folder in folders:
            level = level.setdefault(folder, api.shape({}, []))["properties"]
        level[leaf] = _property(path, known)
    return properties


def _one_of(*words: str) -> Json:
    return {"type": "string", "enum": list(words)}


_COMPONENTS: dict[str, Json] = {
    "PrizmDocWatermark": api.shape(
        {
            "type": _one_of("text", "diagonalText", "image"),
            "text": {"type": "string", "maxLength": 1000},
            "src": {
                "type": "string",
                "description": "A picture as data URL, or the `fileId` of one.",
            },
            "opacity": {"type": "number", "minimum": 0, "maximum": 1},
            "color": {"type": "string", "description": "A CSS colour name or #rrggbb."},
            "fontFamily": {"type": "string"},
            "fontSize": {"type": "string", "pattern": r"^\d+(\.\d+)?(pt|px)?$"},
            "fontWeight": _one_of("normal", "bold"),
            "fontStyle": _one_of("normal", "italic"),
            "slope": _one_of("up", "down"),
            "verticalAlign": _one_of("center", "top", "bottom"),
            "horizontalAlign": _one_of("center", "left", "right"),
        },
        ["type"],
    ),
    "PrizmDocSession": api.shape(_session_properties(), []),
    "PrizmDocSessionInformation": {
        "allOf": [
            api.ref("PrizmDocSession"),
            api.shape({"creationTime": {"type": "string", "format": "date-time"}}),
        ]
    },
    "PrizmDocError": api.shape(
        {
            "errorCode": {"type": "string"},
            "errorDetails": api.shape(
                {
                    "in": {"type": "string", "enum": ["body", "query"]},
                    "at": {"type": "string", "description": "The input at fault, a dotted path."},
                    "expected": {"type": "object"},
                    "actual": {},
                },
                ["in", "at"],
            ),
            "message": {"type": "string"},
            "remedy": {"type": "string"},
            "correlationId": {"type": "string"},
        },
        ["errorCode", "message", "remedy", "correlationId"],
    ),
    "PrizmDocProcess": api.shape(
        {
            "processId": {"type": "string"},
            "state": _one_of("processing", "complete", "error"),
            "percentComplete": {"type": "integer", "minimum": 0, "maximum": 100},
            "expirationDateTime": {"type": "string", "format": "date-time"},
            "input": {"type": "object"},
            "output": {"type": "object", "description": "Once it is complete."},
            "errorCode": {"type": "string", "description": "Why it failed; the status stays 200."},
            "message": {"type": "string"},
        },
        ["processId", "state", "percentComplete", "expirationDateTime", "input"],
    ),
    "PrizmDocPageText": api.shape(
        {
            "pageNumber": {"type": "integer"},
            "width": {"type": "number", "description": "In points, as are all boxes."},
            "height": {"type": "number"},
            "text": {"type": "string"},
            "words": api.array(
                api.shape({"text": {"type": "string"}, "box": api.array({"type": "number"})})
            ),
        }
    ),
}


class _Schema(api.OperationSchema):
    prefix = "/PCCIS/V1/"
    components = _COMPONENTS

    def get_description(self) -> str:
        """Adds the other spelling of the path."""
        other = self.path.removeprefix(self.prefix.rstrip("/"))
        return f"{super().get_description()}\n\nAlso answers at `{other}`.".strip()


class _SchemaOnce(api.OperationSchema):
    """V2 and v3 have one spelling of their paths."""

    components = _COMPONENTS


described = api.describing(_Schema)


described_once = api.describing(_SchemaOnce)


# --- Errors -----------------------------------------------------------------------------------
CALLER = (
    ErrorCode.NOT_AUTHENTICATED,
    ErrorCode.SCOPE_MISSING,
    ErrorCode.QUOTA_EXCEEDED,
    *api.FAULTS,
)
SESSION = (ErrorCode.SESSION_NOT_FOUND, ErrorCode.SESSION_EXPIRED, ErrorCode.SESSION_STOPPED)
UPLOAD = (
    ErrorCode.INPUT_INVALID,
    ErrorCode.DOCUMENT_EMPTY,
    ErrorCode.DOCUMENT_TOO_LARGE,
    ErrorCode.FORMAT_UNRECOGNIZED,
    ErrorCode.FORMAT_UNSUPPORTED,
    ErrorCode.DOCUMENT_CORRUPT,
)
BODY = (ErrorCode.MALFORMED_BODY, ErrorCode.INPUT_MISSING, ErrorCode.INPUT_INVALID)
OPENING = (
    *CALLER,
    *BODY,
    ErrorCode.INPUT_CONFLICTS,
    ErrorCode.WORK_FILE_NOT_FOUND,
    ErrorCode.REMOTE_REFUSED,
)
CONTENT = (
    *SESSION,
    ErrorCode.INPUT_INVALID,
    ErrorCode.DOCUMENT_MISSING,
    ErrorCode.PAGE_NOT_FOUND,
    ErrorCode.NOT_READY,
    ErrorCode.PASSWORD_REQUIRED,
    ErrorCode.PASSWORD_WRONG,
    ErrorCode.FORMAT_MISMATCH,
    ErrorCode.DOCUMENT_CORRUPT,
    ErrorCode.LIMIT_EXCEEDED,
    ErrorCode.TIMEOUT,
    ErrorCode.OUT_OF_MEMORY,
    ErrorCode.ENGINE_CRASHED,
    ErrorCode.ENGINE_UNAVAILABLE,
    *api.FAULTS,
)
_MESSAGE = "Accusoft-Status-Message"


def errors(*codes: ErrorCode, spellings: Spellings = SPELLINGS) -> api.Answers:
    """The answers for these codes, by status, as errors.py spells them."""
    answers: api.Answers = {}
    for status in sorted({spellings[code].status for code in codes}):
        same = [code for code in dict.fromkeys(codes) if spellings[code].status == status]
        lines = "\n".join(
            f"- `{spellings[code].name or _MESSAGE}`: {CATALOGUE[code].title}." for code in same
        )
        with_body = next((code for code in same if spellings[code].name), None)
        answers[status] = (
            api.answers_nothing(lines)
            if with_body is None
            else api.answers_error(
                lines,
                api.ref("PrizmDocError"),
                spellings[with_body].name,
                _error(with_body, spellings[with_body].name),
            )
        )
    if ErrorCode.SESSION_STOPPED in codes:
        answers["default"] = api.answers_nothing(
            "After SessionStopped: the status and reason phrase given there, the phrase also in "
            f"`{_MESSAGE}`, and `Accusoft-Status-Number: 580`."
        )
    return answers


def v2_errors(*codes: ErrorCode, named: Iterable[ErrorCode] = ()) -> api.Answers:
    """The same for V2 and v3; the codes `named` are about what the body names."""
    in_body = {code: V2_SPELLINGS[code]._replace(status=480) for code in named}
    return errors(*codes, *in_body, spellings={**V2_SPELLINGS, **in_body})


def _error(code: ErrorCode, name: str) -> Json:
    return {
        "errorCode": name,
        "message": CATALOGUE[code].cause,
        "remedy": CATALOGUE[code].remedy,
        "correlationId": "5f2c9a7be10d4c33",
    }
