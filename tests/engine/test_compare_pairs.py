"""Real pairs: every change is found, none is made up, and the red-line proves to hold both."""

# ruff: noqa: RUF001 - the documents' own letters

from __future__ import annotations

import gzip
import json
import re
from pathlib import Path
from typing import Any

import pytest

from apps.comparison.places import Finder
from apps.conversion.engines import protocol
from tests import corpus
from tests.engine import documents
from tests.engine_process import EngineProcess, Outcome

PAIRS = sorted(path.parent.name for path in corpus.ROOT.glob("compare/*/original.docx"))
EXPECTED: dict[str, dict[str, Any]] = (
    {pair["pair"]: pair for pair in json.loads((corpus.ROOT / "compare/expected.json").read_text())}
    if PAIRS
    else {}
)
LISTED = [pair for pair in PAIRS if "changes" in EXPECTED[pair]]
# What differs but a red-line of text does not show.
LEFT_OUT = {
    "WC-1430": ["style definitions"],
    "WC-2010": ["style definitions"],
    "WC-2040": ["style definitions"],
    "redlines-fixture": ["numbering definitions"],
}
# (kind, text, new text) where upstream tells a count only; read from the documents.
FOUND = {
    "WC-1340": [("deleted", "[picture]", "")],
    "WC-1430": [
        ("deleted", "test", ""),
        ("replaced", "∞sinα±sinβ=2sin12α±βcos12α∓β", "x=-b±b2-4ac2a"),
        ("replaced", "Video provides", "Provides"),
        ("inserted", "Demo testing. Too", ""),
        ("inserted", "testing", ""),
    ],
    "WC-1470": [
        ("deleted", "4", ""),
        ("deleted", "Lorem.", ""),
        ("deleted", "6", ""),
        ("replaced", "7", "Lorem."),
    ],
    "WC-1700": [("replaced", "a powerful", "an interesting"), ("replaced", "an", "the")],
    "WC-2010": [
        ("replaced", "Two", "Tw[note]o1"),
        ("replaced", "Nine", "NINE"),
        ("inserted", " Test footnote", ""),
    ],
    "WC-2040": [("replaced", "powerful", "powerish"), ("formatted", " ", "")],
    "rc100-alice": [("replaced", "quick", "SLOW")],
    "rc100-bob": [("replaced", "quick", "FAST")],
    "wmlcomparer02-bob": [
        ("deleted", "Said simply, ", ""),
        ("inserted", "  Don’t forget to add the note about fusce est.", ""),
    ],
    "wmlcomparer02-mary": [
        ("inserted", "  Talked to Bob – remember fusce est.", ""),
        ("inserted", "Video provides a powerful way to help you prove your point.", ""),
    ],
}


def compare(
    engine: EngineProcess,
    original: Path | bytes,
    revised: Path | bytes,
    extension: str = "docx",
    **limits: Any,
) -> Outcome:
    directory, name = engine.job(original, extension)
    content = revised if isinstance(revised, bytes) else revised.read_bytes()
    (directory / "in" / f"revised.{extension}").write_bytes(content)
    request: Any = {
        "op": "compare",
        "dir": str(directory),
        "source": name,
        "params": {"revised": f"in/revised.{extension}"},
        "deadline": 120,
        **limits,
    }
    events = protocol.submit(engine.socket("pages"), request, 240)
    return Outcome(directory, [dict(event) for event in events])


def content_of(outcome: Outcome) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(gzip.decompress(outcome.file("revisions").read_bytes()))
    return content


def pair(name: str, extension: str = "docx") -> tuple[Path, Path]:
    folder = corpus.file(f"compare/{name}")
    return folder / f"original.{extension}", folder / f"revised.{extension}"


def _letters(text: str) -> str:
    return re.sub(r"\W", "", text)


def _fulfils(found: dict[str, Any], change: dict[str, Any]) -> bool:
    kind, text = found["kind"], found["text"]
    match change["type"]:
        case "insert_paragraph" | "insert_text":
            return bool(kind == "inserted" and text.strip() == change["new"].strip())
        case "format_only":
            return bool(kind == "formatted" and text == change["paragraph"])
        case "replace_word":
            wanted = ("replaced", change["old"], change["new"])
            return wanted == (kind, text, found.get("new_text"))
        case "delete_paragraph":
            # Formulas in it are text for us.
            return bool(kind == "deleted" and _is_within(_letters(change["old"]), _letters(text)))
    raise AssertionError(change)


def _is_within(part: str, whole: str) -> bool:
    letters = iter(whole)
    return all(letter in letters for letter in part)


@corpus.requires_corpus
@pytest.mark.parametrize("name", PAIRS)
def test_a_pair_is_proven(engine: EngineProcess, name: str) -> None:
    outcome = compare(engine, *pair(name))
    assert outcome.code == "done"
    assert outcome.parts == ["redline", "revisions"]
    proof = outcome.meta["proof"]
    assert (proof["accept_all"], proof["reject_all"]) == (True, True), proof
    assert proof["not_compared"] == LEFT_OUT.get(name, [])
    content = content_of(outcome)
    assert content["proof"] == proof
    assert content["engine"]["name"] == "Docxodus"
    assert outcome.meta["revisions"] == len(content["revisions"]) > 0
    for found in content["revisions"]:
        start, end = found["span"]
        shown = content["stories"][found["story"]]["text"][start:end]
        assert shown or found["kind"] == "formatted"


@corpus.requires_corpus
@pytest.mark.parametrize("name", LISTED)
def test_every_listed_change_and_no_other(engine: EngineProcess, name: str) -> None:
    found = content_of(compare(engine, *pair(name)))["revisions"]
    changes = EXPECTED[name]["changes"]
    missed = [change for change in changes if not any(_fulfils(f, change) for f in found)]
    false = [f for f in found if not any(_fulfils(f, change) for change in changes)]
    assert (missed, false) == ([], [])
    assert len(found) == len(changes)
    assert [f["substantive"] for f in found] == [f["kind"] != "formatted" for f in found]


@corpus.requires_corpus
@pytest.mark.parametrize("name", sorted(FOUND))
def test_what_is_found(engine: EngineProcess, name: str) -> None:
    found = content_of(compare(engine, *pair(name)))["revisions"]
    assert [(f["kind"], f["text"], f.get("new_text", "")) for f in found] == FOUND[name]


@corpus.requires_corpus
def test_moves_have_a_source(engine: EngineProcess) -> None:
    content = content_of(compare(engine, *pair("large-wc004")))
    moved = [found for found in content["revisions"] if found["kind"] == "moved"]
    assert len(moved) == 3
    for found in moved:
        story, start, end = found["source"]
        assert content["stories"][story]["text"][start:end].strip() == found["text"].strip()
    assert [f["location"] for f in content["revisions"]][-1] == "footer"


@corpus.requires_corpus
@pytest.mark.parametrize("name", PAIRS)
def test_a_document_with_itself(engine: EngineProcess, name: str) -> None:
    original, _ = pair(name)
    outcome = compare(engine, original, original)
    assert outcome.meta["revisions"] == 0
    assert outcome.meta["proof"]["accept_all"]
    assert outcome.meta["proof"]["reject_all"]
    assert outcome.meta["proof"]["not_compared"] == []


@corpus.requires_corpus
@pytest.mark.parametrize("name", ["edit-bug51170", "large-wc004"])
def test_the_same_pair_gives_the_same_bytes(engine: EngineProcess, name: str) -> None:
    first, second = (compare(engine, *pair(name)) for _ in range(2))
    for part in ("redline", "revisions"):
        assert first.file(part).read_bytes() == second.file(part).read_bytes()


def _text(engine: EngineProcess, pdf: Path) -> list[dict[str, Any]]:
    outcome = engine.run("pages", "text", pdf, {"first": 0, "last": 1000})
    pages = json.loads(gzip.decompress(outcome.file("text").read_bytes()))["pages"]
    return list(pages)


@corpus.requires_corpus
def test_revisions_are_found_on_the_red_lined_pages(engine: EngineProcess) -> None:
    outcome = compare(engine, *pair("edit-bug51170"))
    content = content_of(outcome)
    whole = engine.pdf(outcome.file("redline"), first_page=False).file("whole")
    pages = _text(engine, whole)
    finder = Finder([story["text"] for story in content["stories"]], pages)
    for found in content["revisions"]:
        places = finder.places((found["story"], *found["span"]))
        assert places, found
        page = pages[places[0].page]
        inside = [
            page["text"][start : start + length]
            for start, length, x0, y0, x1, y1 in page["words"]
            if any(
                left - 1 <= (x0 + x1) / 2 <= right + 1 and top - 1 <= (y0 + y1) / 2 <= bottom + 1
                for left, top, right, bottom in places[0].boxes
            )
        ]
        wanted = _letters(found["text"] + found.get("new_text", ""))
        # A red-line may put the new words before the old ones.
        assert sorted(_letters("".join(inside))) == sorted(wanted)


@corpus.requires_corpus
def test_a_pair_of_pdf_files(engine: EngineProcess) -> None:
    original, revised = pair("pdf-bug51170", "pdf")
    outcome = compare(engine, original, revised, op="changes", extension="pdf")
    assert outcome.meta["proof"]["accept_all"]
    found = content_of(outcome)["revisions"]
    changes = [c for c in EXPECTED["pdf-bug51170"]["changes"] if c["type"] != "format_only"]
    assert all(any(_fulfils(f, change) for f in found) for change in changes)
    assert len(found) == len(changes)
    assert all(f["places"] or f["original_places"] for f in found)


@corpus.requires_corpus
def test_a_pair_of_workbooks_by_their_texts(engine: EngineProcess) -> None:
    [folder] = corpus.ROOT.glob("compare/xlsx-*")
    original, revised = (
        engine.pdf(folder / f"{side}.xlsx", first_page=False).file("whole")
        for side in ("original", "revised")
    )
    outcome = compare(engine, original, revised, op="changes", extension="pdf")
    proof = outcome.meta["proof"]
    assert proof["accept_all"]
    assert proof["reject_all"]
    assert proof["not_compared"] == ["formatting", "pictures"]
    assert outcome.meta["revisions"] > 0


def test_pages_without_text_are_named(engine: EngineProcess) -> None:
    scanned = documents.pdf([("", {}), ("Words", {})])
    outcome = compare(engine, scanned, scanned, op="changes", extension="pdf")
    assert outcome.meta["revisions"] == 0
    proof = outcome.meta["proof"]
    assert proof["not_compared"] == ["formatting", "pictures", "pages without text"]
    assert len(proof["details"]) == 2
    assert all("page 1 of the" in detail for detail in proof["details"])


@pytest.mark.parametrize(
    ("revised", "code"),
    [
        (b"no document", "format_mismatch"),
        (b"", "document_empty"),
        (b"%PDF-1.4", "document_corrupt"),
    ],
)
def test_a_broken_revised_document_is_refused(
    engine: EngineProcess, revised: bytes, code: str
) -> None:
    original = documents.pdf([("Words", {})])
    assert compare(engine, original, revised, op="changes", extension="pdf").code == code
