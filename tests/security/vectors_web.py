"""Web pages, SVG drawings and RTF that refer to other files."""

from __future__ import annotations

import base64
from collections.abc import Callable
from urllib.parse import quote

from tests.security.vectors import Vector


def _page(inner: str, head: str = "") -> Callable[[str], bytes]:
    """A web page; {} is the address."""
    return lambda address: (
        f"<!DOCTYPE html><html><head>{head}</head><body><p>Text</p>{inner}</body></html>".replace(
            "{}", address
        ).encode()
    )


def _styled(rules: str) -> Callable[[str], bytes]:
    return _page("<div>x</div>", f"<style>{rules}</style>")


def _svg(inner: str, prolog: str = "") -> Callable[[str], bytes]:
    """A drawing of 300 by 300; {} is the address."""
    return lambda address: (
        f'<?xml version="1.0"?>{prolog}<svg xmlns="http://www.w3.org/2000/svg" '
        'xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:xi="http://www.w3.org/2001/XInclude" '
        f'width="300" height="300"><text y="9">Text</text>{inner}</svg>'.replace(
            "{}", address
        ).encode()
    )


def _in_a_page(drawing: Callable[[str], bytes]) -> Callable[[str], bytes]:
    """A page with that drawing in a data: address, which it may have."""

    def build(address: str) -> bytes:
        data = base64.b64encode(drawing(address)).decode()
        return _page(f'<img src="data:image/svg+xml;base64,{data}" width="300">')(address)

    return build


def _sheet_in_a_page(address: str) -> bytes:
    sheet = quote(f'@import "{address}";')
    return _page("", f'<link rel="stylesheet" href="data:text/css,{sheet}">')(address)


def _rtf(inner: str) -> Callable[[str], bytes]:
    return lambda address: (
        "{\\rtf1 Text " + inner.replace("{}", address.replace("\\", "\\\\")) + "}"
    ).encode()


def _rtf_field(code: str) -> Callable[[str], bytes]:
    return _rtf(r"{\field\flddirty{\*\fldinst " + code + r"}{\fldrslt old}}")


_IMAGE = '<image xlink:href="{}" width="300" height="300"/>'
_SVG_XML_STYLE = '<?xml-stylesheet type="text/css" href="{}"?>'

VECTORS = {
    "html-image": Vector("html", "png", _page('<img src="{}" width="300">')),
    "html-stylesheet": Vector("html", "css", _page("", '<link rel="stylesheet" href="{}">')),
    "html-import": Vector("html", "css", _styled('@import "{}";')),
    "html-import-by-url": Vector("html", "css", _styled("@import url({});")),
    "html-import-by-data": Vector("html", "css", _sheet_in_a_page),
    "html-background": Vector("html", "png", _styled("body{background:url({})}")),
    "html-page-background": Vector("html", "png", _styled("@page{background:url({})}")),
    "html-list-picture": Vector(
        "html", "png", _styled("div{display:list-item;list-style:url({})}")
    ),
    "html-border": Vector(
        "html", "png", _styled("div{border:9px solid;border-image:url({}) 9}")
    ),
    "html-content": Vector("html", "png", _styled("div::before{content:url({})}")),
    "html-margin-box": Vector("html", "png", _styled("@page{@top-left{content:url({})}}")),
    "html-cursor": Vector("html", "png", _styled("div{cursor:url({}),auto}")),
    "html-font": Vector(
        "html", "png", _styled("@font-face{font-family:f;src:url({})} div{font-family:f}")
    ),
    "html-colour-profile": Vector(
        "html", "png", _styled("@color-profile --p {src:url({})}"), "document_corrupt"
    ),
    "html-object": Vector("html", "png", _page('<object data="{}" type="image/png"></object>')),
    "html-embed": Vector("html", "png", _page('<embed src="{}" type="image/png">')),
    "html-frame": Vector("html", "html", _page('<iframe src="{}"></iframe>')),
    "html-frame-srcdoc": Vector(
        "html", "png", _page("<iframe srcdoc=\"<img src='{}'>\"></iframe>")
    ),
    "html-srcset": Vector(
        "html", "png", _page('<picture><source srcset="{} 1x"><img srcset="{} 2x"></picture>')
    ),
    "html-video": Vector("html", "png", _page('<video poster="{}" src="{}" autoplay></video>')),
    "html-audio": Vector("html", "png", _page('<audio src="{}" autoplay></audio>')),
    "html-base": Vector("html", "png", _page('<img src="" width="300">', '<base href="{}">')),
    "html-refresh": Vector(
        "html", "html", _page("", '<meta http-equiv="refresh" content="0;url={}">')
    ),
    "html-prefetch": Vector(
        "html",
        "html",
        _page(
            "",
            '<link rel="prefetch" href="{}"><link rel="preconnect" href="{}">'
            '<link rel="dns-prefetch" href="{}"><link rel="modulepreload" href="{}">',
        ),
    ),
    "html-icon": Vector("html", "png", _page("", '<link rel="icon" href="{}">')),
    "html-attachment": Vector("html", "txt", _page("", '<link rel="attachment" href="{}">')),
    "html-attached-link": Vector("html", "txt", _page('<a rel="attachment" href="{}">x</a>')),
    "html-script": Vector(
        "html",
        "html",
        _page('<script>fetch("{}");location="{}"</script><img src=x onerror="fetch(\'{}\')">'),
    ),
    "html-script-file": Vector("html", "html", _page('<script src="{}"></script>')),
    "html-form": Vector(
        "html",
        "html",
        _page('<form action="{}"><input type="image" src="{}"></form>'
              "<script>document.forms[0].submit()</script>"),
    ),
    "html-svg": Vector("html", "png", _page(f'<svg width="300" height="300">{_IMAGE}</svg>')),
    "html-svg-use": Vector(
        "html", "svg", _page('<svg width="300" height="300"><use href="{}#a"/></svg>')
    ),
    "html-svg-by-data": Vector("html", "png", _in_a_page(_svg(_IMAGE))),
    "html-mathml": Vector(
        "html", "html", _page('<math href="{}"><mglyph src="{}"/><mi href="{}">x</mi></math>')
    ),
    "xhtml-entity": Vector(
        "xhtml",
        "txt",
        lambda address: (
            f'<!DOCTYPE html [<!ENTITY x SYSTEM "{address}">]><html '
            'xmlns="http://www.w3.org/1999/xhtml"><body><p>Text &x;</p></body></html>'
        ).encode(),
    ),
    "svg-image": Vector("svg", "png", _svg(_IMAGE)),
    "svg-href": Vector("svg", "png", _svg('<image href="{}" width="300" height="300"/>')),
    "svg-svg": Vector("svg", "svg", _svg(_IMAGE)),
    "svg-use": Vector("svg", "svg", _svg('<use xlink:href="{}#a"/>')),
    "svg-filter": Vector(
        "svg",
        "png",
        _svg(
            '<filter id="f"><feImage xlink:href="{}"/></filter>'
            '<rect width="300" height="300" filter="url(#f)"/>'
        ),
    ),
    "svg-filter-elsewhere": Vector(
        "svg", "svg", _svg('<rect width="300" height="300" filter="url({}#a)"/>')
    ),
    "svg-fill-elsewhere": Vector(
        "svg", "svg", _svg('<rect width="300" height="300" fill="url({}#a)"/>')
    ),
    "svg-pattern": Vector(
        "svg",
        "svg",
        _svg('<pattern id="p" xlink:href="{}#a"/><rect width="300" height="300" fill="url(#p)"/>'),
    ),
    "svg-import": Vector("svg", "css", _svg('<style>@import "{}";</style>')),
    "svg-stylesheet": Vector("svg", "css", _svg("", _SVG_XML_STYLE)),
    "svg-font": Vector(
        "svg",
        "png",
        _svg('<style>@font-face{font-family:f;src:url({})}</style><text font-family="f">x</text>'),
    ),
    "svg-include": Vector(
        "svg", "txt", _svg('<text y="99"><xi:include href="{}" parse="text"/></text>')
    ),
    "svg-include-around": Vector(
        "svg", "txt", _svg('<text y="99"><xi:include href=".?../{}" parse="text"/></text>')
    ),
    "svg-foreign": Vector(
        "svg",
        "html",
        _svg(
            '<foreignObject width="300" height="300"><iframe xmlns="http://www.w3.org/1999/xhtml" '
            'src="{}"/></foreignObject>'
        ),
    ),
    "svg-script": Vector(
        "svg", "html", _svg('<script xlink:href="{}"/><script>fetch("{}")</script>')
    ),
    "svg-entity": Vector(
        "svg",
        "txt",
        _svg('<text y="99">&x;</text>', '<!DOCTYPE svg [<!ENTITY x SYSTEM "{}">]>'),
        "document_corrupt",
    ),
    "svg-parameter-entity": Vector(
        "svg",
        "txt",
        _svg("", '<!DOCTYPE svg [<!ENTITY % x SYSTEM "{}"> %x;]>'),
        "document_corrupt",
    ),
    "svg-dtd": Vector("svg", "txt", _svg("", '<!DOCTYPE svg SYSTEM "{}">')),
    "rtf-includepicture": Vector("rtf", "png", _rtf_field(r'INCLUDEPICTURE "{}" \\d')),
    "rtf-includetext": Vector("rtf", "txt", _rtf_field(r'INCLUDETEXT "{}"')),
    "rtf-ddeauto": Vector("rtf", "fods", _rtf_field(r'DDEAUTO soffice "{}" a.A1')),
    "rtf-link": Vector("rtf", "fods", _rtf_field(r'LINK Excel.Sheet.12 "{}" a \\a')),
    "rtf-template": Vector("rtf", "rtf", _rtf(r"{\*\template {}}")),
    "rtf-object": Vector(
        "rtf",
        "fods",
        _rtf(
            r"{\object\objautlink\objupdate\rsltpict\objw4000\objh4000{\*\objclass Excel.Sheet.12}"
            r"{\*\objname {}}{\result old}}"
        ),
    ),
    "rtf-subdocument": Vector("rtf", "rtf", _rtf(r"{\subdocument1 {\*\filetbl {\file {}}}}")),
    "rtf-mail-merge": Vector(
        "rtf", "csv", _rtf(r"{\*\mailmerge\mmdatatypeaccess{\mmconnectstr {}}{\mmdatasource {}}}")
    ),
    "csv-webservice": Vector(
        "csv", "txt", lambda address: f'"=WEBSERVICE(""{address}"")",Text\n'.encode()
    ),
    "csv-dde": Vector("csv", "fods", lambda address: f"=DDE(;{address};A1),Text\n".encode()),
    "txt-link": Vector("txt", "txt", lambda address: f"Text {address}\n".encode()),
}  # fmt: skip
