"""Workbooks and presentations that refer to other files."""

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

_S = f'xmlns="{SCHEMA}/spreadsheetml/2006/main" xmlns:r="{RELATION}"'
_P = f'xmlns:p="{SCHEMA}/presentationml/2006/main" xmlns:r="{RELATION}" xmlns:a="{DRAWING}"'


# Excel


def sheet(
    cell: str,
    after: str = "",
    relations: str = "",
    parts: tuple[Part, ...] = (),
    book: str = "",
) -> bytes:
    """A workbook with "Text" in A1 and this in A2; what follows the cells; the book's own end.

    `relations` are the sheet's, `parts` the book's (q1 ...).
    """
    cells = (
        '<sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>Text</t></is></c></row>'
        f'<row r="2">{cell}</row></sheetData>'
    )
    first = Part(
        "xl/worksheets/sheet1.xml",
        f"{HEAD}<worksheet {_S}>{cells}{after}</worksheet>",
        f"{TYPE}.spreadsheetml.worksheet+xml",
        "worksheet",
        relations,
    )
    sheets = '<sheets><sheet name="a" sheetId="1" r:id="q0"/></sheets>'
    main = (
        f'{HEAD}<workbook {_S}>{sheets}{book}<calcPr fullCalcOnLoad="1" forceFullCalc="1"/>'
        "</workbook>"
    )
    return package("xlsx", main, "", (first, *parts))


def _formula(formula: str) -> Callable[[str], bytes]:
    def build(address: str) -> bytes:
        said = formula.replace("{}", address).replace('"', "&quot;")
        return sheet(f'<c r="A2" t="str"><f>{said}</f><v>old</v></c>')

    return build


def _external(content: str, kind: str = "externalLinkPath") -> Callable[[str], bytes]:
    def build(address: str) -> bytes:
        part = Part(
            "xl/externalLinks/externalLink1.xml",
            f"{HEAD}<externalLink {_S}>{content.replace('{}', address)}</externalLink>",
            f"{TYPE}.spreadsheetml.externalLink+xml",
            "externalLink",
            relation(kind, address),
        )
        book = '<externalReferences><externalReference r:id="q1"/></externalReferences>'
        cell = '<c r="A2" t="str"><f>[1]a!A1</f><v>old</v></c>'
        return sheet(cell, parts=(part,), book=book)

    return build


def _web_query(address: str) -> bytes:
    connections = Part(
        "xl/connections.xml",
        f'{HEAD}<connections {_S}><connection id="1" name="q" type="4" refreshedVersion="6" '
        f'refreshOnLoad="1" background="1"><webPr url="{address}" htmlTables="1"><tables>'
        '<x v="1"/></tables></webPr></connection></connections>',
        f"{TYPE}.spreadsheetml.connections+xml",
        "connections",
    )
    query = Part(
        "xl/queryTables/queryTable1.xml",
        f'{HEAD}<queryTable {_S} name="q" refreshOnLoad="1" connectionId="1"/>',
        f"{TYPE}.spreadsheetml.queryTable+xml",
    )
    inside = relation("queryTable", "/xl/queryTables/queryTable1.xml", external=False)
    names = (
        '<definedNames><definedName name="q" localSheetId="0">a!$A$2</definedName></definedNames>'
    )
    return sheet("", relations=inside, parts=(connections, query), book=names)


def _sheet_drawing(address: str) -> bytes:
    space = f"{SCHEMA}/drawingml/2006/spreadsheetDrawing"
    drawing = Part(
        "xl/drawings/drawing1.xml",
        f'{HEAD}<x:wsDr xmlns:x="{space}" xmlns:a="{DRAWING}" xmlns:r="{RELATION}">'
        "<x:oneCellAnchor><x:from><x:col>1</x:col><x:colOff>0</x:colOff><x:row>1</x:row>"
        '<x:rowOff>0</x:rowOff></x:from><x:ext cx="2000000" cy="2000000"/><x:pic><x:nvPicPr>'
        '<x:cNvPr id="1" name="a"/><x:cNvPicPr/></x:nvPicPr><x:blipFill><a:blip r:link="r1"/>'
        "<a:stretch><a:fillRect/></a:stretch></x:blipFill><x:spPr><a:xfrm>"
        '<a:off x="0" y="0"/><a:ext cx="2000000" cy="2000000"/></a:xfrm><a:prstGeom prst="rect"/>'
        "</x:spPr></x:pic><x:clientData/></x:oneCellAnchor></x:wsDr>",
        f"{TYPE}.drawing+xml",
        "",
        relation("image", address),
    )
    inside = relation("drawing", "/xl/drawings/drawing1.xml", external=False)
    return sheet("", '<drawing r:id="r1"/>', inside, (drawing,))


# PowerPoint

_TEXT_BOX = (
    '<p:sp><p:nvSpPr><p:cNvPr id="2" name="t"/><p:cNvSpPr txBox="1"/><p:nvPr/></p:nvSpPr><p:spPr>'
    '<a:xfrm><a:off x="0" y="0"/><a:ext cx="3000000" cy="900000"/></a:xfrm>'
    '<a:prstGeom prst="rect"/></p:spPr><p:txBody><a:bodyPr/><a:p><a:r><a:t>Text</a:t></a:r></a:p>'
    "</p:txBody></p:sp>"
)
_TREE = (
    '<p:spTree><p:nvGrpSpPr><p:cNvPr id="1" name=""/><p:cNvGrpSpPr/><p:nvPr/></p:nvGrpSpPr>'
    "<p:grpSpPr/>{}</p:spTree>"
)
_MEDIA = (
    '<p:pic><p:nvPicPr><p:cNvPr id="3" name="m">{link}</p:cNvPr><p:cNvPicPr/><p:nvPr>{media}'
    "</p:nvPr></p:nvPicPr><p:blipFill>{blip}<a:stretch><a:fillRect/></a:stretch></p:blipFill>"
    '<p:spPr><a:xfrm><a:off x="0" y="1000000"/><a:ext cx="2000000" cy="2000000"/></a:xfrm>'
    '<a:prstGeom prst="rect"/></p:spPr></p:pic>'
)


def slides(shapes: str, background: str = "", relations: str = "", timing: str = "") -> bytes:
    """A presentation of one slide with "Text" and these shapes; `relations` are the slide's."""
    tree = _TREE.format(_TEXT_BOX + shapes)
    empty = f"<p:cSld>{_TREE.format('')}</p:cSld>"
    colours = " ".join(
        f'{name}="{value}"'
        for name, value in zip(
            ("bg1", "tx1", "bg2", "tx2", *(f"accent{n}" for n in range(1, 7)), "hlink", "folHlink"),
            ("lt1", "dk1", "lt2", "dk2", *(f"accent{n}" for n in range(1, 7)), "hlink", "folHlink"),
            strict=True,
        )
    )
    kind = f"{TYPE}.presentationml."
    layout = relation("slideLayout", "/ppt/slideLayouts/l.xml", 9, external=False)
    master = relation("slideMaster", "/ppt/slideMasters/m.xml", 9, external=False)
    parts = (
        Part(
            "ppt/slides/s.xml",
            f"{HEAD}<p:sld {_P}><p:cSld>{background}{tree}</p:cSld>{timing}</p:sld>",
            f"{kind}slide+xml",
            "slide",
            layout + relations,
        ),
        Part(
            "ppt/slideMasters/m.xml",
            f"{HEAD}<p:sldMaster {_P}>{empty}<p:clrMap {colours}/><p:sldLayoutIdLst>"
            '<p:sldLayoutId id="2147483649" r:id="r9"/></p:sldLayoutIdLst></p:sldMaster>',
            f"{kind}slideMaster+xml",
            "slideMaster",
            layout,
        ),
        Part(
            "ppt/slideLayouts/l.xml",
            f"{HEAD}<p:sldLayout {_P}>{empty}</p:sldLayout>",
            f"{kind}slideLayout+xml",
            "",
            master,
        ),
    )
    main = (
        f"{HEAD}<p:presentation {_P}><p:sldMasterIdLst>"
        '<p:sldMasterId id="2147483648" r:id="q1"/></p:sldMasterIdLst><p:sldIdLst>'
        '<p:sldId id="256" r:id="q0"/></p:sldIdLst><p:sldSz cx="9144000" cy="6858000"/>'
        "</p:presentation>"
    )
    return package("pptx", main, "", parts)


def _medium(
    kind: str, link: str = "", media: str = "", blip: str = "<a:blip/>"
) -> Callable[[str], bytes]:
    shape = _MEDIA.format(link=link, media=media, blip=blip)
    return lambda address: slides(shape, relations=relation(kind, address))


def _slide_background(address: str) -> bytes:
    background = (
        '<p:bg><p:bgPr><a:blipFill><a:blip r:link="r1"/><a:stretch/></a:blipFill><a:effectLst/>'
        "</p:bgPr></p:bg>"
    )
    return slides("", background, relation("image", address))


def _slide_ole(address: str) -> bytes:
    frame = (
        '<p:graphicFrame><p:nvGraphicFramePr><p:cNvPr id="4" name="o"/><p:cNvGraphicFramePr/>'
        '<p:nvPr/></p:nvGraphicFramePr><p:xfrm><a:off x="0" y="0"/><a:ext cx="2000000" '
        f'cy="2000000"/></p:xfrm><a:graphic><a:graphicData uri="{SCHEMA}/presentationml/2006/ole">'
        '<p:oleObj name="o" r:id="r1" imgW="9" imgH="9" progId="Excel.Sheet.12"><p:link '
        'updateAutomatic="1"/></p:oleObj></a:graphicData></a:graphic></p:graphicFrame>'
    )
    return slides(frame, relations=relation("oleObject", address))


VECTORS = {
    "xlsx-reference": Vector(
        "xlsx",
        "fods",
        _external(
            '<externalBook r:id="r1"><sheetNames><sheetName val="a"/></sheetNames></externalBook>'
        ),
    ),
    "xlsx-dde": Vector(
        "xlsx",
        "fods",
        _external(
            '<ddeLink ddeService="soffice" ddeTopic="{}"><ddeItems><ddeItem name="A1" '
            'advise="1"/></ddeItems></ddeLink>'
        ),
    ),
    "xlsx-ole": Vector(
        "xlsx",
        "fods",
        _external('<oleLink r:id="r1" progId="Excel.Sheet.12"/>', "oleObject"),
    ),
    "xlsx-path": Vector("xlsx", "fods", _formula("'{}'#$a.A1")),
    "xlsx-webservice": Vector("xlsx", "txt", _formula('_xlfn.WEBSERVICE("{}")')),
    "xlsx-filterxml": Vector(
        "xlsx", "xml", _formula('_xlfn.FILTERXML(_xlfn.WEBSERVICE("{}"),"//x")')
    ),
    "xlsx-image": Vector("xlsx", "png", _formula('_xlfn.IMAGE("{}")')),
    "xlsx-dde-formula": Vector("xlsx", "fods", _formula('DDE("soffice","{}","a.A1")')),
    "xlsx-hyperlink": Vector("xlsx", "html", _formula('HYPERLINK("{}","link")')),
    "xlsx-web-query": Vector("xlsx", "html", _web_query),
    "xlsx-picture": Vector("xlsx", "png", _sheet_drawing),
    "xlsx-background": Vector(
        "xlsx",
        "png",
        lambda address: sheet("", '<picture r:id="r1"/>', relation("image", address)),
    ),
    "pptx-picture": Vector("pptx", "png", _medium("image", blip='<a:blip r:link="r1"/>')),
    "pptx-video": Vector("pptx", "png", _medium("video", media='<a:videoFile r:link="r1"/>')),
    "pptx-audio": Vector("pptx", "png", _medium("audio", media='<a:audioFile r:link="r1"/>')),
    "pptx-click": Vector(
        "pptx",
        "html",
        _medium("hyperlink", link='<a:hlinkClick r:id="r1" action="ppaction://program"/>'),
    ),
    "pptx-hover": Vector(
        "pptx",
        "html",
        _medium("hyperlink", link='<a:hlinkHover r:id="r1" action="ppaction://hlinkfile"/>'),
    ),
    "pptx-background": Vector("pptx", "png", _slide_background),
    "pptx-ole": Vector("pptx", "fods", _slide_ole),
}
