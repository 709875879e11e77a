"""Operation `search`: many terms, hits as they come, no expression that holds anything up."""

from __future__ import annotations

import gzip
import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from apps.conversion import search as finding
from apps.conversion.engines import protocol
from tests.engine import documents
from tests.engine_process import EngineProcess, Outcome


def run(engine: EngineProcess, *terms: dict[str, Any], pages: int = 3, **limits: Any) -> Outcome:
    end = "a" * 32  # endless work for an expression like (a+)+!
    texts = [f"Page {number} tells of foxes and 3.50 dollars {end}" for number in range(pages)]
    directory, name = engine.job(documents.pdf([(text, {}) for text in texts]), "pdf")
    return search(engine, directory, name, terms, {"terms": "in/terms.json"}, **limits)


def search(
    engine: EngineProcess,
    directory: Path,
    name: str,
    terms: Sequence[dict[str, Any]],
    params: dict[str, Any],
    **limits: Any,
) -> Outcome:
    whole = [{"kind": "simple", "case": False, "whole": False} | term for term in terms]
    (directory / "in" / "terms.json").write_text(json.dumps({"terms": whole}))
    request: Any = {"op": "search", "dir": str(directory), "source": name, "params": params}
    request |= {"deadline": 60} | limits
    events = protocol.submit(engine.socket("pages"), request, 120)
    return Outcome(directory, [dict(event) for event in events])


def hits(outcome: Outcome) -> list[dict[str, Any]]:
    return [
        hit
        for name in outcome.parts
        for hit in json.loads(gzip.decompress(outcome.file(name).read_bytes()))["hits"]
    ]


def test_hits_have_page_term_context_and_boxes(engine: EngineProcess) -> None:
    outcome = run(engine, {"pattern": "foxes"}, {"pattern": "page 1"})
    assert outcome.code == "done"
    found = hits(outcome)
    assert [(hit["page"], hit["term"]) for hit in found] == [(0, 0), (1, 0), (1, 1), (2, 0)]
    assert (found[0]["before"], found[0]["match"]) == ("Page 0 tells of ", "foxes")
    x0, y0, x1, y1 = found[0]["boxes"][0]
    assert 0 < x0 < x1 < 612
    assert 0 < y0 < y1 < 792
    assert outcome.meta == {"pages": 3, "hits": 4, "truncated": False, "timed_out": []}
    assert outcome.parts[0] == "hits/0"
    assert outcome.part("hits/0")["meta"] == {"hits": 1, "pages": 1}, "the first page's at once"
    assert outcome.part(outcome.parts[-1])["meta"]["pages"] == 3


def test_text_that_was_read_before_is_not_read_again(engine: EngineProcess) -> None:
    terms = ({"pattern": "foxes"}, {"kind": "regex", "pattern": r"page [12]\b"})
    read = [dict.fromkeys(("first", "last"), 0), {"first": 1, "last": 2}]
    source, name = engine.job(documents.pdf([(f"Page {n} of foxes", {}) for n in range(3)]), "pdf")
    directory, unread = engine.job(b"not opened", "pdf")
    names = []
    for number, pages in enumerate(read):
        asked: Any = {"op": "text", "dir": str(source), "source": name, "params": pages}
        list(protocol.submit(engine.socket("pages"), asked, 120))
        names.append(f"in/text-{number}.json.gz")
        (source / "out" / "text.json.gz").rename(directory / names[-1])
    params = {"terms": "in/terms.json", "texts": names, "pages": 3}
    again = search(engine, directory, unread, terms, params)
    afresh = search(engine, source, name, terms, {"terms": "in/terms.json"})
    assert hits(again) == hits(afresh)
    assert [hit["page"] for hit in hits(again)] == [0, 1, 1, 2, 2]
    assert again.meta == afresh.meta


def test_an_expression_without_end_is_given_up(engine: EngineProcess) -> None:
    begun = time.monotonic()
    outcome = run(engine, {"kind": "regex", "pattern": r"(a+)+!"}, {"pattern": "foxes"}, pages=40)
    assert time.monotonic() - begun < 30
    assert outcome.meta["timed_out"] == [0]
    assert len(hits(outcome)) == 40


def test_an_expression_that_takes_long_to_compile_is_given_up(engine: EngineProcess) -> None:
    begun = time.monotonic()
    costly = {"kind": "regex", "pattern": "[\u0100-\uffff]" * 4000}
    outcome = run(engine, costly, {"pattern": "foxes"}, pages=2)
    assert time.monotonic() - begun < 30
    assert outcome.meta["timed_out"] == [0]
    assert len(hits(outcome)) == 2


def test_a_job_past_its_deadline_is_killed(engine: EngineProcess) -> None:
    terms = [{"kind": "regex", "pattern": rf"(a+)+[!-{chr(n)}]{{2}}"} for n in range(40, 48)]
    assert run(engine, *terms, deadline=2).code == "timeout"
    terms = [{"kind": "regex", "pattern": f"(a+)+!{n}"} for n in range(8)]


def test_a_thousand_terms(engine: EngineProcess) -> None:
    terms = [{"pattern": f"word{number}"} for number in range(999)]
    outcome = run(engine, *terms, {"pattern": "dollars"}, pages=100)
    assert len(hits(outcome)) == 100
    assert outcome.exit["cpu_seconds"] < 10


def test_hits_are_written_as_they_come(engine: EngineProcess) -> None:
    outcome = run(engine, {"kind": "regex", "pattern": r"\w"}, pages=120)
    assert len(outcome.parts) > 3
    assert outcome.meta["hits"] == len(hits(outcome))


@pytest.mark.parametrize(
    ("kind", "pattern", "found"),
    [
        ("simple", "3.50 dollars", ["3.50 dollars"]),
        ("simple", r"3\.50", ["3.50"]),
        ("simple", "FOXES", ["foxes"]),
        ("simple", "(foxes", []),
        ("regex", r"fox\w+|\d\.\d+", ["foxes", "3.50"]),
        ("regex", r"x*", ["x"]),
        ("wildcard", "f?x*", ["foxes"]),
        ("wildcard", "and 3*", ["and 3"]),
    ],
)
def test_kinds_of_terms(
    engine: EngineProcess, kind: finding.TermKind, pattern: str, found: list[str]
) -> None:
    outcome = run(engine, {"kind": kind, "pattern": pattern}, pages=1)
    assert [hit["match"] for hit in hits(outcome)] == found
