"""The demo document, made for the purpose, and a session that shows it."""

from __future__ import annotations

import io
from datetime import timedelta

from docx import Document
from docx.shared import Pt

from apps.clients import services as clients
from apps.clients.actors import Actor
from apps.clients.models import ApiClient
from apps.viewing import services as viewing

_CLIENT, _NAME = "Demo", "Welcome to Recto.docx"
_SCOPES = ["viewing:read", "viewing:write"]
_CHAPTERS = {
    "Read": [
        "Scroll, or press Page Down. Pages come as sharp images at every zoom level, with the "
        "document's own text over them, so that you can select a sentence and copy it.",
        "Press + and - to zoom, 0 to fit the width, 2 to see a whole page, R to rotate and D for "
        "the dark look. The question mark shows every key.",
        "The small i tells what the document is, and names each font it asks for that this server "
        "does not have, with the one that was used in its place. Line breaks depend on fonts, so "
        "nobody should have to guess.",
    ],
    "Search": [
        "Press / and type a word: every match is listed with the words around it, grouped by page "
        "and marked where it stands. Enter goes to the next one, Shift+Enter to the one before.",
        "Try the word lighthouse. It occurs in this document exactly three times, this being the "
        "second.",
    ],
    "Navigate": [
        "The thumbnails on the side show where you are; T hides them. Type a page number into the "
        "box above, or press G. A document of ten thousand pages scrolls as smoothly as this one, "
        "because only the pages in view are ever loaded.",
    ],
    "Print and keep": [
        "Printing makes the pages at print resolution first, all of them or a range, and then "
        "opens your browser's dialog. The original and a PDF can be downloaded where the system "
        "that opened the session allows it; where it puts a watermark on the pages, the watermark "
        "is part of every image, of the print and of the PDF.",
    ],
    "Integrate": [
        "Another system opened this session with two calls: one creates the session, one uploads "
        "the file. It never converts anything, and it can end the session at any moment. The "
        "reference at /api/docs/ shows every call, and the administration at /admin/ shows every "
        "session, every conversion, and why one failed.",
    ],
}
_ROWS = [
    ("Word, OpenDocument, RTF", "docx, doc, odt, rtf"),
    ("Spreadsheets", "xlsx, xls, ods, csv"),
    ("Presentations", "pptx, ppt, odp"),
    ("PDF and images", "pdf, png, jpg, tiff, webp"),
    ("Drawings", "svg, dxf, vsd"),
    ("Text and web pages", "txt, md, html"),
]


def demo_document() -> bytes:
    """A short illustrated guide to the viewer, as .docx."""
    document = Document()
    style = document.styles["Normal"]
    style.font.name, style.font.size = "Carlito", Pt(12)
    document.add_heading("Welcome to Recto", 0)
    document.add_paragraph(
        "You are reading a Word document in your browser. It was uploaded a moment ago, converted "
        "in a sealed process of its own that has no network and sees no other file, and its first "
        "page was shown before the last one was ready. Think of it as a lighthouse in a harbour of "
        "file formats."
    )
    document.add_heading("What it can show", 1)
    table = document.add_table(rows=1, cols=2, style="Light Grid Accent 1")
    table.rows[0].cells[0].text, table.rows[0].cells[1].text = "Documents", "Formats"
    for kind, extensions in _ROWS:
        cells = table.add_row().cells
        cells[0].text, cells[1].text = kind, extensions
    for number, (title, paragraphs) in enumerate(_CHAPTERS.items()):
        if number % 2 == 0:
            document.add_page_break()
        document.add_heading(title, 1)
        for text in paragraphs:
            document.add_paragraph(text)
    document.add_paragraph("And with that, the third lighthouse, the guide ends.")
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def open_demo() -> str:
    """Opens a day-long viewing session on the demo document; returns its id."""
    client = ApiClient.objects.filter(name=_CLIENT).first() or clients.register_client(
        Actor.system(), _CLIENT, scopes=_SCOPES, default_scopes=_SCOPES
    )
    actor = Actor.of_client(client, _SCOPES)
    options = viewing.Options(display_name=_NAME, external_id=_NAME, idle=timedelta(days=1))
    _, identity = viewing.open_session(actor, options, dialect="native")
    viewing.attach_upload(actor, identity, io.BytesIO(demo_document()), extension="docx")
    return identity
