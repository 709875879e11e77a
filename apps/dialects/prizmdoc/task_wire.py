"""PrizmDoc's JSON of search tasks and content converters.

Source: CONTRACT section 1. Page numbers and ranges of converters count from 1 ("1,3,5-10", "2-"),
page indexes of hits from 0. The shape of a hit is ours.
"""

from __future__ import annotations

import re
from typing import Any

from apps.dialects.prizmdoc import bodies
from apps.dialects.prizmdoc.packages_wire import process
from apps.viewing import converting, searching
from apps.viewing.converting import ConverterSource
from apps.viewing.processes import Process, Progress

Json = dict[str, Any]
TERM_TYPES = ("simple", "regex", "wildcard")
MOST_LETTERS = 1000
_PART = r" *[1-9][0-9]{0,6} *(- *([1-9][0-9]{0,6})? *)?"
PAGES_PATTERN = f"^({_PART}(,{_PART})*)?$"
_TOKEN = "recto"  # noqa: S105 - the affinity token, see views.py


# --- Search tasks -------------------------------------------------------------------------------
def parse_search(body: Json) -> tuple[list[searching.Term], Json]:
    """The terms, and the input to be echoed. Raises INPUT_MISSING, INPUT_INVALID."""
    path = "input.searchTerms"
    items = bodies.require_objects(body, path, most=searching.MOST_TERMS)
    terms, echo = [], []
    for number, item in enumerate(items):
        with bodies.inside(f"{path}[{number}]"):
            term = _term(item)
        terms.append(term)
        echo.append(
            {
                "type": term.kind,
                "pattern": term.pattern,
                "caseSensitive": term.case,
                "matchWholeWord": term.whole,
            }
        )
    return terms, {"searchTerms": echo}


def _term(item: Json) -> searching.Term:
    kind: Any = bodies.require_choice(item, "type", *TERM_TYPES)
    pattern = bodies.require_text(item, "pattern")
    if len(pattern) > MOST_LETTERS:
        raise bodies.invalid("pattern", None, {"type": "string", "maxLength": MOST_LETTERS})
    case = bodies.optional_flag(item, "caseSensitive")
    return searching.Term(kind, pattern, case, bodies.optional_flag(item, "matchWholeWord"))


def search_task(identity: str, task: searching.Task) -> Json:
    """A search task; `output` tells what its results lack, if anything."""
    body = process(task.process, identity, task.progress, task.process.input)
    if task.progress.state == "complete":
        body["output"] = {"timedOutTerms": list(task.timed_out), "truncated": task.truncated}
    return body


def search_results(found: searching.Results, offset: int) -> Json:
    """Hits; with `continueToken` unless these are the last there will ever be."""
    body: Json = {
        "results": [
            {
                "id": offset + number,
                "pageIndex": hit["page"],
                "termIndex": hit["term"],
                "text": hit["match"],
                "context": {"before": hit["before"], "after": hit["after"]},
                "boxes": hit["boxes"],
            }
            for number, hit in enumerate(found.hits)
        ]
    }
    if found.following is not None:
        body["continueToken"] = str(found.following)
    return body


# --- Content converters -------------------------------------------------------------------------
def parse_conversion(body: Json) -> tuple[list[ConverterSource], str, Json]:
    """Sources, format, and the input to be echoed. Raises INPUT_MISSING, INPUT_INVALID."""
    items = bodies.require_objects(body, "input.sources", most=converting.MOST_SOURCES)
    sources, echo = [], []
    for number, item in enumerate(items):
        with bodies.inside(f"input.sources[{number}]"):
            file_id = bodies.require_text(item, "fileId")
            pages = bodies.optional_text(item, "pages")
            password = bodies.optional_text(item, "password")
            sources.append(ConverterSource(file_id, _from_zero(pages), password))
        echo.append({"fileId": file_id, "pages": pages})
    format = bodies.require_choice(body, "input.dest.format", *converting.FORMATS)
    if len(sources) > 1 and format not in converting.JOINED_FORMATS:
        error = bodies.invalid("input.sources", None, {"type": "array", "maxItems": 1})
        error.data["error_code"] = "MultipleSourcesAreNotSupportedForThisDestinationFormat"
        raise error
    return sources, format, {"sources": echo, "dest": {"format": format}}


def _from_zero(pages: str) -> str:
    """ "1,3-5,8-" as "0,2-4,7-". Raises INPUT_INVALID, by PrizmDoc's name for it."""
    if not pages.strip():
        return ""
    shifted = []
    for part in pages.split(",") if re.fullmatch(PAGES_PATTERN, pages) else [""]:
        first, dash, last = (word.strip() for word in part.partition("-"))
        if not first or (last and int(last) < int(first)):
            error = bodies.invalid("pages", pages, {"type": "string", "pattern": PAGES_PATTERN})
            error.data["error_code"] = "InvalidPageSyntax"
            raise error
        shifted.append(f"{int(first) - 1}{dash}{int(last) - 1 if last else ''}")
    return ",".join(shifted)


def _from_one(pages: str, count: int) -> str:
    """The other way round; what is open is closed."""
    if not pages:
        return f"1-{count}" if count > 1 else "1"
    shifted = []
    for part in pages.split(","):
        first, dash, last = part.partition("-")
        shifted.append(f"{int(first) + 1}{dash}{int(last) + 1 if last else ''}")
    return ",".join(shifted)


def conversion(process_: Process, identity: str, progress: Progress) -> Json:
    """A content converter; complete, `output.results` names the files it made."""
    body = process(process_, identity, progress, process_.input) | {"affinityToken": _TOKEN}
    if progress.state == "complete":
        body["output"] = {"results": [_result(result) for result in process_.output or []]}
    return body


def _result(result: Json) -> Json:
    count = result["pages"]
    return {
        "fileId": result["file_id"],
        "pageCount": count,
        "sources": [
            {"fileId": file_id, "pages": _from_one(pages, count)}
            for file_id, pages in result["sources"]
        ],
    }
