"""What the API reference says of task_views.py: one decorator for each method."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from drf_spectacular.utils import OpenApiParameter, extend_schema

from apps.clients.schema import REQUIRED_SCOPES
from apps.core.errors import ErrorCode
from apps.dialects import schema as api
from apps.dialects.prizmdoc.converter_wire import OPTIONS, PAGES_PATTERN, PIXELS_PATTERN
from apps.dialects.prizmdoc.schema_parts import (
    BODY,
    CALLER,
    SESSION,
    described_once,
    v2_errors,
)
from apps.dialects.prizmdoc.task_wire import MOST_LETTERS, TERM_TYPES
from apps.viewing.converting import FORMATS, MOST_SOURCES
from apps.viewing.searching import MOST_TERMS

__all__ = ["described_once"]  # the rest is named after the operations

Json = dict[str, Any]
Method = TypeVar("Method", bound=Callable[..., Any])
_SEARCH, _CONVERT = "PrizmDoc: search tasks", "PrizmDoc: content converters"
_PROCESS_ID, _FILE_ID = "khjyrfKLj2g6gv8fdqg710", "CVBuD7DbQYNoJDqByGierQ"
_PROCESS = OpenApiParameter(
    "process_id", str, OpenApiParameter.PATH, description="The task's processId."
)
_ONLY_WITH_ID = (*SESSION, ErrorCode.JOB_NOT_FOUND, *api.FAULTS)


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


def _process(input: Json, **more: Any) -> api.Answers:
    example = {
        "processId": _PROCESS_ID,
        "state": "processing",
        "percentComplete": 0,
        "expirationDateTime": "2026-11-23T06:22:18.6240000Z",
        "input": input,
    }
    return {200: api.answers("The process.", api.ref("PrizmDocProcess"), example | more)}


# --- Search tasks -------------------------------------------------------------------------------
_TERM = api.shape(
    {
        "type": {
            "type": "string",
            "enum": list(TERM_TYPES),
            "description": "`regex`: a regular expression. `simple`: one too, as PrizmDoc's "
            "clients send it, and also its characters as they stand. `wildcard`: `*` is any "
            "letters of a word, `?` is one.",
        },
        "pattern": {"type": "string", "minLength": 1, "maxLength": MOST_LETTERS},
        "caseSensitive": {"type": "boolean", "default": False},
        "matchWholeWord": {"type": "boolean", "default": False},
    },
    ["type", "pattern"],
)
_TERMS = api.array(_TERM) | {"minItems": 1, "maxItems": MOST_TERMS}
_SEARCH_INPUT = {"searchTerms": [{"type": "simple", "pattern": "fox"}]}
_ECHOED = {
    "searchTerms": [
        {"type": "simple", "pattern": "fox", "caseSensitive": False, "matchWholeWord": False}
    ]
}
start_search = _call(
    "startSearchTask",
    _SEARCH,
    [],
    api.sends_json(
        api.shape({"input": api.shape({"searchTerms": _TERMS})}), {"input": _SEARCH_INPUT}
    ),
    _process(_ECHOED) | v2_errors(*SESSION, *BODY, ErrorCode.DOCUMENT_MISSING, *api.FAULTS),
    OpenApiParameter("u_id", str, OpenApiParameter.PATH, description="The viewingSessionId."),
)
get_search = _call(
    "getSearchTask",
    _SEARCH,
    [],
    None,
    _process(
        _ECHOED,
        state="complete",
        percentComplete=100,
        output={"timedOutTerms": [], "truncated": False},
    )
    | v2_errors(*_ONLY_WITH_ID),
    _PROCESS,
)
cancel_search = _call(
    "cancelSearchTask",
    _SEARCH,
    [],
    None,
    {204: api.answers_nothing("The task is forgotten.")} | v2_errors(ErrorCode.JOB_NOT_FOUND),
    _PROCESS,
)
_NUMBER: Json = {"type": "integer", "minimum": 0}
_HIT = api.shape(
    {
        "id": _NUMBER,
        "pageIndex": _NUMBER,
        "termIndex": _NUMBER,
        "text": {"type": "string"},
        "context": api.shape({"before": {"type": "string"}, "after": {"type": "string"}}),
        "boxes": api.array(api.array({"type": "number"}) | {"minItems": 4, "maxItems": 4}),
    }
)
get_search_results = _call(
    "getSearchResults",
    _SEARCH,
    [],
    None,
    {
        200: api.answers(
            "Hits by page, then term, then place. `pageIndex` and `termIndex` count from 0; each "
            "box is [left, top, right, bottom] in points from the page's top left, one for each "
            "line a hit covers. Without `continueToken` there will be no more.",
            api.shape(
                {"results": api.array(_HIT), "continueToken": {"type": "string"}}, ["results"]
            ),
            {
                "results": [
                    {
                        "id": 0,
                        "pageIndex": 3,
                        "termIndex": 0,
                        "text": "fox",
                        "context": {"before": "the quick brown ", "after": " jumps over"},
                        "boxes": [[156.1, 84.0, 172.9, 97.8]],
                    }
                ],
                "continueToken": "1",
            },
        )
    }
    | v2_errors(
        *_ONLY_WITH_ID, ErrorCode.INPUT_INVALID, ErrorCode.TIMEOUT, ErrorCode.DOCUMENT_CORRUPT
    ),
    _PROCESS,
    OpenApiParameter("limit", {"type": "integer", "minimum": 1, "maximum": 1000, "default": 100}),
    OpenApiParameter("continueToken", str, description="From the answer before."),
)

# --- Content converters -------------------------------------------------------------------------
_PIXELS: Json = {
    "type": "string",
    "pattern": PIXELS_PATTERN,
    "description": "Pages are drawn as large as fits. Without a size they have 150 dots per inch.",
}
_OPTION: dict[str, Json] = {
    "forceOneFilePerPage": {"type": "boolean", "default": False},
    "maxWidth": _PIXELS,
    "maxHeight": _PIXELS,
}
_CONVERSION = api.shape(
    {
        "sources": api.array(
            api.shape(
                {
                    "fileId": {"type": "string"},
                    "pages": {
                        "type": "string",
                        "pattern": PAGES_PATTERN,
                        "description": 'As in a print dialog: "1,3,5-10", "2-". All by default.',
                    },
                    "password": {"type": "string"},
                },
                ["fileId"],
            )
        )
        | {
            "minItems": 1,
            "maxItems": MOST_SOURCES,
            "description": "Several become one file; only for pdf and tiff.",
        },
        "dest": api.shape(
            {"format": {"type": "string", "enum": list(FORMATS)}}
            | {
                f"{format}Options": api.shape({name: _OPTION[name] for name in names}, [])
                for format, names in OPTIONS.items()
            },
            ["format"],
        )
        | {"description": "Only the options of its format; any other property is refused by name."},
    }
)
_MIN_SECONDS: Json = {
    "type": "integer",
    "minimum": 1,
    "description": "How long to keep the files at least; the client's policy, if longer.",
}
_CONVERSION_INPUT = {"sources": [{"fileId": _FILE_ID, "pages": ""}], "dest": {"format": "pdf"}}
start_conversion = _call(
    "startContentConverter",
    _CONVERT,
    ["workfiles:read", "workfiles:write"],
    api.sends_json(
        api.shape({"input": _CONVERSION, "minSecondsAvailable": _MIN_SECONDS}, ["input"]),
        {"input": _CONVERSION_INPUT},
    ),
    _process(_CONVERSION_INPUT, affinityToken="recto")
    | v2_errors(*CALLER, *BODY, named=(ErrorCode.WORK_FILE_NOT_FOUND,)),
)
get_conversion = _call(
    "getContentConverter",
    _CONVERT,
    ["workfiles:read"],
    None,
    _process(
        _CONVERSION_INPUT,
        state="complete",
        percentComplete=100,
        affinityToken="recto",
        output={
            "results": [
                {
                    "fileId": "1OGayKFk2dGtC8jhOtSknw",
                    "pageCount": 12,
                    "sources": [{"fileId": _FILE_ID, "pages": "1-12"}],
                }
            ]
        },
    )
    | v2_errors(*CALLER, ErrorCode.JOB_NOT_FOUND),
    _PROCESS,
)
