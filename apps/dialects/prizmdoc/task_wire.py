"""PrizmDoc's JSON of search tasks.

Source: CONTRACT section 1. Page indexes of hits count from 0. The shape of a hit is ours.
"""

from __future__ import annotations

from typing import Any

from apps.dialects.prizmdoc import bodies
from apps.dialects.prizmdoc.packages_wire import process
from apps.viewing import searching

Json = dict[str, Any]
TERM_TYPES = ("simple", "regex", "wildcard")
MOST_LETTERS = 1000


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
