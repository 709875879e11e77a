"""OpenDocument files that refer to other files: text, sheets, slides, all flat."""

from __future__ import annotations

from collections.abc import Callable

from tests.security.vectors import Vector

_ODF = "urn:oasis:names:tc:opendocument:xmlns:"
_NAMES = {
    "office": f"{_ODF}office:1.0",
    "text": f"{_ODF}text:1.0",
    "draw": f"{_ODF}drawing:1.0",
    "table": f"{_ODF}table:1.0",
    "style": f"{_ODF}style:1.0",
    "fo": f"{_ODF}xsl-fo-compatible:1.0",
    "svg": f"{_ODF}svg-compatible:1.0",
    "form": f"{_ODF}form:1.0",
    "script": f"{_ODF}script:1.0",
    "meta": f"{_ODF}meta:1.0",
    "presentation": f"{_ODF}presentation:1.0",
    "anim": f"{_ODF}animation:1.0",
    "smil": f"{_ODF}smil-compatible:1.0",
    "of": f"{_ODF}of:1.2",
    "ooo": "http://openoffice.org/2004/office",
    "xlink": "http://www.w3.org/1999/xlink",
    "xforms": "http://www.w3.org/2002/xforms",
    "dom": "http://www.w3.org/2001/xml-events",
    "xi": "http://www.w3.org/2001/XInclude",
}
_SPACES = " ".join(f'xmlns:{name}="{address}"' for name, address in _NAMES.items())
_PAGE = (
    '<office:master-styles><style:master-page style:name="Standard" '
    'style:page-layout-name="pm"{}/></office:master-styles>'
)
_TEXT = "<text:p>Text</text:p>"


def flat(kind: str, body: str, before: str = "", prolog: str = "") -> bytes:
    """A flat ODF document: what stands in its body, and what before it (styles, scripts ...)."""
    return (
        f'<?xml version="1.0"?>{prolog}<office:document {_SPACES} office:version="1.2" '
        f'office:mimetype="application/vnd.oasis.opendocument.{kind}">{before}<office:body>'
        f"<office:{kind}>{body}</office:{kind}></office:body></office:document>"
    ).encode()


def _framed(inner: str) -> Callable[[str], bytes]:
    """Something in a frame of 5 cm; {} is the address."""

    def build(address: str) -> bytes:
        frame = (
            '<draw:frame text:anchor-type="paragraph" svg:width="5cm" svg:height="5cm">'
            f"{inner.replace('{}', address)}</draw:frame>"
        )
        return flat("text", f"<text:p>Text{frame}</text:p>")

    return build


def _written(inner: str) -> Callable[[str], bytes]:
    return lambda address: flat("text", inner.replace("{}", address) + _TEXT)


def _styled(before: str, body: str = _TEXT, kind: str = "text") -> Callable[[str], bytes]:
    return lambda address: flat(kind, body, before.replace("{}", address))


def _celled(attributes: str, around: str = "{cell}") -> Callable[[str], bytes]:
    """A sheet of one cell with these attributes; {} in either is the address."""

    def build(address: str) -> bytes:
        cell = (
            f"<table:table-row><table:table-cell {attributes.replace('{}', address)} "
            'office:value-type="string"><text:p>Text</text:p></table:table-cell></table:table-row>'
        )
        inner = around.replace("{}", address).replace("{cell}", cell)
        return flat("spreadsheet", f'<table:table table:name="a">{inner}</table:table>')

    return build


def _slide(inner: str, style: str = "") -> Callable[[str], bytes]:
    def build(address: str) -> bytes:
        page = (
            '<draw:page draw:name="p" draw:style-name="dp" draw:master-page-name="Standard">'
            '<draw:frame svg:width="9cm" svg:height="2cm"><draw:text-box><text:p>Text</text:p>'
            f"</draw:text-box></draw:frame>{inner.replace('{}', address)}</draw:page>"
        )
        page_style = (
            '<office:automatic-styles><style:style style:name="dp" style:family="drawing-page">'
            f"<style:drawing-page-properties {style.replace('{}', address)}"
            "</style:style></office:automatic-styles>"
        )
        return flat("presentation", page, page_style if style else "")

    return build


def _entity(address: str) -> bytes:
    prolog = f'<!DOCTYPE d [<!ENTITY x SYSTEM "{address}">]>'
    return flat("text", "<text:p>&x;</text:p>" + _TEXT, prolog=prolog)


def _parameter_entity(address: str) -> bytes:
    prolog = f'<!DOCTYPE d [<!ENTITY % x SYSTEM "{address}"> %x;]>'
    return flat("text", _TEXT, prolog=prolog)


def _stylesheet(address: str) -> bytes:
    return flat("text", _TEXT, prolog=f'<?xml-stylesheet type="text/xsl" href="{address}"?>')


_FILL = (
    '<office:styles><draw:fill-image draw:name="fi" xlink:href="{}"/></office:styles>'
    '<office:automatic-styles><style:style style:name="gr" style:family="graphic">'
    '<style:graphic-properties draw:fill="bitmap" draw:fill-image-name="fi"/></style:style>'
    "</office:automatic-styles>"
)
_FILLED = (
    '<text:p>Text<draw:rect text:anchor-type="paragraph" draw:style-name="gr" svg:width="5cm" '
    'svg:height="5cm"/></text:p>'
)
_LAYOUT = (
    '<office:automatic-styles><style:page-layout style:name="pm"><style:page-layout-properties '
    'fo:page-width="21cm" fo:page-height="29cm"><style:background-image xlink:href="{}"/>'
    "</style:page-layout-properties></style:page-layout></office:automatic-styles>"
) + _PAGE.format("")
_PARAGRAPH = (
    '<office:automatic-styles><style:style style:name="P" style:family="paragraph">'
    '<style:paragraph-properties><style:background-image xlink:href="{}"/>'
    "</style:paragraph-properties></style:style></office:automatic-styles>"
)
_BULLET = (
    '<office:automatic-styles><text:list-style style:name="L"><text:list-level-style-image '
    'text:level="1" xlink:href="{}"><style:list-level-properties fo:width="2cm" fo:height="2cm"/>'
    "</text:list-level-style-image></text:list-style></office:automatic-styles>"
)
_FONT = (
    '<office:font-face-decls><style:font-face style:name="F" svg:font-family="F">'
    '<svg:font-face-src><svg:font-face-uri xlink:href="{}"/></svg:font-face-src>'
    "</style:font-face></office:font-face-decls><office:automatic-styles>"
    '<style:style style:name="P" style:family="paragraph"><style:text-properties '
    'style:font-name="F"/></style:style></office:automatic-styles>'
)
_MARKED = '<text:p text:style-name="P">Text</text:p>'
_FORM = "<office:forms>{}</office:forms>"
_XFORMS = (
    '<office:forms><xforms:model id="m"><xforms:instance src="{}"/><xforms:submission id="s" '
    'action="{}" method="get" replace="instance"/><xforms:send submission="s" '
    'dom:event="xforms-ready"/></xforms:model></office:forms>'
)
_DDE = (
    '<text:dde-connection-decls><text:dde-connection-decl office:name="d" '
    'office:dde-application="soffice" office:dde-topic="{}" office:dde-item="a.A1" '
    'office:automatic-update="true"/></text:dde-connection-decls>'
    '<text:p><text:dde-connection text:connection-name="d">x</text:dde-connection></text:p>'
)
_DATABASE = (
    '<text:p><text:database-display text:table-name="canary" text:column-name="a">'
    '<form:connection-resource xlink:href="{}"/>x</text:database-display></text:p>'
)
_META = "<office:meta>{}</office:meta>"

VECTORS = {
    "odt-image": Vector("fodt", "png", _framed('<draw:image xlink:href="{}"/>')),
    "odt-image-onload": Vector(
        "fodt",
        "png",
        _framed('<draw:image xlink:href="{}" xlink:actuate="onLoad" xlink:show="embed"/>'),
    ),
    "odt-section": Vector(
        "fodt",
        "fodt",
        _written(
            '<text:section text:name="s"><text:section-source xlink:href="{}"/>'
            "<text:p>Old</text:p></text:section>"
        ),
    ),
    "odt-section-of-text": Vector(
        "fodt",
        "txt",
        _written(
            '<text:section text:name="s"><text:section-source xlink:href="{}" '
            'text:filter-name="Text"/><text:p>Old</text:p></text:section>'
        ),
    ),
    "odt-object": Vector("fodt", "fods", _framed('<draw:object xlink:href="{}"/>')),
    "odt-ole": Vector("fodt", "fods", _framed('<draw:object-ole xlink:href="{}"/>')),
    "odt-floating-frame": Vector(
        "fodt", "html", _framed('<draw:floating-frame xlink:href="{}" xlink:actuate="onLoad"/>')
    ),
    "odt-plugin": Vector(
        "fodt", "html", _framed('<draw:plugin xlink:href="{}" draw:mime-type="text/html"/>')
    ),
    "odt-applet": Vector(
        "fodt", "html", _framed('<draw:applet xlink:href="{}" draw:code="A" draw:may-script="1"/>')
    ),
    "odt-page-background": Vector("fodt", "png", _styled(_LAYOUT)),
    "odt-paragraph-background": Vector("fodt", "png", _styled(_PARAGRAPH, _MARKED)),
    "odt-bullet": Vector(
        "fodt",
        "png",
        _styled(
            _BULLET,
            '<text:list text:style-name="L"><text:list-item><text:p>Text</text:p></text:list-item>'
            "</text:list>",
        ),
    ),
    "odt-fill": Vector("fodt", "png", _styled(_FILL, _FILLED)),
    "odt-font": Vector("fodt", "png", _styled(_FONT, _MARKED)),
    "odt-template": Vector(
        "fodt",
        "fodt",
        _styled(_META.format('<meta:template xlink:href="{}" xlink:actuate="onRequest"/>')),
    ),
    "odt-reload": Vector(
        "fodt",
        "fodt",
        _styled(_META.format('<meta:auto-reload xlink:href="{}" meta:delay="PT0S"/>')),
    ),
    "odt-index-file": Vector(
        "fodt",
        "txt",
        _written(
            '<text:alphabetical-index text:name="i"><text:alphabetical-index-source>'
            '<text:alphabetical-index-auto-mark-file xlink:href="{}"/>'
            "</text:alphabetical-index-source></text:alphabetical-index>"
        ),
    ),
    "odt-dde": Vector("fodt", "fods", _written(_DDE)),
    "odt-database": Vector("fodt", "csv", _written(_DATABASE)),
    "odt-form": Vector(
        "fodt",
        "html",
        _written(_FORM.format('<form:form form:name="f" xlink:href="{}" form:method="post"/>')),
    ),
    "odt-xforms": Vector("fodt", "xml", _written(_XFORMS)),
    "odt-entity": Vector("fodt", "txt", _entity, "document_corrupt"),
    "odt-parameter-entity": Vector("fodt", "txt", _parameter_entity, "document_corrupt"),
    "odt-stylesheet": Vector("fodt", "xml", _stylesheet),
    "odt-xinclude": Vector("fodt", "txt", _written('<xi:include href="{}" parse="text"/>')),
    "ods-webservice": Vector(
        "fods", "txt", _celled('table:formula="of:=WEBSERVICE(&quot;{}&quot;)"')
    ),
    "ods-reference": Vector("fods", "fods", _celled("table:formula=\"of:=['{}'#$a.A1]\"")),
    "ods-dde": Vector(
        "fods",
        "fods",
        _celled('table:formula="of:=DDE(&quot;soffice&quot;;&quot;{}&quot;;&quot;a.A1&quot;)"'),
    ),
    "ods-linked-table": Vector(
        "fods",
        "fods",
        _celled("", '<table:table-source xlink:href="{}" table:table-name="a"/>{cell}'),
    ),
    "ods-linked-range": Vector(
        "fods",
        "html",
        lambda address: _celled("")(address).replace(
            b'<table:table-cell  office:value-type="string">',
            b'<table:table-cell office:value-type="string"><table:cell-range-source '
            b'table:name="HTML_all" table:filter-name="HTML (StarCalc)" table:last-column-spanned='
            b'"1" table:last-row-spanned="1" table:refresh-delay="PT1S" xlink:href="'
            + address.encode()
            + b'"/>',
        ),
    ),
    "ods-database": Vector(
        "fods",
        "csv",
        lambda address: _celled("")(address).replace(
            b"</table:table></office:spreadsheet>",
            b'</table:table><table:database-ranges><table:database-range table:name="d" '
            b'table:target-range-address="a.A1:a.B2"><table:database-source-table '
            b'table:database-name="' + address.encode() + b'" table:database-table-name="canary"/>'
            b"</table:database-range></table:database-ranges></office:spreadsheet>",
        ),
    ),
    "odp-image": Vector(
        "fodp",
        "png",
        _slide(
            '<draw:frame svg:width="5cm" svg:height="5cm"><draw:image xlink:href="{}"/>'
            "</draw:frame>"
        ),
    ),
    "odp-video": Vector(
        "fodp",
        "png",
        _slide(
            '<draw:frame svg:width="5cm" svg:height="5cm"><draw:plugin xlink:href="{}" '
            'draw:mime-type="application/vnd.sun.star.media"/></draw:frame>'
        ),
    ),
    "odp-sound": Vector(
        "fodp",
        "png",
        _slide("", '><presentation:sound xlink:href="{}"/></style:drawing-page-properties>'),
    ),
    "odp-audio": Vector(
        "fodp",
        "png",
        _slide('<anim:par><anim:audio xlink:href="{}" smil:begin="0s"/></anim:par>'),
    ),
}
