"""Documents with programs that start by themselves: each writes a file and changes the text."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

import pikepdf
from pikepdf import Array, Dictionary, Name, String

from tests.engine import documents
from tests.security.vectors_odf import flat

# Never in one piece: a document that merely shows the program must not look like one it changed.
_HALVES = '"Quitten", "baum"'
EVENTS = (
    "dom:load",
    "office:load-finished",
    "office:view-created",
    "office:layout-finished",
    "office:new",
    "office:print",
    "office:title-changed",
    "office:copy-to",
    "office:prepare-unload",
    "dom:unload",
)
_BASIC = """Sub Main
Dim f As Integer
f = FreeFile
Open "{path}" For Output As #f
Print #f, "ran"
Close #f
ThisComponent.Text.String = Join(Array({halves}), "")
End Sub"""
_PYTHON = """import pathlib
pathlib.Path({path!r}).write_text("ran")
def main(*arguments):
    pathlib.Path({path!r}).write_text("ran")
    XSCRIPTCONTEXT.getDocument().Text.String = "".join([{halves}])
"""
_JAVASCRIPT = """importClass(java.io.FileWriter);
var f = new FileWriter("{path}"); f.write("ran"); f.close();
XSCRIPTCONTEXT.getDocument().getText().setString([{halves}].join(""));
"""
_PARCEL = (
    '<?xml version="1.0"?><parcel language="{0}" xmlns:parcel="scripting.dtd"><script '
    'language="{0}"><locale lang="en"><displayname value="m"/><description>m</description>'
    '</locale><functionname value="{1}"/><logicalname value="{1}"/></script></parcel>'
)
_MODULE = (
    '<script:module xmlns:script="http://openoffice.org/2000/script" script:name="M" '
    'script:language="StarBasic">{}</script:module>'
)
_LIBRARY = (
    '<library:{0} xmlns:library="http://openoffice.org/2000/library" '
    'xmlns:xlink="http://www.w3.org/1999/xlink" {1}</library:{0}>'
)
_TEXT = "<text:p>Text</text:p>"
BASIC_URL = "vnd.sun.star.script:Standard.M.Main?language=Basic&location=document"
Built = Callable[[Path], tuple[str, bytes]]


def _listeners(address: str, events: tuple[str, ...] = EVENTS) -> str:
    return (
        "<office:event-listeners>"
        + "".join(
            f'<script:event-listener script:language="ooo:script" script:event-name="{event}" '
            f"xlink:href={quoteattr(address)}/>"
            for event in events
        )
        + "</office:event-listeners>"
    )


def _scripts(path: Path, address: str) -> str:
    source = escape(_BASIC.format(path=path, halves=_HALVES))
    return (
        '<office:scripts><office:script script:language="ooo:Basic"><ooo:libraries>'
        '<ooo:library-embedded ooo:name="Standard"><ooo:module ooo:name="M"><ooo:source-code>'
        f"{source}</ooo:source-code></ooo:module></ooo:library-embedded></ooo:libraries>"
        f"</office:script>{_listeners(address)}</office:scripts>"
    )


def basic(path: Path, address: str = BASIC_URL) -> tuple[str, bytes]:
    """A flat text whose Basic program is bound to every event of a document."""
    return "fodt", flat("text", _TEXT, _scripts(path, address))


def _basic_sheet(path: Path) -> tuple[str, bytes]:
    table = (
        '<table:table table:name="a"><table:table-row><table:table-cell '
        'office:value-type="float" table:formula="of:=MAIN()"><text:p>Text</text:p>'
        "</table:table-cell></table:table-row></table:table>"
    )
    return "fods", flat("spreadsheet", table, _scripts(path, BASIC_URL))


def _basic_slides(path: Path) -> tuple[str, bytes]:
    frame = (
        '<draw:page draw:master-page-name="Standard"><draw:frame svg:width="9cm" svg:height="2cm">'
        f"{_listeners(BASIC_URL, ('dom:click', 'dom:mouseover'))}<draw:text-box>{_TEXT}"
        "</draw:text-box></draw:frame></draw:page>"
    )
    return "fodp", flat("presentation", frame, _scripts(path, BASIC_URL))


def _basic_on_things(path: Path) -> tuple[str, bytes]:
    """Bound to a picture, a link, a form's control and an XForms event."""
    some = _listeners(BASIC_URL, ("dom:load", "dom:mouseover", "dom:DOMFocusIn", "form:approve"))
    body = (
        '<office:forms><form:form form:name="f"><form:button form:name="b" '
        f"xlink:href={quoteattr(BASIC_URL)}>{some}</form:button>{some}</form:form></office:forms>"
        f"<text:p>Text<text:a xlink:href={quoteattr(BASIC_URL)}>{some}link</text:a>"
        '<draw:frame text:anchor-type="paragraph" svg:width="2cm" svg:height="2cm">'
        f"<draw:image xlink:href={quoteattr(BASIC_URL)}/>{some}</draw:frame>"
        f"<text:execute-macro text:name={quoteattr(BASIC_URL)}>{some}run</text:execute-macro>"
        '<text:script script:language="StarBasic" '
        f"xlink:href={quoteattr(BASIC_URL)}>Main</text:script></text:p>"
    )
    return "fodt", flat("text", body, _scripts(path, BASIC_URL))


def _package(address: str, entries: dict[str, str | bytes]) -> tuple[str, bytes]:
    mime = "application/vnd.oasis.opendocument.text"
    names = ["content.xml", *entries]
    manifest = "".join(
        f'<manifest:file-entry manifest:full-path="{name}" manifest:media-type=""/>'
        for name in names
    )
    content = flat("text", _TEXT, f"<office:scripts>{_listeners(address)}</office:scripts>")
    content = content.replace(b"office:document ", b"office:document-content ")
    content = content.replace(b"</office:document>", b"</office:document-content>")
    space = "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"
    return "odt", documents.package(
        {
            "mimetype": mime,
            "content.xml": content,
            "META-INF/manifest.xml": f'<manifest:manifest xmlns:manifest="{space}" '
            f'manifest:version="1.2"><manifest:file-entry manifest:full-path="/" '
            f'manifest:media-type="{mime}"/>{manifest}</manifest:manifest>',
            **entries,
        }
    )


def _basic_package(path: Path) -> tuple[str, bytes]:
    source = escape(_BASIC.format(path=path, halves=_HALVES))
    one = '<library:element library:name="M"/>'
    all_of_it = '<library:library library:name="Standard" library:link="false"/>'
    return _package(
        BASIC_URL,
        {
            "Basic/script-lc.xml": _LIBRARY.format("libraries", ">" + all_of_it),
            "Basic/Standard/script-lb.xml": _LIBRARY.format(
                "library",
                'library:name="Standard" library:readonly="false" '
                f'library:passwordprotected="false">{one}',
            ),
            "Basic/Standard/M.xml": _MODULE.format(source),
        },
    )


def python(path: Path) -> tuple[str, bytes]:
    """A package with a Python program."""
    source = _PYTHON.format(path=str(path), halves=_HALVES)
    address = "vnd.sun.star.script:m.py$main?language=Python&location=document"
    return _package(address, {"Scripts/python/m.py": source})


def _java(language: str, folder: str, name: str) -> Built:
    def build(path: Path) -> tuple[str, bytes]:
        source = _JAVASCRIPT.format(path=path, halves=_HALVES)
        address = f"vnd.sun.star.script:L.{name}?language={language}&location=document"
        parcel = _PARCEL.format(language, name)
        return _package(
            address,
            {
                f"Scripts/{folder}/L/{name}": source,
                f"Scripts/{folder}/L/parcel-descriptor.xml": parcel,
            },
        )

    return build


def program_elsewhere(path: Path, address: str) -> tuple[str, bytes]:
    """A document that starts a program which is not in it (CVE-2018-16858, CVE-2019-9848)."""
    return "fodt", flat("text", _TEXT, f"<office:scripts>{_listeners(address)}</office:scripts>")


def _elsewhere(address: str) -> Built:
    def build(path: Path) -> tuple[str, bytes]:
        # The program lies where the jail lets it be read and written.
        (path.parent.parent / "in" / "m.py").write_text(
            _PYTHON.format(path=str(path), halves=_HALVES)
        )
        return program_elsewhere(path, address.format(folder=path.parent.parent / "in"))

    return build


def _pdf_script(path: Path) -> tuple[str, bytes]:
    """A script that would fill a field in; started by the document, its page and the field."""
    script = f'this.getField("f").value = [{_HALVES}].join("");'
    with pikepdf.open(io.BytesIO(documents.pdf([("Text", {})]))) as document:
        action = document.make_indirect(Dictionary(S=Name.JavaScript, JS=String(script)))
        page = document.pages[0].obj
        field = document.make_indirect(
            Dictionary(
                Type=Name.Annot, Subtype=Name.Widget, FT=Name.Tx, T=String("f"), V=String("old"),
                Rect=Array([50, 50, 300, 90]), DA=String("/F0 12 Tf 0 g"), F=4,
                AA=Dictionary(C=action, F=action, K=action, V=action, PV=action, PO=action),
            )
        )  # fmt: skip
        page.Annots = Array([field])
        page.AA = Dictionary(O=action)
        document.Root.AcroForm = Dictionary(
            Fields=Array([field]), CO=Array([field]), NeedAppearances=True,
            DR=Dictionary(Font=page.Resources.Font),
        )  # fmt: skip
        document.Root.OpenAction = action
        document.Root.Names = Dictionary(JavaScript=Dictionary(Names=Array([String("a"), action])))
        stream = io.BytesIO()
        document.save(stream)
        return "pdf", stream.getvalue()


_WRITE = f'document.body.textContent = [{_HALVES}].join("")'


def _page_script(path: Path) -> tuple[str, bytes]:
    single = _WRITE.replace('"', "'")
    return "html", (
        f'<body onload="{single}">Text<script>{_WRITE}</script><img src="x" onerror="{single}">'
        f'<svg onload="{single}"><script>{_WRITE}</script></svg>'
        f'<a href="javascript:{single}">link</a><iframe src="javascript:{single}"></iframe>'
    ).encode()


def _drawing_script(path: Path) -> tuple[str, bytes]:
    write = _WRITE.replace("document.body", "document.querySelector('text')")
    single = write.replace('"', "'").replace("'text'", "&quot;text&quot;")
    return "svg", (
        '<svg xmlns="http://www.w3.org/2000/svg" width="300" height="300" '
        f'onload="{single}"><text y="20">Text</text><script>{write}</script>'
        f'<animate onbegin="{single}" attributeName="x" dur="1s"/></svg>'
    ).encode()


PROGRAMS: dict[str, Built] = {
    "basic in a flat text": basic,
    "basic in a flat sheet": _basic_sheet,
    "basic in flat slides": _basic_slides,
    "basic bound to things in a text": _basic_on_things,
    "basic in a package": _basic_package,
    "basic by its old address": lambda path: basic(path, "macro:///Standard.M.Main()"),
    "basic by its document's address": lambda path: basic(path, "macro://./Standard.M.Main()"),
    "basic by a command": lambda path: basic(
        path, "vnd.libreoffice.command:macro:///Standard.M.Main()"
    ),
    "a command of the office": lambda path: basic(path, ".uno:BasicIDEAppear"),
    "a slot of the office": lambda path: basic(path, "slot:5500"),
    "python in a package": python,
    "javascript in a package": _java("JavaScript", "javascript", "m.js"),
    "beanshell in a package": _java("BeanShell", "beanshell", "m.bsh"),
    "python elsewhere, by a path": _elsewhere(
        "vnd.sun.star.script:../../../../../../../../../..{folder}/m.py$main"
        "?language=Python&location=user"
    ),
    "python elsewhere, by a path of the program": _elsewhere(
        "vnd.sun.star.script:../../../../..{folder}/m.py$main?language=Python&location=share"
    ),
    "python elsewhere, escaped": _elsewhere(
        "vnd.sun.star.script:%2e%2e/%2e%2e/%2e%2e/%2e%2e/%2e%2e{folder}/m.py$main"
        "?language=Python&location=share"
    ),
    "python elsewhere, by an address": _elsewhere(
        "vnd.sun.star.script:file://{folder}/m.py$main?language=Python&location=user"
    ),
    "python elsewhere, expanded": _elsewhere(
        "vnd.sun.star.script:vnd.sun.star.expand:file://{folder}/m.py$main"
        "?language=Python&location=share"
    ),
    "a program of the office": _elsewhere(
        "vnd.sun.star.script:LibreLogo/LibreLogo.py$run?language=Python&location=share"
    ),
    "a script in a PDF": _pdf_script,
    "a script in a web page": _page_script,
    "a script in a drawing": _drawing_script,
}
