"""Form fields and XML that a PDF carries for programs."""

from __future__ import annotations

import io
import json
from typing import Any

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, String

from tests import corpus
from tests.engine import documents
from tests.engine_process import EngineProcess

_XML = '<?xml version="1.0"?>\n<Invoice xmlns="urn:x">Müller</Invoice>'.encode()


def _embedded(engine: EngineProcess, content: bytes) -> dict[str, Any]:
    outcome = engine.run("pages", "embedded", content, extension="pdf")
    assert outcome.code == "done", outcome.events
    found: dict[str, Any] = json.loads(outcome.file("embedded").read_text())
    return found


def _changed(change: Any, content: bytes = documents.pdf()) -> bytes:
    buffer = io.BytesIO()
    with pikepdf.open(io.BytesIO(content)) as document:
        change(document)
        document.save(buffer)
    return buffer.getvalue()


def _attach(document: pikepdf.Pdf, name: str, content: bytes, kind: str = "text/xml") -> None:
    attached = pikepdf.AttachedFileSpec(document, content, mime_type=kind, filename=name)
    document.attachments[name] = attached
    document.attachments[name].obj.AFRelationship = Name.Alternative


def test_nothing(engine: EngineProcess) -> None:
    assert _embedded(engine, documents.pdf()) == {"form": [], "attachments": []}


def test_an_xml_attachment(engine: EngineProcess) -> None:
    def change(document: pikepdf.Pdf) -> None:
        _attach(document, "factur-x.xml", _XML)
        _attach(document, "terms.txt", b"text", "text/plain")

    assert _embedded(engine, _changed(change))["attachments"] == [
        {"name": "factur-x.xml", "relationship": "Alternative", "text": _XML.decode()}
    ]


def test_attachments_are_bounded(engine: EngineProcess) -> None:
    def change(document: pikepdf.Pdf) -> None:
        _attach(document, "bomb.xml", b"<a>" + b" " * 60_000_000)
        for number in range(40):
            _attach(document, f"{number:02}.xml", b"<a/>")

    found = _embedded(engine, _changed(change))["attachments"]
    assert len(found) == 20
    assert {one["text"] for one in found} == {"<a/>"}


def test_form_fields(engine: EngineProcess) -> None:
    def widget(document: pikepdf.Pdf, **entries: Any) -> Any:
        field = Dictionary(Type=Name.Annot, Subtype=Name.Widget, **entries)
        made = document.make_indirect(field)
        page = document.pages[0]
        page.Annots = Array([*page.get("/Annots", Array()), made])
        return made

    def change(document: pikepdf.Pdf) -> None:
        rectangle = Array([100, 700, 200, 720])
        name = widget(document, FT=Name.Tx, T=String("Name"), V=String("Ada"), Rect=rectangle)
        empty = widget(document, FT=Name.Tx, T=String("Empty"), Rect=rectangle)
        agreed = widget(
            document, FT=Name.Btn, T=String("Agreed"), V=Name.Yes, AS=Name.Yes, Rect=rectangle
        )
        refused = widget(
            document, FT=Name.Btn, T=String("Refused"), V=Name.Off, AS=Name.Off, Rect=rectangle
        )
        city = widget(document, T=String("City"), V=String("Ulm"), Rect=rectangle)
        address = document.make_indirect(
            Dictionary(T=String("Address"), FT=Name.Ch, Kids=Array([city]))
        )
        fields = Array([name, empty, agreed, refused, address])
        document.Root.AcroForm = Dictionary(Fields=fields)

    place = {"page": 0, "box": [100.0, 80.0, 200.0, 100.0]}
    assert _embedded(engine, _changed(change))["form"] == [
        {"name": "Name", "value": "Ada", "kind": "text", **place},
        {"name": "Agreed", "value": "Yes", "kind": "checkbox", **place},
        {"name": "Address.City", "value": "Ulm", "kind": "choice", **place},
    ]


def test_fields_that_share_long_texts_are_bounded(engine: EngineProcess) -> None:
    def change(document: pikepdf.Pdf) -> None:
        kids = Array([document.make_indirect(Dictionary()) for _ in range(400)])
        text = String("x" * 10_000)
        field = document.make_indirect(Dictionary(FT=Name.Tx, T=text, V=text, Kids=kids))
        document.Root.AcroForm = Dictionary(Fields=Array([field]))

    assert len(_embedded(engine, _changed(change))["form"]) == 100


def test_a_field_that_is_its_own_child_ends(engine: EngineProcess) -> None:
    def change(document: pikepdf.Pdf) -> None:
        field = document.make_indirect(Dictionary(T=String("a")))
        field.Kids = Array([field, field])
        document.Root.AcroForm = Dictionary(Fields=Array([field]))

    assert _embedded(engine, _changed(change))["form"] == []


@pytest.mark.parametrize(
    "value", [pikepdf.Integer(3) if hasattr(pikepdf, "Integer") else 3, Array([1]), String("x")]
)
def test_absurd_structures(engine: EngineProcess, value: Any) -> None:
    def change(document: pikepdf.Pdf) -> None:
        document.Root.AcroForm = Dictionary(Fields=value)
        document.Root.Names = Dictionary(EmbeddedFiles=value)
        document.Root.AF = value

    assert _embedded(engine, _changed(change)) == {"form": [], "attachments": []}


def test_an_invoice(engine: EngineProcess) -> None:
    folder = corpus.file("extraction/invoices")
    source = next(folder.glob("zugferdv1__acme*ZUGFeRD.pdf"))
    expected = source.with_name(source.stem + ".expected.xml").read_bytes()
    (attachment,) = _embedded(engine, source.read_bytes())["attachments"]
    assert attachment["text"].encode() == expected
