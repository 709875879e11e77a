"""Documents that reach for other files and for the network get neither."""

from __future__ import annotations

import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy
import pytest
from PIL import Image

from tests.engine import documents
from tests.engine_process import EngineProcess

_MAGENTA = (255, 0, 255)
_FODT = (
    '<?xml version="1.0"?><office:document '
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" '
    'xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:svg="urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0" '
    'xmlns:of="urn:oasis:names:tc:opendocument:xmlns:of:1.2" '
    'xmlns:xlink="http://www.w3.org/1999/xlink" office:version="1.2" '
    'office:mimetype="application/vnd.oasis.opendocument.{kind}"><office:body>'
    "<office:{kind}>{body}</office:{kind}></office:body></office:document>"
)


class Trap(NamedTuple):
    """A picture that must not be drawn and an address that must not be called."""

    picture: Path
    port: int
    listener: socket.socket

    def urls(self) -> dict[str, str]:
        return {"file": self.picture.as_uri(), "http": f"http://127.0.0.1:{self.port}/a.png"}

    def was_called(self) -> bool:
        try:
            self.listener.accept()
        except BlockingIOError:
            return False
        return True


@pytest.fixture
def trap(tmp_path: Path) -> Iterator[Trap]:
    picture = tmp_path / "canary.png"
    Image.new("RGB", (300, 300), _MAGENTA).save(picture)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        yield Trap(picture, listener.getsockname()[1], listener)


def _flat(kind: str, body: str) -> bytes:
    return _FODT.format(kind=kind, body=body).encode()


def _odt_image(url: str) -> bytes:
    return _flat(
        "text",
        f'<text:p>Text<draw:frame svg:width="5cm" svg:height="5cm"><draw:image xlink:href="{url}"/>'
        "</draw:frame></text:p>",
    )


def _odt_section(url: str) -> bytes:
    return _flat(
        "text",
        f'<text:section text:name="s"><text:section-source xlink:href="{url}"/>'
        "<text:p>Text</text:p></text:section>",
    )


def _ods_webservice(url: str) -> bytes:
    cell = (
        f'<table:table-cell table:formula="of:=WEBSERVICE(&quot;{url}&quot;)" '
        'office:value-type="string"><text:p>Text</text:p></table:table-cell>'
    )
    return _flat(
        "spreadsheet",
        f'<table:table table:name="a"><table:table-row>{cell}</table:table-row></table:table>',
    )


def _ods_linked_table(url: str) -> bytes:
    row = (
        '<table:table-row><table:table-cell office:value-type="string"><text:p>Text</text:p>'
        "</table:table-cell></table:table-row>"
    )
    source = f'<table:table-source xlink:href="{url}" table:table-name="a"/>'
    return _flat("spreadsheet", f'<table:table table:name="a">{source}{row}</table:table>')


def _rtf(url: str) -> bytes:
    picture = rf'INCLUDEPICTURE "{url}" \\d'
    return rf"{{\rtf1 Text {{\field{{\*\fldinst {picture}}}{{\fldrslt x}}}}}}".encode()


def _html(url: str) -> bytes:
    return (
        f'<link rel=stylesheet href="{url}"><style>@import "{url}"; body {{background: url({url})}}'
        f'</style><p>Text<img src="{url}" width=300><object data="{url}"></object>'
        f'<iframe src="{url}"></iframe><svg><image href="{url}" width="99" height="99"/></svg>'
    ).encode()


def _svg(url: str) -> bytes:
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
        f'width="300" height="300"><text y="9">Text</text><image xlink:href="{url}" width="300" '
        'height="300"/></svg>'
    ).encode()


def _svg_entity(url: str) -> bytes:
    return (
        f'<!DOCTYPE svg [<!ENTITY x SYSTEM "{url}">]><svg xmlns="http://www.w3.org/2000/svg" '
        'width="300" height="300"><text y="9">&x;</text></svg>'
    ).encode()


_VECTORS = {
    "docx-image": ("docx", documents.linked_image_docx),
    "odt-image": ("fodt", _odt_image),
    "odt-section": ("fodt", _odt_section),
    "ods-webservice": ("fods", _ods_webservice),
    "ods-linked-table": ("fods", _ods_linked_table),
    "rtf-includepicture": ("rtf", _rtf),
    "csv-webservice": ("csv", lambda url: f'"=WEBSERVICE(""{url}"")",Text\n'.encode()),
    "html": ("html", _html),
    "svg-image": ("svg", _svg),
    "svg-entity": ("svg", _svg_entity),
}


@pytest.mark.parametrize("scheme", ["file", "http"])
@pytest.mark.parametrize("vector", _VECTORS)
def test_no_link_is_followed(engine: EngineProcess, trap: Trap, vector: str, scheme: str) -> None:
    extension, build = _VECTORS[vector]
    outcome = engine.pdf(build(trap.urls()[scheme]), extension)
    assert not trap.was_called()
    if outcome.code == "done":
        raster = engine.run("pages", "raster", outcome.file("whole"), {"width": 300})
        assert not _shows_the_picture(raster.file("page/0"))
    else:
        assert outcome.code == "document_corrupt"


def test_the_trap_works(trap: Trap, tmp_path: Path, engine: EngineProcess) -> None:
    """Without the jail LibreOffice does draw the linked file."""
    document = tmp_path / "link.fodt"
    document.write_bytes(_odt_image(trap.urls()["file"]))
    subprocess.run(
        ["soffice", f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}", "--headless",
         "--convert-to", "pdf", "--outdir", str(tmp_path), str(document)],
        check=True, capture_output=True, timeout=60,
    )  # fmt: skip
    raster = engine.run("pages", "raster", tmp_path / "link.pdf", {"width": 300})
    assert _shows_the_picture(raster.file("page/0"))


def _shows_the_picture(page: Path) -> bool:
    pixels = numpy.asarray(Image.open(page).convert("RGB"), dtype=int)
    return bool((abs(pixels - _MAGENTA).max(axis=2) < 40).any())
