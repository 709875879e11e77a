"""Word templates that tests need, and what to do with them in the engine."""

from __future__ import annotations

import io
import json
import secrets
import zipfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from docx import Document

from apps.conversion.engines import protocol
from tests.engine_process import EngineProcess, Outcome

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
W14 = "http://schemas.microsoft.com/office/word/2010/wordml"
W15 = "http://schemas.microsoft.com/office/word/2012/wordml"
DOCUMENT, RELS = "word/document.xml", "word/_rels/document.xml.rels"


def template(*paragraphs: str, rows: Sequence[Sequence[str]] = (), header: str = "") -> bytes:
    """A document of these paragraphs, with a table and a header where wanted."""
    document = Document()
    for paragraph in paragraphs:
        document.add_paragraph(paragraph)
    if rows:
        table = document.add_table(0, len(rows[0]))
        for row in rows:
            for cell, text in zip(table.add_row().cells, row, strict=True):
                cell.text = text
    if header:
        document.sections[0].header.paragraphs[0].text = header
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def changed(content: bytes, changes: Mapping[str, bytes | Callable[[bytes], bytes]]) -> bytes:
    """The package with parts added, or replaced by what a function makes of them."""
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    for name, change in changes.items():
        parts[name] = change if isinstance(change, bytes) else change(parts[name])
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in parts.items():
            package.writestr(name, data)
    return stream.getvalue()


def with_xml(xml: str, content: bytes | None = None) -> bytes:
    """A document with raw XML at the end of its body."""
    return changed(
        content or template("{{ Name }}"),
        {DOCUMENT: lambda data: data.replace(b"<w:sectPr", xml.encode() + b"<w:sectPr", 1)},
    )


def with_relationship(kind: str, target: str) -> bytes:
    """A document that refers to something outside."""
    row = (
        f'<Relationship Id="rId99" Type="{R}/{kind}" Target="{target}" TargetMode="External"/>'
    ).encode()
    return changed(
        template("{{ Name }}"),
        {RELS: lambda data: data.replace(b"</Relationships>", row + b"</Relationships>")},
    )


def with_field(code: str) -> bytes:
    """A document with a Word field."""
    return with_xml(
        '<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r>'
        f"<w:r><w:instrText>{code}</w:instrText></w:r>"
        '<w:r><w:fldChar w:fldCharType="end"/></w:r></w:p>'
    )


def read(engine: EngineProcess, content: bytes) -> tuple[str, dict[str, Any]]:
    """The doctor's reading of a template: the failure code or "done", and the result."""
    outcome = engine.run("templates", "template_read", content, extension="docx")
    if outcome.code != "done":
        return outcome.code, {}
    return "done", json.loads(outcome.file("template").read_text())


def fill(
    engine: EngineProcess,
    content: bytes,
    values: Mapping[str, Any],
    *,
    fields: Sequence[Mapping[str, Any]] | None = None,
    pictures: Mapping[str, bytes] | None = None,
    deadline: float = 20,
    memory: int = 1024**3,
    **more: Any,
) -> Outcome:
    """A filled template. Without `fields`, the values are all it knows."""
    directory, name = engine.job(content, "docx")
    laid = {}
    for key, image in (pictures or {}).items():
        file = f"in/{secrets.token_hex(4)}.png"
        (directory / file).write_bytes(image)
        laid[key] = file
    wanted = {"values": values, "fields": fields or [], "pictures": laid, **more}
    (directory / "in" / "values.json").write_text(json.dumps(wanted))
    request: protocol.Request = {
        "op": "template_fill",
        "dir": str(directory),
        "source": name,
        "params": {},
        "deadline": deadline,
        "memory": memory,
    }
    events = protocol.submit(engine.socket("templates"), request, 60)
    return Outcome(directory, [dict(event) for event in events])


def text_of(file: Path) -> str:
    """The text of a document: paragraphs, then cells, then header, line by line."""
    document = Document(str(file))
    lines = [paragraph.text for paragraph in document.paragraphs]
    for table in document.tables:
        lines += [" | ".join(cell.text for cell in row.cells) for row in table.rows]
    lines += [paragraph.text for paragraph in document.sections[0].header.paragraphs]
    return "\n".join(lines)
