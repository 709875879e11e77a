"""Documents that reach for other files and for the network get neither."""

from __future__ import annotations

import subprocess
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.engine_process import EngineProcess, Outcome
from tests.security import vectors_odf, vectors_pdf, vectors_sheets, vectors_web, vectors_word
from tests.security.vectors import SECRET, WORD, Trap, Vector, given_away, laid, seen_in_pdf

AREA = "What documents refer to: files, network, placeholders"
VECTORS: dict[str, Vector] = {
    **vectors_odf.VECTORS,
    **vectors_word.VECTORS,
    **vectors_sheets.VECTORS,
    **vectors_web.VECTORS,
    **vectors_pdf.VECTORS,
}
# One or two for each library that reads documents; the others are tried by `make security`.
_REPRESENTATIVE = {
    "odt-image",
    "odt-section",
    "ods-webservice",
    "ods-linked-table",
    "docx-picture",
    "docx-includetext",
    "docx-chunk-html",
    "xlsx-webservice",
    "pptx-video",
    "rtf-includepicture",
    "html-image",
    "html-attachment",
    "html-font",
    "svg-image",
    "svg-include-around",
    "pdf-external-stream",
    "dxf-image",
}
# Which documents carry the other ways to write an address, one for each kind of reader.
_CARRIERS = ("odt-image", "docx-includetext", "ods-webservice", "html-image", "svg-image")
_SCHEMES = (
    "FILE",
    "HTTP",
    "https",
    "path",
    "relative",
    "file on localhost",
    "file with one slash",
    "file by another's root",
    "http by IPv6",
    "http by IPv4 in IPv6",
    "http by one number",
    "http by a short address",
    "http by zero",
    "http by name",
    "http with a user",
    "no scheme",
    "share",
    "smb",
    "ftp",
    "webdav",
    "webdavs",
    "cmis",
    "gopher",
    "expanded file",
    "expanded http",
    "package in a file",
    "package of a file",
    "tdoc",
)
# Values that LibreOffice puts into an address where it may (CVE-2024-12426 and its bypass).
_PLACEHOLDERS = (
    "$RECTO_JAIL_CANARY",
    "${RECTO_JAIL_CANARY}",
    "${file:///proc/self/environ::RECTO_JAIL_CANARY}",
    "${INI:canary:word}",
    "${INI:word}",
    "${$BRAND_BASE_DIR/$LIBO_ETC_FOLDER/../../../../..PATH:canary:word}",
    "${.override:INI:canary:word}",
    "$(user)",
    "$(home)",
    "$(userurl)",
    "%RECTO_JAIL_CANARY%",
)
_EXPANDERS = {
    "expand": "vnd.sun.star.expand:http://127.0.0.1:{port}/{value}",
    "expand, escaped": "vnd.sun.star.expand:http%3A%2F%2F127.0.0.1:{port}/{value}",
    "upper case": "VND.SUN.STAR.EXPAND:http://127.0.0.1:{port}/{value}",
    "plain": "http://127.0.0.1:{port}/{value}",
    "file": "file:///{value}",
    "in a package": "vnd.sun.star.zip://vnd.sun.star.expand%3A{value}/a.png",
}


@pytest.fixture
def trap(tmp_path: Path) -> Iterator[Trap]:
    with laid(tmp_path / "bait") as trap:
        yield trap


def _shown(engine: EngineProcess, content: bytes, form: str) -> list[Outcome]:
    """The document as PDF, and its first page as picture and as SVG."""
    outcomes = [engine.pdf(content, form)]
    if outcomes[0].code == "done":
        whole = outcomes[0].file("whole")
        page = {"first": 0, "last": 0}
        outcomes.append(engine.run("pages", "raster", whole, {**page, "width": 300}))
        if form == "pdf":
            outcomes += [
                engine.run("pages", "svg", whole, page),
                engine.run("pages", "text", whole, page),
                engine.run("pages", "embedded", whole),
            ]
    return outcomes


def _holds(engine: EngineProcess, trap: Trap, vector: Vector, address: str) -> str:
    """Assert that nothing is called and nothing given away; what became of the document."""
    outcomes = _shown(engine, vector.build(address), vector.form)
    assert trap.calls() == 0
    assert [given_away(outcome, WORD, SECRET) for outcome in outcomes] == [[]] * len(outcomes)
    return outcomes[0].code


@pytest.mark.parametrize("scheme", ["file", "http"])
@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=() if name in _REPRESENTATIVE else pytest.mark.security_slow)
        for name in VECTORS
    ],
)
def test_no_link_is_followed(engine: EngineProcess, trap: Trap, name: str, scheme: str) -> None:
    vector = VECTORS[name]
    address = trap.address(scheme, vector.bait, engine.jobs / "a" / "in")
    assert _holds(engine, trap, vector, address) == vector.ends


@pytest.mark.security_slow
@pytest.mark.parametrize("scheme", _SCHEMES)
@pytest.mark.parametrize("name", _CARRIERS)
def test_however_it_is_written(engine: EngineProcess, trap: Trap, name: str, scheme: str) -> None:
    vector = VECTORS[name]
    _holds(engine, trap, vector, trap.address(scheme, vector.bait, engine.jobs / "a" / "in"))


@pytest.mark.parametrize("name", ["odt-image", "docx-includetext", "html-image", "svg-image"])
def test_the_documents_of_others_cannot_be_named(
    engine: EngineProcess, trap: Trap, name: str
) -> None:
    """Two jobs are beside each other; a document that knew the name of another still gets none."""
    vector = VECTORS[name]
    other, file = engine.job(trap.file(vector.bait), vector.bait)
    for address in (f"../../{other.name}/{file}", (other / file).as_uri()):
        assert _holds(engine, trap, vector, address) == "done"


@pytest.mark.security_slow
@pytest.mark.parametrize("value", _PLACEHOLDERS)
@pytest.mark.parametrize("expander", _EXPANDERS)
def test_no_placeholder_is_filled(
    engine: EngineProcess, trap: Trap, expander: str, value: str
) -> None:
    ini = trap.file("ini")
    written = value.replace("INI", ini.as_uri()).replace("PATH", str(ini))
    port = trap.listeners[0].getsockname()[1]
    address = _EXPANDERS[expander].format(port=port, value=written)
    for name in ("odt-image", "docx-link", "ods-webservice", "xlsx-hyperlink"):
        _holds(engine, trap, VECTORS[name], address)


@pytest.mark.parametrize("value", _PLACEHOLDERS[:2])
def test_no_environment_is_put_into_an_address(
    engine: EngineProcess, trap: Trap, value: str
) -> None:
    port = trap.listeners[0].getsockname()[1]
    address = _EXPANDERS["expand"].format(port=port, value=value)
    assert _holds(engine, trap, VECTORS["odt-image"], address) == "done"


@pytest.mark.security_slow
@pytest.mark.parametrize("scheme", ["file", "http", "expanded file"])
@pytest.mark.parametrize("name", sorted(_REPRESENTATIVE))
def test_the_other_ways_follow_no_link_either(
    other_engine: EngineProcess, trap: Trap, name: str, scheme: str
) -> None:
    vector = VECTORS[name]
    address = trap.address(scheme, vector.bait, other_engine.jobs / "a" / "in")
    assert _holds(other_engine, trap, vector, address) == vector.ends


@pytest.mark.parametrize("name", ["odt-image", "odt-section-of-text", "rtf-includetext"])
def test_a_document_made_for_word_holds_nothing_of_it(
    engine: EngineProcess, trap: Trap, name: str
) -> None:
    vector = VECTORS[name]
    content = vector.build(trap.address("file", vector.bait, engine.jobs / "a" / "in"))
    outcome = engine.run("office", "docx", content, {"format": vector.form}, extension=vector.form)
    assert outcome.code == "done"
    assert trap.calls() == 0
    with zipfile.ZipFile(outcome.file("docx")) as package:
        parts = [package.read(part) for part in package.namelist()]
    assert not [part for part in parts if WORD.encode() in part]
    assert trap.file("png").read_bytes() not in parts


def test_the_trap_works(trap: Trap, tmp_path: Path) -> None:
    """Without the jail and its settings LibreOffice takes the bait, by file and by network."""
    files = [tmp_path / f"{name}.{VECTORS[name].form}" for name in ("odt-image", "docx-picture")]
    called = tmp_path / "called.fodt"
    for file in files:
        vector = VECTORS[file.stem]
        file.write_bytes(vector.build(trap.address("file", vector.bait, tmp_path)))
    called.write_bytes(VECTORS["odt-image"].build(trap.address("http", "png", tmp_path)))
    with trap.answering() as calls:
        subprocess.run(
            ["soffice", f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}", "--headless",
             "--convert-to", "pdf", "--outdir", str(tmp_path), *map(str, [*files, called])],
            check=True, capture_output=True, timeout=60,
        )  # fmt: skip
    assert calls
    for file in files:
        assert "colour" in seen_in_pdf(file.with_suffix(".pdf"), WORD)


def test_what_is_given_away_would_be_seen(trap: Trap, engine: EngineProcess) -> None:
    """The bait itself, shown: by its word in text, by its colour in web pages and drawings."""
    for bait, where in (("fodt", "text"), ("html", "text"), ("svg", "colour"), ("png", "colour")):
        outcome = engine.pdf(trap.file(bait))
        assert f"whole.pdf: {where}" in given_away(outcome, WORD), bait
