"""Word documents that refer to other files."""

from __future__ import annotations

from collections.abc import Callable

from tests.security.vectors import Vector
from tests.security.vectors_package import (
    DRAWING,
    HEAD,
    RELATION,
    SCHEMA,
    TYPE,
    Part,
    package,
    relation,
)

_W = (
    f'xmlns:w="{SCHEMA}/wordprocessingml/2006/main" xmlns:r="{RELATION}" '
    f'xmlns:a="{DRAWING}" xmlns:pic="{SCHEMA}/drawingml/2006/picture" '
    f'xmlns:wp="{SCHEMA}/drawingml/2006/wordprocessingDrawing" '
    'xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" '
    'xmlns:asvg="http://schemas.microsoft.com/office/drawing/2016/SVG/main" '
    f'xmlns:c="{SCHEMA}/drawingml/2006/chart"'
)


def word(body: str, relations: str = "", parts: tuple[Part, ...] = (), prolog: str = "") -> bytes:
    text = "<w:p><w:r><w:t>Text</w:t></w:r></w:p>"
    main = f"{HEAD}{prolog}<w:document {_W}><w:body>{body}{text}</w:body></w:document>"
    return package("docx", main, relations, parts)


def _related(kind: str, body: str) -> Callable[[str], bytes]:
    """A relation r1 of a kind to the address, and what uses it."""
    return lambda address: word(body, relation(kind, address))


def _field(code: str) -> Callable[[str], bytes]:
    """A field, not yet computed; {} is the address."""

    def build(address: str) -> bytes:
        run = "<w:r>{}</w:r>".format
        said = code.replace("{}", address).replace('"', "&quot;")
        return word(
            '<w:p><w:r><w:fldChar w:fldCharType="begin" w:dirty="true"/></w:r>'
            + run(f'<w:instrText xml:space="preserve"> {said} </w:instrText>')
            + run('<w:fldChar w:fldCharType="separate"/>')
            + run("<w:t>old</w:t>")
            + run('<w:fldChar w:fldCharType="end"/>')
            + "</w:p>"
        )

    return build


def _settings(kind: str, inner: str) -> Callable[[str], bytes]:
    def build(address: str) -> bytes:
        part = Part(
            "word/settings.xml",
            f"{HEAD}<w:settings {_W}>{inner}</w:settings>",
            f"{TYPE}.wordprocessingml.settings+xml",
            "settings",
            relation(kind, address),
        )
        return word("", parts=(part,))

    return build


def _web_frame(address: str) -> bytes:
    part = Part(
        "word/webSettings.xml",
        f'{HEAD}<w:webSettings {_W}><w:frameset><w:frame><w:sourceFileName r:id="r1"/>'
        "</w:frame></w:frameset></w:webSettings>",
        f"{TYPE}.wordprocessingml.webSettings+xml",
        "webSettings",
        relation("frame", address),
    )
    return word("", parts=(part,))


def _alternative(name: str, media_type: str, content: str) -> Callable[[str], bytes]:
    """A part in another format inside, which refers to the address."""

    def build(address: str) -> bytes:
        part = Part(f"word/{name}", content.replace("{}", address), media_type, "aFChunk")
        return word('<w:altChunk r:id="q0"/>', parts=(part,))

    return build


def _font(address: str) -> bytes:
    part = Part(
        "word/fontTable.xml",
        f'{HEAD}<w:fonts {_W}><w:font w:name="F"><w:embedRegular r:id="r1"/></w:font></w:fonts>',
        f"{TYPE}.wordprocessingml.fontTable+xml",
        "fontTable",
        relation("font", address),
    )
    return word("", parts=(part,))


def _header(address: str) -> bytes:
    part = Part(
        "word/header1.xml",
        f"{HEAD}<w:hdr {_W}>{_VML}</w:hdr>",
        f"{TYPE}.wordprocessingml.header+xml",
        "header",
        relation("image", address),
    )
    section = '<w:sectPr><w:headerReference w:type="default" r:id="q0"/></w:sectPr>'
    return word(f"<w:p><w:pPr>{section}</w:pPr></w:p>", parts=(part,))


def _svg_inside(address: str) -> bytes:
    drawing = (
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
        f'width="300" height="300"><image xlink:href="{address}" width="300" height="300"/></svg>'
    )
    part = Part("word/media/a.svg", drawing, "image/svg+xml", "image")
    return word(_PICTURE.replace('<a:blip r:link="r1"/>', '<a:blip r:embed="q0"/>'), parts=(part,))


def _chart(address: str) -> bytes:
    part = Part(
        "word/charts/chart1.xml",
        f'{HEAD}<c:chartSpace {_W}><c:chart><c:plotArea/></c:chart><c:externalData r:id="r1">'
        '<c:autoUpdate val="1"/></c:externalData></c:chartSpace>',
        f"{TYPE}.drawingml.chart+xml",
        "chart",
        relation("oleObject", address),
    )
    graphic = f'<a:graphicData uri="{SCHEMA}/drawingml/2006/chart"><c:chart r:id="q0"/>'
    return word(_DRAWN.format(graphic + "</a:graphicData>"), parts=(part,))


def _entity(address: str) -> bytes:
    prolog = f'<!DOCTYPE d [<!ENTITY x SYSTEM "{address}">]>'
    return word("<w:p><w:r><w:t>&x;</w:t></w:r></w:p>", prolog=prolog)


_VML = (
    '<w:p><w:r><w:pict><v:shape style="width:200pt;height:200pt"><v:imagedata r:id="r1"/>'
    "</v:shape></w:pict></w:r></w:p>"
)
_DRAWN = (
    '<w:p><w:r><w:drawing><wp:inline><wp:extent cx="2000000" cy="2000000"/>'
    '<wp:docPr id="1" name="a"/><a:graphic>{}</a:graphic></wp:inline></w:drawing></w:r></w:p>'
)
_PICTURE = _DRAWN.format(
    f'<a:graphicData uri="{SCHEMA}/drawingml/2006/picture"><pic:pic><pic:nvPicPr>'
    '<pic:cNvPr id="1" name="a"/><pic:cNvPicPr/></pic:nvPicPr><pic:blipFill>'
    '<a:blip r:link="r1"/><a:stretch><a:fillRect/></a:stretch></pic:blipFill><pic:spPr><a:xfrm>'
    '<a:off x="0" y="0"/><a:ext cx="2000000" cy="2000000"/></a:xfrm><a:prstGeom prst="rect"/>'
    "</pic:spPr></pic:pic></a:graphicData>"
)
_OLE = (
    '<w:p><w:r><w:object><v:shape id="s" style="width:200pt;height:200pt"/><o:OLEObject '
    'Type="Link" ProgID="Excel.Sheet.12" ShapeID="s" DrawAspect="Content" ObjectID="_1" '
    'UpdateMode="Always" r:id="r1"/></w:object></w:r></w:p>'
)
_LINK = '<w:p><w:hyperlink r:id="r1"><w:r><w:t>link</w:t></w:r></w:hyperlink></w:p>'
_MERGE = (
    '<w:mailMerge><w:mainDocumentType w:val="formLetters"/><w:dataType w:val="textFile"/>'
    '<w:query w:val="SELECT * FROM canary"/><w:dataSource r:id="r1"/></w:mailMerge>'
)


_PAGE = "<html><body>Part<img src='{}' width=300></body></html>"
VECTORS = {
    "docx-image": Vector("docx", "png", _related("image", _VML)),
    "docx-picture": Vector("docx", "png", _related("image", _PICTURE)),
    "docx-header-image": Vector("docx", "png", _header),
    "docx-svg-inside": Vector("docx", "png", _svg_inside),
    "docx-chunk": Vector("docx", "html", _related("aFChunk", '<w:altChunk r:id="r1"/>')),
    "docx-chunk-html": Vector("docx", "png", _alternative("c.html", "text/html", _PAGE)),
    "docx-chunk-rtf": Vector(
        "docx",
        "png",
        _alternative(
            "c.rtf",
            "application/rtf",
            r'{\rtf1 Part {\field{\*\fldinst INCLUDEPICTURE "{}" \\d}{\fldrslt x}}}',
        ),
    ),
    "docx-template": Vector(
        "docx", "fodt", _settings("attachedTemplate", '<w:attachedTemplate r:id="r1"/>')
    ),
    "docx-mail-merge": Vector("docx", "csv", _settings("mailMergeSource", _MERGE)),
    "docx-transform": Vector(
        "docx", "xml", _settings("transform", '<w:saveThroughXslt r:id="r1"/>')
    ),
    "docx-web-frame": Vector("docx", "html", _web_frame),
    "docx-ole": Vector("docx", "fods", _related("oleObject", _OLE)),
    "docx-subdocument": Vector("docx", "fodt", _related("subDocument", '<w:subDoc r:id="r1"/>')),
    "docx-link": Vector("docx", "html", _related("hyperlink", _LINK)),
    "docx-font": Vector("docx", "png", _font, "document_corrupt"),
    "docx-chart": Vector("docx", "fods", _chart),
    "docx-entity": Vector("docx", "txt", _entity, "document_corrupt"),
    "docx-includepicture": Vector("docx", "png", _field('INCLUDEPICTURE "{}" \\d')),
    "docx-includetext": Vector("docx", "txt", _field('INCLUDETEXT "{}"')),
    "docx-ddeauto": Vector("docx", "fods", _field('DDEAUTO soffice "{}" a.A1')),
    "docx-link-field": Vector("docx", "fods", _field('LINK Excel.Sheet.12 "{}" "a!R1C1" \\a')),
    "docx-database": Vector("docx", "csv", _field('DATABASE \\d "{}" \\s "SELECT * FROM canary"')),
    "docx-referenced": Vector("docx", "txt", _field('RD "{}"')),
}
