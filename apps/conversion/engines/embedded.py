"""What a PDF carries for programs: the values of its form fields and its XML attachments."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator
from typing import Any

import numpy
import pikepdf
import pypdfium2

from . import pdf, text
from .job import Job
from .protocol import Meta

_MOST_FIELDS, _MOST_NODES = 5000, 20_000
_MOST_TEXT = 10_000  # characters of a value
# Of all names and values: fields may share theirs, so that a small file could tell much.
_MOST_TEXT_TOGETHER = 2_000_000
_MOST_ATTACHMENTS = 20
_ATTACHMENT_BYTES = 5 * 1024**2  # all together, inflated
_XML_TYPES = {"/text/xml", "/application/xml"}
_KINDS = {"/Tx": "text", "/Ch": "choice"}
_PUSH_BUTTON = 1 << 16  # PDF 32000-1, table 226


def embedded(job: Job) -> Meta:
    """Operation `embedded`: {"form": [...], "attachments": [...]} into part `embedded`.

    A field is {name, value, kind (text, checkbox, choice), page, box}, its box in points of the
    page as displayed; page and box are null for a field that is on no page. An attachment is
    {name, relationship, text}: XML only, and no more than 5 MB of it.
    """
    with pdf.open_pdf(job.source, job.params.get("password")) as shown:
        try:
            with pikepdf.open(job.source, password=job.params.get("password") or "") as document:
                found = {
                    "form": list(_fields(document, shown)),
                    "attachments": list(_attachments(document)),
                }
        except (pikepdf.PdfError, RecursionError):
            # PDFium forgives more; what is so damaged carries nothing that can be relied on.
            found = {"form": [], "attachments": []}
        target = job.out / "embedded.json"
        target.write_text(json.dumps(found, ensure_ascii=False), "utf-8", "replace")
        job.part("embedded", target, "application/json")
        return {"fields": len(found["form"]), "attachments": len(found["attachments"])}


def _fields(document: pikepdf.Pdf, shown: pypdfium2.PdfDocument) -> Iterator[Meta]:
    """The form fields with a value, one entry for each place where a field is shown."""
    form = document.Root.get("/AcroForm")
    if not isinstance(form, pikepdf.Dictionary) or "/Fields" not in form:
        return
    pages = _pages_of_widgets(document)
    count, left = 0, _MOST_TEXT_TOGETHER
    for name, field, inherited in _leaves(form.get("/Fields")):
        value, kind = _value_of(field, inherited)
        if not value:
            continue
        value = value[:_MOST_TEXT]
        left -= len(name) + len(value)
        if left < 0:
            return
        page = pages.get(field.objgen)
        yield {
            "name": name,
            "value": value,
            "kind": kind,
            "page": page,
            "box": None if page is None else _box(field, shown, page),
        }
        count += 1
        if count >= _MOST_FIELDS:
            return


def _leaves(fields: Any) -> Iterator[tuple[str, Any, dict[str, Any]]]:
    """(full name, field, inherited entries) of the fields without kids (PDF 32000-1, 12.7.3)."""
    pending: list[tuple[Any, str, dict[str, Any]]] = [(field, "", {}) for field in _items(fields)]
    seen = 0
    while pending and seen < _MOST_NODES:
        seen += 1
        field, above, inherited = pending.pop(0)
        if not isinstance(field, pikepdf.Dictionary):
            continue
        own = str(field["/T"]) if "/T" in field else ""
        name = f"{above}.{own}" if above and own else above or own
        entries = inherited | {
            key: field[key] for key in ("/FT", "/V", "/Ff", "/AS") if key in field
        }
        kids = _items(field.get("/Kids"))
        if kids:
            pending += [(kid, name[:_MOST_TEXT], entries) for kid in kids]
        else:
            yield name[:_MOST_TEXT], field, entries


def _items(array: Any) -> list[Any]:
    return list(array)[:_MOST_NODES] if isinstance(array, pikepdf.Array) else []


def _value_of(field: Any, entries: dict[str, Any]) -> tuple[str, str]:
    """(value, kind) of a field; no value where it is empty, a button or a signature."""
    kind, value = str(entries.get("/FT", "")), entries.get("/V")
    if kind == "/Btn":
        if int(entries.get("/Ff", 0)) & _PUSH_BUTTON:
            return "", ""
        state = str(entries.get("/AS", value) or "").lstrip("/")
        return ("" if state == "Off" else state), "checkbox"
    if kind not in _KINDS or value is None:
        return "", ""
    if isinstance(value, pikepdf.Array):
        return ", ".join(str(one) for one in _items(value)), _KINDS[kind]
    if isinstance(value, pikepdf.Stream):
        return "", ""
    return str(value), _KINDS[kind]


def _pages_of_widgets(document: pikepdf.Pdf) -> dict[tuple[int, int], int]:
    pages: dict[tuple[int, int], int] = {}
    for number, page in enumerate(document.pages):
        for annotation in _items(page.obj.get("/Annots")):
            pages[annotation.objgen] = number
        if len(pages) > _MOST_NODES:
            break
    return pages


def _box(field: Any, shown: pypdfium2.PdfDocument, number: int) -> list[float] | None:
    try:
        values = [float(value) for value in field["/Rect"]]
    except (KeyError, TypeError, ValueError):
        return None
    if len(values) != 4:
        return None
    left, right = sorted(values[0::2])
    bottom, top = sorted(values[1::2])
    page = pdf.load_page(shown, number)
    box = text.on_display(page, numpy.array([[left, bottom, right, top]]))
    page.close()
    return [float(value) for value in box[0]]


def _attachments(document: pikepdf.Pdf) -> Iterator[Meta]:
    """The XML files of the document: those it names (PDF/A-3, /AF), then the other ones."""
    left, count = _ATTACHMENT_BYTES, 0
    seen: set[tuple[int, int]] = set()
    for specification in _specifications(document):
        if not isinstance(specification, pikepdf.Dictionary) or count >= _MOST_ATTACHMENTS:
            continue
        name = str(specification.get("/UF") or specification.get("/F") or "")
        files = specification.get("/EF")
        stream = None
        if isinstance(files, pikepdf.Dictionary):
            stream = files.get("/UF") or files.get("/F")
        if not isinstance(stream, pikepdf.Stream) or stream.objgen in seen:
            continue
        seen.add(stream.objgen)
        if not name.lower().endswith(".xml") and str(stream.get("/Subtype")) not in _XML_TYPES:
            continue
        content = _inflated(stream, left)
        if content is None:
            continue
        left -= len(content)
        count += 1
        relationship = str(specification.get("/AFRelationship", "")).lstrip("/")
        yield {"name": name[:255], "relationship": relationship, "text": _decoded(content)}


def _specifications(document: pikepdf.Pdf) -> Iterator[Any]:
    yield from _items(document.Root.get("/AF"))
    names = document.Root.get("/Names")
    tree = names.get("/EmbeddedFiles") if isinstance(names, pikepdf.Dictionary) else None
    pending, seen = [tree], 0
    while pending and seen < _MOST_NODES:
        seen += 1
        node = pending.pop(0)
        if isinstance(node, pikepdf.Dictionary):
            yield from _items(node.get("/Names"))[1::2]
            pending += _items(node.get("/Kids"))


def _inflated(stream: pikepdf.Stream, most: int) -> bytes | None:
    """A stream's content, None where it is longer than `most` bytes or coded in a rare way."""
    filters = stream.get("/Filter")
    if isinstance(filters, pikepdf.Array):
        filters = filters[0] if len(filters) == 1 else filters
    raw = stream.read_raw_bytes()
    if filters is None or (isinstance(filters, pikepdf.Array) and not len(filters)):
        return raw if len(raw) <= most else None
    if str(filters) != "/FlateDecode" or "/DecodeParms" in stream:
        return None
    inflater = zlib.decompressobj()
    try:
        content = inflater.decompress(raw, most + 1)
    except zlib.error:
        return None
    return content if len(content) <= most else None


def _decoded(content: bytes) -> str:
    """XML as text: by its byte order mark, else by the encoding its first line names."""
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return content.decode("utf-16", "replace")
    head = content[:200].split(b"?>")[0].lower()
    for name in ("iso-8859-1", "iso-8859-15", "windows-1252", "us-ascii"):
        if name.encode() in head:
            return content.decode(name, "replace")
    return content.decode("utf-8-sig", "replace")
