"""Nothing a template or a value holds runs, reads, fetches or hangs."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
from docx import Document

from tests.engine.template_documents import (
    DOCUMENT,
    RELS,
    changed,
    fill,
    read,
    template,
    text_of,
    with_field,
    with_relationship,
    with_xml,
)
from tests.engine.template_payloads import HARMLESS, REFUSED, VALUES
from tests.engine_process import EngineProcess

AREA = "Templates that would run code"

KNOWN = {"Name": "Ann", "Customer": {"Name": "Bob"}, "Rows": [{"A": "a"}] * 300}
GIVEN_AWAY = (
    "<class",
    "<function",
    "<bound",
    "object at 0x",
    "root:",
    "uid=",
    "builtin",
    "site-packages",
)
ENDS = {"document_corrupt", "too_large", "timeout", "out_of_memory"}
refused = [payload for payloads in REFUSED.values() for payload in payloads]
harmless = [payload for payloads in HARMLESS.values() for payload in payloads]


def short(payload: str) -> str:
    return payload[:60].encode("ascii", "replace").decode()


def test_there_are_enough() -> None:
    assert len(set(refused)) + len(set(harmless)) + len(VALUES) >= 100


@pytest.mark.parametrize("payload", refused, ids=short)
def test_refused(engine: EngineProcess, payload: str) -> None:
    content = template("Before", payload, "After")
    code, reading = read(engine, content)
    if code == "done":
        found = [one for one in reading["findings"] if one["severity"] == "error"]
        assert found, "the doctor lets it pass"
        assert found[0]["remedy"]
        assert {one["paragraph"] for one in found} == {2}
    outcome = fill(engine, content, KNOWN, deadline=10)
    assert outcome.code in ENDS


@pytest.mark.parametrize("payload", refused[:20], ids=short)
def test_refused_in_headers_too(engine: EngineProcess, payload: str) -> None:
    content = template("Before", header=payload)
    _, reading = read(engine, content)
    found = [one for one in reading["findings"] if one["severity"] == "error"]
    assert [one["part"] for one in found[:1]] == ["header 1"]
    assert fill(engine, content, KNOWN).code in ENDS


@pytest.mark.parametrize("payload", refused[:20], ids=short)
def test_refused_in_the_properties(engine: EngineProcess, payload: str) -> None:
    document = Document()
    document.core_properties.title = payload[:255]
    stream = io.BytesIO()
    document.save(stream)
    assert fill(engine, stream.getvalue(), KNOWN).code in ENDS


@pytest.mark.parametrize("payload", harmless, ids=short)
def test_harmless(engine: EngineProcess, payload: str) -> None:
    outcome = fill(engine, template("Before", payload, "After"), KNOWN, deadline=10)
    assert outcome.code in {"done", *ENDS}
    assert outcome.exit["maxrss_bytes"] < 1.5 * 1024**3
    if outcome.code == "done":
        text = text_of(outcome.file("document"))
        if "raw" not in payload:
            assert not [word for word in GIVEN_AWAY if word in text]


@pytest.mark.parametrize("value", VALUES, ids=short)
def test_values_are_text(engine: EngineProcess, value: str) -> None:
    outcome = fill(engine, template("[{{ Name }}]", header="[{{ Name }}]"), {"Name": value})
    assert outcome.code == "done"
    document = Document(str(outcome.file("document")))
    assert [paragraph.text for paragraph in document.paragraphs] == [f"[{value}]"]
    assert document.sections[0].header.paragraphs[0].text == f"[{value}]"


@pytest.mark.parametrize(
    "value", ["a\x00b", "a\x0bb", "a\x07b", "a\x1bb", "a\ud800b", "a\ufffeb"], ids=repr
)
def test_what_cannot_be_printed_is_left_out(engine: EngineProcess, value: str) -> None:
    outcome = fill(engine, template("[{{ Name }}]"), {"Name": value})
    assert text_of(outcome.file("document")).splitlines()[0] == "[ab]"


def test_new_lines_become_line_breaks(engine: EngineProcess) -> None:
    outcome = fill(engine, template("{{ Name }}"), {"Name": "a\nb\r\nc\rd\te"})
    assert text_of(outcome.file("document")).splitlines()[:4] == ["a", "b", "c", "d\te"]


def test_a_long_value(engine: EngineProcess) -> None:
    outcome = fill(engine, template("{{ Name }}"), {"Name": "x" * 1_000_000})
    assert len(text_of(outcome.file("document")).splitlines()[0]) == 1_000_000


FIELDS = [
    'INCLUDETEXT "/etc/passwd"',
    'INCLUDEPICTURE "http://example.com/x.png"',
    "includepicture /etc/passwd",
    'DDEAUTO c:\\\\windows\\\\system32\\\\cmd.exe "/k calc"',
    "DDE excel x",
    "IMPORT x",
    "LINK Word.Document x",
    "RD /etc/passwd",
    'DATABASE \\d "x"',
    "MACROBUTTON Evil click",
    'IF 1 = 1 { INCLUDETEXT "/etc/passwd" }',
    "HYPERLINK {{ Name }}",
    "{{ Name }}",
    "AUTOTEXT x",
]


def simple_field(code: str) -> bytes:
    return with_xml(f"<w:p><w:fldSimple w:instr='{code}'/></w:p>")


SPLIT_FIELD = with_xml(
    "<w:p><w:r><w:instrText>INCL</w:instrText></w:r>"
    "<w:r><w:instrText>UDETEXT x</w:instrText></w:r></w:p>"
)
LAUGHS = (
    b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha">'
    + b"".join(
        f'<!ENTITY {b} "{f"&{a};" * 10}">'.encode()
        for a, b in zip("abcdefgh", "bcdefghi", strict=True)
    )
    + b"]>"
)


def with_doctype(part: str, declaration: bytes, encoding: str = "utf-8") -> bytes:
    def change(data: bytes) -> bytes:
        body = data.split(b"?>", 1)[1] if data.startswith(b"<?xml") else data
        declared = declaration.split(b"?>", 1)[1]
        head = f'<?xml version="1.0" encoding="{encoding}"?>'
        return (head + (declared + body).decode()).encode(encoding)

    return changed(template("{{ Name }} &i;"), {part: change})


def zip_bomb() -> bytes:
    return changed(template("{{ Name }}"), {"word/media/bomb.xml": b"0" * 300 * 1024**2})


def two_of_one_name() -> bytes:
    stream = io.BytesIO(template("{{ Name }}"))
    with zipfile.ZipFile(stream, "a") as package:
        package.writestr("WORD/document.xml", b"<evil/>")
    return stream.getvalue()


PACKAGES = {
    **{f"field {code[:20]}": with_field(code.replace('"', "&quot;")) for code in FIELDS},
    **{f"simple field {code[:20]}": simple_field(code) for code in FIELDS},
    "split field": SPLIT_FIELD,
    **{
        f"external {kind}": with_relationship(kind, "http://example.com/x")
        for kind in ("image", "oleObject", "subDocument", "frame", "aFChunk", "package", "video")
    },
    "external image on a share": with_relationship("image", "\\\\server\\share\\x.png"),
    "link to a file": with_relationship("hyperlink", "file:///etc/passwd"),
    "link to a share": with_relationship("hyperlink", "\\\\server\\share"),
    "link to a script": with_relationship("hyperlink", "javascript:alert(1)"),
    "altChunk": with_xml('<w:altChunk r:id="rId1"/>'),
    "subDoc": with_xml('<w:subDoc r:id="rId1"/>'),
    "OLE": with_xml(
        '<w:p><w:r><w:object><o:OLEObject xmlns:o="urn:schemas-microsoft-com:office:office" '
        'Type="Embed"/></w:object></w:r></w:p>'
    ),
    "ActiveX": with_xml('<w:p><w:r><w:control r:id="rId1"/></w:r></w:p>'),
    "ActiveX part": changed(template("{{ Name }}"), {"word/activeX/activeX1.xml": b"<x/>"}),
    "OLE part": changed(template("{{ Name }}"), {"word/embeddings/oleObject1.bin": b"x"}),
    "macros": changed(template("{{ Name }}"), {"word/vbaProject.bin": b"x"}),
    "a .docm": changed(
        template("{{ Name }}"),
        {
            "[Content_Types].xml": lambda data: data.replace(
                b"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml",
                b"application/vnd.ms-word.document.macroEnabled.main+xml",
            )
        },
    ),
    "mark in an attribute": with_xml(
        '<w:p><w:hyperlink w:anchor="{{ Name }}"><w:r><w:t>x</w:t></w:r></w:hyperlink></w:p>'
    ),
    "mark in a drawing": with_xml(
        '<w:p><w:r><w:pict xmlns:v="urn:schemas-microsoft-com:vml">'
        '<v:shape><v:imagedata src="{{ Name }}"/></v:shape></w:pict></w:r></w:p>'
    ),
    "billion laughs": with_doctype(DOCUMENT, LAUGHS),
    "billion laughs in UTF-16": with_doctype(DOCUMENT, LAUGHS, "utf-16"),
    "external entity": with_doctype(
        DOCUMENT, b'<?xml?><!DOCTYPE d [<!ENTITY i SYSTEM "file:///etc/passwd">]>'
    ),
    "external DTD": with_doctype(DOCUMENT, b'<?xml?><!DOCTYPE d SYSTEM "http://example.com/x">'),
    "DTD in the settings": with_doctype("word/settings.xml", LAUGHS),
    "DTD in relationships": with_doctype(RELS, LAUGHS),
    "DTD in the content types": with_doctype("[Content_Types].xml", LAUGHS),
    "two documents": two_of_one_name(),
    "deep XML": with_xml("<w:sdt>" * 5000 + "</w:sdt>" * 5000),
    "XML that does not end": changed(template("{{ Name }}"), {DOCUMENT: lambda data: data[:-40]}),
    "no document": changed(template("x"), {"_rels/.rels": b"<x/>", DOCUMENT: b"<x/>"}),
    "not a package": b"PK\x03\x04 nothing",
    "something else": b"%PDF-1.4",
    "nothing": b"",
}


@pytest.mark.parametrize("name", PACKAGES)
def test_packages(engine: EngineProcess, name: str) -> None:
    code, reading = read(engine, PACKAGES[name])
    if code == "done":
        assert [one for one in reading["findings"] if one["severity"] == "error"]
    else:
        assert code in {"document_corrupt", "format_mismatch", "too_large", "document_empty"}
    assert fill(engine, PACKAGES[name], KNOWN).code != "done"


def test_a_zip_bomb(engine: EngineProcess) -> None:
    assert read(engine, zip_bomb())[0] == "too_large"


def test_an_attached_template_is_left_out(engine: EngineProcess, tmp_path: Path) -> None:
    rels = (
        b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        b'<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/'
        b'relationships/attachedTemplate" Target="file:///C:/evil.dotm" TargetMode="External"/>'
        b"</Relationships>"
    )
    content = changed(
        template("{{ Name }}"),
        {
            "word/_rels/settings.xml.rels": rels,
            "word/settings.xml": lambda data: (
                data.replace(b"</w:settings>", b'<w:attachedTemplate r:id="rId1"/></w:settings>')
                if b"xmlns:r=" in data
                else data
            ),
        },
    )
    _, reading = read(engine, content)
    assert "attached_template" in {one["code"] for one in reading["findings"]}
    outcome = fill(engine, content, KNOWN)
    with zipfile.ZipFile(outcome.file("document")) as package:
        assert not any(b"evil.dotm" in package.read(name) for name in package.namelist())


def test_the_engine_serves_on(engine: EngineProcess) -> None:
    outcome = fill(engine, template("[{{ Name }}]"), {"Name": "Ann"})
    assert text_of(outcome.file("document")).splitlines()[0] == "[Ann]"
