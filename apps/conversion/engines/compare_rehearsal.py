"""A pair of Word documents of ours: what red-lining them runs through is ready for others.

They are packed as Word packs its own and hold a little of whatever documents hold, changed in
whatever ways documents change. .NET compiles a method when it is first called, and a generic one
once for each type that is no reference.
"""

from __future__ import annotations

import base64
import io
import zipfile

_SPACES = " ".join(
    f'xmlns:{prefix}="http://schemas.openxmlformats.org/{path}"'
    for prefix, path in {
        "w": "wordprocessingml/2006/main",
        "r": "officeDocument/2006/relationships",
        "m": "officeDocument/2006/math",
        "wp": "drawingml/2006/wordprocessingDrawing",
        "a": "drawingml/2006/main",
        "pic": "drawingml/2006/picture",
        "mc": "markup-compatibility/2006",
    }.items()
)
_SPACES += (
    ' xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml"'
    ' xmlns:w15="http://schemas.microsoft.com/office/word/2012/wordml" mc:Ignorable="w14 w15"'
)
_SPACE = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\r\n'
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument."
_WORDS = _TYPE + "wordprocessingml."
_PARTS = (
    "styles", "numbering", "footnotes", "endnotes", "settings", "header1", "footer1", "fontTable",
    "webSettings",
)  # fmt: skip
_DOT = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJg"
    "gg=="
)
_PICTURE = (
    '<w:r><w:drawing><wp:inline><wp:extent cx="9525" cy="9525"/><wp:docPr id="{0}" name="dot"/>'
    '<a:graphic><a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/picture">'
    '<pic:pic><pic:nvPicPr><pic:cNvPr id="{0}" name="dot"/><pic:cNvPicPr/></pic:nvPicPr>'
    '<pic:blipFill><a:blip r:embed="rImage"/><a:stretch><a:fillRect/></a:stretch></pic:blipFill>'
    '<pic:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="9525" cy="9525"/></a:xfrm>'
    '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom></pic:spPr></pic:pic></a:graphicData>'
    "</a:graphic></wp:inline></w:drawing></w:r>"
)
_NOTES = (
    '<w:{0}s {1}><w:{0} w:type="separator" w:id="-1"><w:p><w:r><w:separator/></w:r></w:p></w:{0}>'
    '<w:{0} w:type="continuationSeparator" w:id="0"><w:p><w:r><w:continuationSeparator/></w:r>'
    '</w:p></w:{0}><w:{0} w:id="1"><w:p><w:r><w:t xml:space="preserve">A note that {2}.</w:t></w:r>'
    "</w:p></w:{0}></w:{0}s>"
)
_LISTED = "<w:numPr><w:ilvl w:val='0'/><w:numId w:val='1'/></w:numPr>"
_STYLE = '<w:style w:type="{}" w:styleId="{}"><w:name w:val="{}"/>{}</w:style>'
# More than sixteen of what is sorted: fewer are sorted by another method.
_TOPICS = (
    "Licence", "Payment", "Delivery", "Warranty", "Liability", "Notices", "Assignment", "Costs",
    "Disputes", "Privacy", "Insurance", "Audit", "Records", "Renewal", "Termination", "Schedules",
    "Definitions", "Waiver", "Interest", "Taxes",
)  # fmt: skip


def pair() -> tuple[bytes, bytes]:
    """The original and the revised document, .docx, each smaller than 8 kB."""
    return _document(revised=False), _document(revised=True)


def _document(*, revised: bool) -> bytes:
    stays = "stays here" if revised else "was there"
    parts = {
        "[Content_Types].xml": _content_types(),
        "_rels/.rels": _relationships(
            {
                "rDocument": ("officeDocument", "word/document.xml"),
                "rApp": ("extended-properties", "docProps/app.xml"),
            },
            f'<Relationship Id="rCore" Type="{_PACKAGE}/relationships/metadata/core-properties" '
            'Target="docProps/core.xml"/>',
        ),
        "word/_rels/document.xml.rels": _relationships(
            {name: (name.rstrip("1"), f"{name}.xml") for name in _PARTS}
            | {"rImage": ("image", "media/dot.png"), "rTheme": ("theme", "theme/theme1.xml")},
            f'<Relationship Id="rLink" Type="{_OFFICE}/hyperlink" Target="http://example.com/" '
            'TargetMode="External"/>',
        ),
        "word/document.xml": f"{_HEAD}<w:document {_SPACES}><w:body>{_body(revised)}"
        '<w:sectPr><w:headerReference w:type="default" r:id="header1"/><w:footerReference '
        'w:type="default" r:id="footer1"/><w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="1440" '
        'w:right="1440" w:bottom="1440" w:left="1440" w:header="708" w:footer="708" w:gutter="0"/>'
        "</w:sectPr></w:body></w:document>",
        "word/styles.xml": _styles(revised),
        "word/numbering.xml": _numbering(),
        "word/footnotes.xml": _HEAD + _NOTES.format("footnote", _SPACE, stays),
        "word/endnotes.xml": _HEAD + _NOTES.format("endnote", _SPACE, stays),
        "word/settings.xml": f'{_HEAD}<w:settings {_SPACE}><w:zoom w:percent="100"/><w:compat>'
        '<w:compatSetting w:name="compatibilityMode" w:uri="http://schemas.microsoft.com/office/'
        'word" w:val="15"/></w:compat></w:settings>',
        "word/header1.xml": f"{_HEAD}<w:hdr {_SPACE}>{_paragraph(f'Head {stays}')}</w:hdr>",
        "word/footer1.xml": f"{_HEAD}<w:ftr {_SPACE}>{_paragraph('Foot')}</w:ftr>",
        "word/fontTable.xml": _fonts("Calibri", "Cambria" if revised else "Arial"),
        "word/webSettings.xml": f"{_HEAD}<w:webSettings {_SPACE}/>",
        "word/theme/theme1.xml": f'{_HEAD}<a:theme xmlns:a="http://schemas.openxmlformats.org/'
        'drawingml/2006/main" name="Office"/>',
        "docProps/app.xml": f'{_HEAD}<Properties xmlns="{_OFFICE[:-14]}/extended-properties">'
        "<Pages>1</Pages></Properties>",
        "docProps/core.xml": f'{_HEAD}<cp:coreProperties xmlns:cp="{_PACKAGE}/metadata/'
        'core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>A</dc:title>'
        "</cp:coreProperties>",
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in parts.items():
            archive.writestr(_entry(name), content)
        archive.writestr(_entry("word/media/dot.png"), _DOT)
    return buffer.getvalue()


def _entry(name: str) -> zipfile.ZipInfo:
    """Made by MS-DOS and with room to grow, as Word says of its own."""
    entry = zipfile.ZipInfo(name)
    entry.create_system = 0
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.extra = bytes.fromhex("20a2080028a0000000000000")
    return entry


def _body(revised: bool) -> str:
    moved = _paragraph("A sentence that is long enough to be seen when it moves elsewhere.")
    rows = [[f"{topic} one", f"{topic} “two” — é", "three"] for topic in _TOPICS[:5]]
    if revised:
        rows[1][1] = "four five"
        rows[2:3] = [["new", "row", "here"], ["another", "new", "one"]]
        rows[-1:] = []
    return "".join(
        [
            _paragraph("Head of it", "<w:pStyle w:val='Heading1'/>"),
            moved if not revised else "",
            _paragraph("Some words of which a few change, and others do not." if not revised else
                       "Some words of which several change, and others do not at all."),
            _paragraph("Bold is new here.", run="<w:b/><w:sz w:val='28'/>" if revised else ""),
            _paragraph("Raised or not.", run="<w:vertAlign w:val='superscript'/><w:b w:val='0'/>"
                       if revised else "<w:i/><w:u w:val='single'/><w:caps/>"),
            *(
                _paragraph(f"Item {word}", _LISTED)
                for word in (("a", "b", "c") if revised else ("a", "c"))
            ),
            _terms(revised),
            _table(rows),
            _formula("x=1" if revised else "x=2"),
            f"<w:p>{_PICTURE.format(1)}{_PICTURE.format(2) if revised else ''}</w:p>",
            '<w:p><w:r><w:t>Noted</w:t></w:r><w:r><w:footnoteReference w:id="1"/></w:r>'
            '<w:r><w:endnoteReference w:id="1"/></w:r></w:p>',
            '<w:p><w:bookmarkStart w:id="5" w:name="here"/><w:hyperlink w:anchor="here"><w:r><w:t>'
            'there</w:t></w:r></w:hyperlink><w:bookmarkEnd w:id="5"/><w:r><w:fldChar '
            'w:fldCharType="begin"/></w:r><w:r><w:instrText> PAGE </w:instrText></w:r><w:r>'
            '<w:fldChar w:fldCharType="end"/></w:r><w:hyperlink r:id="rLink"><w:r><w:t>link'
            "</w:t></w:r></w:hyperlink></w:p>",
            '<w:p><w:ins w:id="8" w:author="A" w:date="2000-01-01T00:00:00Z"><w:r><w:t>was tracked'
            '</w:t></w:r></w:ins><w:del w:id="9" w:author="A" w:date="2000-01-01T00:00:00Z"><w:r>'
            "<w:delText>gone</w:delText></w:r></w:del></w:p>",
            f"<w:sdt><w:sdtContent>{_paragraph('Controlled')}</w:sdtContent></w:sdt>",
            _paragraph("Gone tomorrow.") if not revised else "",
            moved if revised else "",
            _paragraph("The end."),
        ]
    )  # fmt: skip


def _terms(revised: bool) -> str:
    """Paragraphs of which some stay, some change, some are new, joined, split or elsewhere."""
    texts = [
        f"{topic} is agreed between the parties for {number} days, “as is” — see § {number}."
        for number, topic in enumerate(_TOPICS, start=3)
    ]
    if revised:
        texts[1:3] = [f"{texts[1]} {texts[2]}"]
        texts[5:6] = [text + "." for text in texts[5].split(", ")]
        texts = [
            text.replace("the parties", "both parties & others") if place % 2 else text
            for place, text in enumerate(texts)
        ]
        texts.insert(3, texts.pop(12))
        texts.insert(14, texts.pop(4))
        texts[9:9] = ["Something entirely new stands here.", "And something new after it."]
    return "".join(_paragraph(text.replace("&", "&amp;")) for text in texts)


def _paragraph(text: str, properties: str = "", run: str = "") -> str:
    return (
        f'<w:p w:rsidR="00A1B2C3"><w:pPr>{properties}</w:pPr><w:r><w:rPr>{run}</w:rPr>'
        f'<w:t xml:space="preserve">{text}</w:t></w:r></w:p>'
    )


def _table(rows: list[list[str]]) -> str:
    cells = "".join(
        "<w:tr>"
        + "".join(
            f"<w:tc><w:tcPr><w:tcW w:w='2000'/></w:tcPr>{_paragraph(text)}</w:tc>" for text in row
        )
        + "</w:tr>"
        for row in rows
    )
    grid = "<w:tblGrid>" + "<w:gridCol w:w='2000'/>" * 3 + "</w:tblGrid>"
    return f"<w:tbl><w:tblPr><w:tblStyle w:val='Grid'/></w:tblPr>{grid}{cells}</w:tbl>"


def _formula(text: str) -> str:
    return (
        f"<w:p><m:oMath><m:r><m:t>{text}</m:t></m:r><m:f><m:num><m:r><m:t>a</m:t></m:r></m:num>"
        "<m:den><m:r><m:t>b</m:t></m:r></m:den></m:f></m:oMath></w:p>"
    )


def _styles(revised: bool) -> str:
    size = f"<w:rPr><w:sz w:val='{26 if revised else 24}'/></w:rPr>"
    kinds = (
        ("paragraph", "Normal", "Normal", ""),
        ("paragraph", "Heading1", "heading 1", f"<w:basedOn w:val='Normal'/>{size}"),
        ("character", "Strong", "Strong", "<w:rPr><w:b/></w:rPr>"),
        ("table", "Grid", "Table Grid", ""),
        *([("paragraph", "Quote", "Quote", "<w:basedOn w:val='Normal'/>")] if revised else []),
    )
    defaults = "<w:docDefaults><w:rPrDefault><w:rPr><w:sz w:val='22'/></w:rPr></w:rPrDefault>"
    styles = "".join(_STYLE.format(*kind) for kind in kinds)
    return f"{_HEAD}<w:styles {_SPACES}>{defaults}</w:docDefaults>{styles}</w:styles>"


def _numbering() -> str:
    return (
        f'{_HEAD}<w:numbering {_SPACE}><w:abstractNum w:abstractNumId="0"><w:nsid '
        'w:val="1A2B3C4D"/><w:multiLevelType w:val="multilevel"/><w:lvl w:ilvl="0">'
        '<w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%1."/></w:lvl>'
        '</w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num></w:numbering>'
    )


def _fonts(*names: str) -> str:
    fonts = "".join(f'<w:font w:name="{name}"><w:charset w:val="00"/></w:font>' for name in names)
    return f"{_HEAD}<w:fonts {_SPACE}>{fonts}</w:fonts>"


def _content_types() -> str:
    kinds = {name: name.rstrip("1") for name in _PARTS} | {"document": "document.main"}
    types = {f"word/{name}": f"{_WORDS}{kind}" for name, kind in kinds.items()} | {
        "word/theme/theme1": f"{_TYPE}theme",
        "docProps/app": f"{_TYPE}extended-properties",
        "docProps/core": "application/vnd.openxmlformats-package.core-properties",
    }
    overrides = "".join(
        f'<Override PartName="/{name}.xml" ContentType="{kind}+xml"/>'
        for name, kind in types.items()
    )
    return (
        f'{_HEAD}<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default '
        'Extension="xml" ContentType="application/xml"/><Default Extension="png" '
        f'ContentType="image/png"/>{overrides}</Types>'
    )


def _relationships(targets: dict[str, tuple[str, str]], more: str) -> str:
    items = "".join(
        f'<Relationship Id="{name}" Type="{_OFFICE}/{kind}" Target="{target}"/>'
        for name, (kind, target) in targets.items()
    )
    return f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">{items}{more}</Relationships>'
