"""Small documents, made here."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable

import numpy
import pikepdf
from PIL import Image

_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-"
_CONTENT_TYPES = (
    f'<?xml version="1.0"?><Types xmlns="{_PACKAGE}/content-types">'
    f'<Default Extension="rels" ContentType="{_TYPE}package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    '<Override PartName="/word/document.xml" '
    f'ContentType="{_TYPE}officedocument.wordprocessingml.document.main+xml"/></Types>'
)
_RELATIONSHIPS = (
    '<?xml version="1.0"?><Relationships '
    'xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{}</Relationships>'
)
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def docx(body: str, relationships: str = "") -> bytes:
    """A Word document with this content of w:body."""
    document = (
        f'<?xml version="1.0"?><w:document xmlns:w="{_WORD}" xmlns:r="{_OFFICE}" '
        'xmlns:v="urn:schemas-microsoft-com:vml"><w:body>'
        f"{body}</w:body></w:document>"
    )
    main = f'<Relationship Id="r0" Type="{_OFFICE}/officeDocument" Target="word/document.xml"/>'
    return package(
        {
            "[Content_Types].xml": _CONTENT_TYPES,
            "_rels/.rels": _RELATIONSHIPS.format(main),
            "word/document.xml": document,
            "word/_rels/document.xml.rels": _RELATIONSHIPS.format(relationships),
        }
    )


def paragraphs(*texts: str) -> str:
    return "".join(f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>" for text in texts)


def package(entries: dict[str, str | bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def pdf(
    pages: Iterable[tuple[str, dict[str, object]]] = (("Hello page", {}),), password: str = ""
) -> bytes:
    """A PDF with one Helvetica text a page, 24 pt at (100, 700), and extra page entries."""
    buffer = io.BytesIO()
    with pikepdf.new() as document:
        font = pikepdf.Dictionary(
            Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica
        )
        for text, entries in pages:
            page = document.add_blank_page(page_size=(600, 800))
            page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F0=font))
            content = f"BT /F0 24 Tf 100 700 Td ({text}) Tj ET"
            page.Contents = document.make_stream(content.encode("latin-1"))
            for key, value in entries.items():
                page[f"/{key}"] = value
        encryption = pikepdf.Encryption(user=password, owner=password) if password else False
        document.save(buffer, encryption=encryption)
    return buffer.getvalue()


def image(
    form: str, size: tuple[int, int] = (200, 100), mode: str = "RGB", **save: object
) -> bytes:
    """A gradient: left dark, right bright."""
    ramp = numpy.tile(numpy.linspace(0, 255, size[0]).astype(numpy.uint8), (size[1], 1))
    picture = Image.fromarray(ramp).convert(mode)
    buffer = io.BytesIO()
    picture.save(buffer, form, **save)
    return buffer.getvalue()
