"""Templates read and filled by the real engine: marks, content controls, languages, pictures."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import pytest
from PIL import Image

from apps.conversion.engines import protocol
from tests import corpus
from tests.engine.template_documents import (
    W14,
    W15,
    changed,
    fill,
    read,
    template,
    text_of,
    with_xml,
)
from tests.engine_process import EngineProcess

OFFER = template(
    "Offer {{ Number }} of {{ Day }}",
    "Dear {% if Salutation == 'mr' %}Mr{% else %}Ms{% endif %} {{ Customer.LastName }}",
    "{%p if Express %}",
    "Delivered on {{ ExpressDay | date('full') }}",
    "{%p endif %}",
    "Total {{ Positions | sum('Price') | money('CHF') }}",
    rows=(
        ("{%tr for position in Positions %}", ""),
        ("{{ loop.index }}. {{ position.Name }}", "{{ position.Price | money }}"),
        ("{%tr endfor %}", ""),
    ),
    header="{{ Company }}",
)
VALUES = {
    "Number": "17",
    "Day": "2026-11-22",
    "Salutation": "mr",
    "Customer": {"LastName": "Müller & Söhne"},
    "Express": True,
    "ExpressDay": "2026-12-01",
    "Company": "ACME",
    "Positions": [{"Name": "Chair", "Price": 1234.5}, {"Name": "Table", "Price": 800}],
}


def image(width: int, height: int) -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", (width, height), (10, 100, 110)).save(stream, "PNG")
    return stream.getvalue()


def kinds(reading: dict[str, Any]) -> dict[str, str]:
    def walk(level: list[dict[str, Any]], above: str) -> dict[str, str]:
        found = {}
        for field in level:
            found[above + field["key"]] = field["kind"]
            found |= walk(field.get("fields", []), f"{above}{field['key']}.")
        return found

    return walk(reading["fields"], "")


def test_fields_are_found_and_their_kinds_guessed(engine: EngineProcess) -> None:
    code, reading = read(engine, OFFER)
    assert code == "done"
    assert kinds(reading) == {
        "Number": "text",
        "Day": "date",
        "Salutation": "choice",
        "Customer": "object",
        "Customer.LastName": "text",
        "Express": "yes_no",
        "ExpressDay": "date",
        "Positions": "collection",
        "Positions.Name": "text",
        "Positions.Price": "number",
        "Company": "text",
    }
    express = next(field for field in reading["fields"] if field["key"] == "ExpressDay")
    assert express["depends_on"] == {"key": "Express", "equals": True}
    assert express["label"] == "Express day"
    assert [one for one in reading["findings"] if one["severity"] != "info"] == []


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        (
            "de-CH",
            ["22.11.2026", "Dienstag, 1. Dezember 2026", "CHF\xa02\u2019034.50", "1\u2019234.50"],
        ),
        ("en-US", ["Nov 22, 2026", "Tuesday, December 1, 2026", "CHF2,034.50", "1,234.50"]),
        ("fr-CH", ["22 nov. 2026", "mardi, 1 décembre 2026", "2\u202f034,50", "1\u202f234,50"]),
        ("xx-unknown", ["Nov 22, 2026", "Tuesday, December 1, 2026"]),
    ],
)
def test_an_offer_in_several_languages(
    engine: EngineProcess, language: str, expected: list[str]
) -> None:
    _, reading = read(engine, OFFER)
    fields = reading["fields"]
    outcome = fill(engine, OFFER, VALUES, fields=fields, language=language)
    assert outcome.code == "done"
    text = text_of(outcome.file("document"))
    for one in ["Offer 17", "Dear Mr Müller & Söhne", "1. Chair", "2. Table", "ACME", *expected]:
        assert one in text
    assert "{" not in text
    assert outcome.meta["warnings"] == []


def test_nothing_given_writes_nothing_and_is_told(engine: EngineProcess) -> None:
    _, reading = read(engine, OFFER)
    outcome = fill(engine, OFFER, {}, fields=reading["fields"])
    assert outcome.code == "done"
    text = text_of(outcome.file("document"))
    assert "Dear Ms" in text
    assert "Delivered" not in text
    assert outcome.meta["warnings"] == []
    outcome = fill(engine, OFFER, {}, fields=[])
    assert "“Number” has no value." in outcome.meta["warnings"]


def test_data_fills_marks_and_the_form_wins(engine: EngineProcess) -> None:
    content = template("{{ A }} {{ B.C }}")
    fields = [{"key": "A", "kind": "text"}]
    data = {"A": "no", "B": {"C": "data"}}
    outcome = fill(engine, content, {"A": "yes"}, fields=fields, data=data)
    assert text_of(outcome.file("document")).startswith("yes data")


def test_a_choice_is_compared_by_value_and_written_by_label(engine: EngineProcess) -> None:
    content = template("{{ S }}{% if S == 'mr' %}!{% endif %}")
    fields = [{"key": "S", "kind": "choice", "choices": [{"value": "mr", "label": "Herr"}]}]
    assert text_of(fill(engine, content, {"S": "mr"}, fields=fields).file("document")).startswith(
        "Herr!"
    )


@pytest.mark.parametrize(
    ("language", "yes"), [("de", "Ja"), ("fr", "Oui"), ("it", "Sì"), ("en", "Yes")]
)
def test_yes_in_several_languages(engine: EngineProcess, language: str, yes: str) -> None:
    outcome = fill(engine, template("{{ A }}"), {"A": True}, language=language)
    assert text_of(outcome.file("document")).splitlines()[0] == yes


def test_pictures_fit_their_box(engine: EngineProcess) -> None:
    content = template("{{ Logo | picture(30, 30) }}", "{{ Photo }}")
    fields = [{"key": "Logo", "kind": "picture"}, {"key": "Photo", "kind": "picture"}]
    pictures = {"a": image(200, 100), "b": image(96, 96)}
    outcome = fill(engine, content, {"Logo": "a", "Photo": "b"}, fields=fields, pictures=pictures)
    assert outcome.code == "done"
    with zipfile.ZipFile(outcome.file("document")) as package:
        assert len([name for name in package.namelist() if "media/image" in name]) == 2
        xml = package.read("word/document.xml").decode()
    assert 'cx="1080000" cy="540000"' in xml  # 30 by 15 mm
    assert 'cx="914400" cy="914400"' in xml  # an inch, as it is


def test_what_is_no_picture_is_left_out(engine: EngineProcess) -> None:
    fields = [{"key": "Logo", "kind": "picture"}]
    outcome = fill(
        engine, template("[{{ Logo }}]"), {"Logo": "a"}, fields=fields, pictures={"a": b"GIF89a"}
    )
    assert text_of(outcome.file("document")).splitlines()[0] == "[]"


def test_too_many_repetitions(engine: EngineProcess) -> None:
    loops = "{% for a in Rows %}" * 3 + "x" + "{% endfor %}" * 3
    outcome = fill(engine, template(loops), {"Rows": [{}] * 200})
    assert outcome.code == "too_large"


def test_too_long_a_document(engine: EngineProcess) -> None:
    content = template("{% for a in Rows %}{{ Text }}{% endfor %}")
    outcome = fill(engine, content, {"Rows": [{}] * 1000, "Text": "x" * 100_000})
    assert outcome.code == "too_large"


def test_blocks_over_paragraphs_of_different_build(engine: EngineProcess) -> None:
    content = template("a {% if A %}", "b", rows=(("{% endif %}", "x"), ("y", "z")))
    outcome = fill(engine, content, {"A": False})
    assert outcome.code == "document_corrupt"


def control(properties: str, content: str = "<w:r><w:t>Click here</w:t></w:r>") -> str:
    return (
        f"<w:p><w:sdt><w:sdtPr>{properties}</w:sdtPr><w:sdtContent>{content}</w:sdtContent>"
        "</w:sdt></w:p>"
    )


def tagged(name: str, more: str = "", alias: str = "") -> str:
    return control(f'<w:alias w:val="{alias}"/><w:tag w:val="{name}"/><w:id w:val="5"/>{more}')


def section(name: str, inner: str) -> str:
    return (
        f'<w:sdt><w:sdtPr><w:tag w:val="{name}"/><w15:repeatingSection xmlns:w15="{W15}"/>'
        "</w:sdtPr>"
        f'<w:sdtContent><w:sdt><w:sdtPr><w15:repeatingSectionItem xmlns:w15="{W15}"/></w:sdtPr>'
        f"<w:sdtContent>{inner}</w:sdtContent></w:sdt></w:sdtContent></w:sdt>"
    )


CONTROLS = with_xml(
    tagged("Title", "<w:showingPlcHdr/><w:dataBinding w:xpath='/x'/>", "The title")
    + tagged("Remarks", '<w:text w:multiLine="1"/>')
    + tagged("Day", '<w:date w:fullDate="2020-01-01"><w:dateFormat w:val="d. MMMM yyyy"/></w:date>')
    + tagged(
        "Salutation",
        '<w:dropDownList><w:listItem w:displayText="Herr" w:value="mr"/>'
        '<w:listItem w:displayText="Frau" w:value="ms"/></w:dropDownList>',
    )
    + tagged("Agreed", f'<w14:checkbox xmlns:w14="{W14}"><w14:checked w14:val="0"/></w14:checkbox>')
    + tagged("Customer.City", "<w:text/>")
    + tagged("no name!", "<w:text/>")
    + section("Positions", tagged("Name", "<w:text/>") + "<w:p><w:r><w:t>--</w:t></w:r></w:p>")
    + "<w:tbl><w:tblPr/><w:tblGrid><w:gridCol w:w='100'/></w:tblGrid>"
    + section("Rows", f"<w:tr><w:tc>{tagged('Price', '<w:text/>')}</w:tc></w:tr>")
    + "</w:tbl>",
    template("Start"),
)  # fmt: skip


def test_content_controls_are_fields(engine: EngineProcess) -> None:
    code, reading = read(engine, CONTROLS)
    assert code == "done"
    assert kinds(reading) == {
        "Title": "text",
        "Remarks": "text",
        "Day": "date",
        "Salutation": "choice",
        "Agreed": "yes_no",
        "Customer": "object",
        "Customer.City": "text",
        "Positions": "collection",
        "Positions.Name": "text",
        "Rows": "collection",
        "Rows.Price": "number",
    }
    by_key = {field["key"]: field for field in reading["fields"]}
    assert by_key["Title"]["label"] == "The title"
    assert by_key["Remarks"]["multiline"] is True
    assert by_key["Salutation"]["choices"][1] == {"value": "ms", "label": "Frau"}
    codes = {one["code"] for one in reading["findings"]}
    assert {"duplicate_id", "bad_name"} <= codes


def test_content_controls_are_filled(engine: EngineProcess) -> None:
    _, reading = read(engine, CONTROLS)
    values = {
        "Title": "A <title>",
        "Remarks": "one\ntwo",
        "Day": "2026-11-02",
        "Salutation": "ms",
        "Agreed": True,
        "Customer": {"City": "Bern"},
        "Positions": [{"Name": "Chair"}, {"Name": "Table"}],
        "Rows": [{"Price": 1}, {"Price": 2.5}],
    }
    outcome = fill(engine, CONTROLS, values, fields=reading["fields"], language="de-CH")
    assert outcome.code == "done", outcome.events
    with zipfile.ZipFile(outcome.file("document")) as package:
        xml = package.read("word/document.xml").decode()
    for text in (
        "A &lt;title&gt;",
        "2. November 2026",
        "Frau",
        "☒",
        "Bern",
        "Chair",
        "Table",
        "2.5",
    ):
        assert text in xml
    for gone in ("dataBinding", "repeatingSection", "showingPlcHdr", "{{", "{%", "fullDate"):
        assert gone not in xml
    assert xml.count("Click here") == 1  # the control whose tag is no name
    assert xml.count(">--<") == 2


@corpus.requires_corpus
@pytest.mark.parametrize("entry", corpus.entries("templates"), ids=lambda entry: entry.id)
def test_the_corpus_is_read_without_a_crash(engine: EngineProcess, entry: corpus.Entry) -> None:
    if entry.extension != "docx":
        pytest.skip("no Word document")
    code, reading = read(engine, entry.path.read_bytes())
    assert code == "done"
    for finding in reading["findings"]:
        assert finding["message"] and finding["remedy"]
    expected = {
        one["file"]: one for one in json.loads(corpus.file("templates/expected.json").read_text())
    }.get(entry.path.name)
    if expected is None:
        return
    codes = {one["code"] for one in reading["findings"]}
    if "docxtpl" in expected["engine"]:
        names = {word for mark in expected["placeholders"] for word in _names(mark)}
        assert names <= {part for path in reading["used"] for part in path.split(".")}
    elif expected["placeholders"]:
        assert "foreign_mark" in codes
    elif "unclosed" in entry.path.name:
        assert "unclosed_mark" in codes


def _names(mark: str) -> list[str]:
    """The field names of a docxtpl mark."""
    inner = mark.strip("{}%").strip()
    for prefix in ("tr ", "tc ", "p ", "r "):
        inner = inner.removeprefix(prefix)
    words = inner.split()
    if not words or words[0] in ("endif", "endfor", "else"):
        return []
    if words[0] == "for":
        return [words[-1]]
    path = words[-1].split(".")
    return path if len(path) == 1 else path[1:]


def test_differences(engine: EngineProcess) -> None:
    directory, name = engine.job(template("Same", "Old {{ A }}", "Gone"), "docx")
    (directory / "in" / "other.docx").write_bytes(template("Same", "New {{ B }}"))
    events = list(
        protocol.submit(
            engine.socket("templates"),
            {"op": "template_diff", "dir": str(directory), "source": name,
             "params": {"other": "in/other.docx"}},
            60,
        )
    )  # fmt: skip
    assert events[-2]["event"] == "done", events
    result = json.loads((directory / "out" / "diff.json").read_text())
    assert result["fields"] == [
        {"path": "A", "change": "removed"},
        {"path": "B", "change": "added"},
    ]
    assert [(one["change"], one["old"], one["new"]) for one in result["paragraphs"]] == [
        ("changed", "Old {{ A }}", "New {{ B }}"),
        ("removed", "Gone", ""),
    ]


def test_marks_in_footnotes_are_no_surprise(engine: EngineProcess) -> None:
    """A part that is not well-formed is a fault of the file, not of the engine."""
    content = changed(template("{{ A }}"), {"word/footnotes.xml": b"<w:x"})
    assert read(engine, content)[0] == "document_corrupt"
