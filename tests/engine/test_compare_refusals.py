"""Documents that mean harm, are locked or broken: a named failure, in time, without a trace."""

from __future__ import annotations

import io
import time
import zipfile
from typing import Any

import pytest

from apps.conversion.engines import protocol
from tests import corpus
from tests.engine import documents
from tests.engine.test_compare_pairs import compare
from tests.engine_process import EngineProcess, command_of

GOOD = documents.docx(documents.paragraphs("One.", "Two."))
REFUSED = {
    "agile-encrypted.docx": "password_required",
    "billion-laughs.docx": "document_corrupt",
    "bomb-document-xml.docx": "too_large",
    "pdf-named.docx": "format_mismatch",
    "truncated-60pct.docx": "document_corrupt",
    "xxe-file.docx": "document_corrupt",
    "zero-byte.docx": "document_empty",
}
HARMLESS = ["field-tricks.docx", "remote-template.docx", "xss-metadata.docx", "zip-slip.docx"]


@pytest.mark.parametrize("as_revised", [False, True], ids=["original", "revised"])
@pytest.mark.parametrize("name", sorted(REFUSED))
def test_hostile_files_are_refused(engine: EngineProcess, name: str, as_revised: bool) -> None:
    hostile = corpus.file(f"hostile/made/{name}")
    outcome = compare(engine, GOOD, hostile) if as_revised else compare(engine, hostile, GOOD)
    assert outcome.code == REFUSED[name]
    assert outcome.parts == []


@pytest.mark.parametrize("name", HARMLESS)
def test_hostile_files_that_compare(engine: EngineProcess, name: str) -> None:
    hostile = corpus.file(f"hostile/made/{name}")
    outcome = compare(engine, hostile, GOOD)
    assert outcome.code == "done"
    assert outcome.meta["proof"]["accept_all"]
    assert outcome.meta["proof"]["reject_all"]
    assert outcome.meta["revisions"] > 0


def _with_duplicate() -> bytes:
    buffer = io.BytesIO(GOOD)
    with zipfile.ZipFile(buffer, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("word/document.xml", "<other/>")
    return buffer.getvalue()


def _deep() -> bytes:
    depth = 400
    return documents.docx("<w:sdt><w:sdtContent>" * depth + "</w:sdtContent></w:sdt>" * depth)


def _with_damaged_part() -> bytes:
    content = bytearray(GOOD)
    at = content.index(b"word/document.xml") + len("word/document.xml")
    content[at : at + 40] = b"\xff" * 40
    return bytes(content)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (GOOD[:-60], "The package is damaged: its list of contents cannot be read."),
        (
            documents.docx("<w:p><w:unclosed></w:p>"),
            "The {} document is damaged: its part word/document.xml is not well-formed XML.",
        ),
        (
            _with_damaged_part(),
            "The {} document is damaged: its part word/document.xml cannot be unpacked.",
        ),
    ],
    ids=["list", "xml", "packed"],
)
def test_damage_is_told_in_a_sentence(engine: EngineProcess, content: bytes, sentence: str) -> None:
    for pair, name in (((content, GOOD), "original"), ((GOOD, content), "revised")):
        (failed,) = [e for e in compare(engine, *pair).events if e["event"] == "failed"]
        assert failed["detail"] == sentence.format(name)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"no document", "format_mismatch"),
        (GOOD[:-60], "document_corrupt"),
        (documents.docx("<w:p><w:unclosed></w:p>"), "document_corrupt"),
        (documents.package({"[Content_Types].xml": "<x/>", "a.xml": "<x/>"}), "format_mismatch"),
        (_deep(), "document_corrupt"),
    ],
    ids=["text", "cut", "xml", "no-document", "depth"],
)
def test_broken_packages(engine: EngineProcess, content: bytes, code: str) -> None:
    assert compare(engine, content, GOOD).code == code
    assert compare(engine, GOOD, content).code == code


def test_two_pieces_of_one_name(engine: EngineProcess) -> None:
    # The proof and the program could each read another one.
    assert compare(engine, GOOD, _with_duplicate()).code == "document_corrupt"


@pytest.mark.parametrize("name", ["", "in/../source", "/etc/passwd", "out/x.docx", "in/none.docx"])
def test_only_staged_documents(engine: EngineProcess, name: str) -> None:
    directory, source = engine.job(GOOD, "docx")
    request: protocol.Request = {
        "op": "compare", "dir": str(directory), "source": source, "params": {"revised": name},
    }  # fmt: skip
    events = list(protocol.submit(engine.socket("pages"), request, 60))
    assert [event["event"] for event in events] == ["failed", "exit"]


@pytest.mark.parametrize(
    ("limits", "codes"),
    [
        ({"deadline": 0.5}, {"timeout"}),
        # The program aborts where it cannot even say that memory is short.
        ({"memory": 250 << 20}, {"out_of_memory", "engine_crashed"}),
    ],
    ids=["time", "memory"],
)
def test_limits_hold(engine: EngineProcess, limits: dict[str, Any], codes: set[str]) -> None:
    long = documents.docx(documents.paragraphs("word " * 1_000_000))
    assert compare(engine, long, GOOD, **limits).code in codes
    assert compare(engine, GOOD, GOOD).code == "done"


@pytest.mark.parametrize("mebibytes", [256, 350, 800])
def test_within_any_limit_there_is_room_for_a_document(
    engine: EngineProcess, mebibytes: int
) -> None:
    """However much the program's heap may take, its threads find room beside it."""
    assert compare(engine, GOOD, GOOD, memory=mebibytes << 20).code == "done"


def test_nothing_is_left_running(engine: EngineProcess) -> None:
    def programs() -> set[int]:
        return {process for process in engine.processes() if "docxodus" in command_of(process)}

    before = programs()
    assert compare(engine, GOOD, GOOD).code == "done"
    until = time.monotonic() + 10
    while before & programs():  # what waited has served and goes
        assert time.monotonic() < until
        time.sleep(0.01)
    assert len(programs()) <= 1  # and another may wait
