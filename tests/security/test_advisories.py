"""Named advisories against products like this one, each with the test that shows it does not apply.

An advisory points to tests by their names as pytest prints them; a name that leads to no test
fails. Sources: the advisories themselves, at NVD and GitHub under these names.
"""

from __future__ import annotations

import base64
import importlib
import io
import itertools
import json
import re
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from apps.conversion.engines import jail, svg
from apps.core import remote
from apps.core.errors import ErrorCode, PortalError
from apps.workfiles.sniffing import identify
from tests.engine_process import PROJECT, EngineProcess
from tests.security.vectors_odf import flat

AREA = "Named advisories"
_LINKS = "tests/security/test_links.py::test_no_link_is_followed"
_WRITTEN = "tests/security/test_links.py::test_however_it_is_written"
_PLACEHOLDER = "tests/security/test_links.py::test_no_placeholder_is_filled"
_MACROS = "tests/security/test_macros.py::test_no_program_runs"
_BOMBS = "tests/security/test_bombs.py::test_a_bomb_is_refused_or_stopped"
_JAIL = "tests/engine/test_jail.py::test_nothing_gets_out"
_READS = "tests/security/test_taken_over.py::test_it_reads_nothing_else"
_DOES = "tests/security/test_taken_over.py::test_it_does_nothing_else"
_TEMPLATES = "tests/engine/test_template_injection.py"
_BROWSER = "tests/browser/test_hostile_pdf.py"
_HERE = "tests/security/test_advisories.py"
ADVISORIES: dict[str, list[str]] = {
    # Gotenberg and others that convert by a browser
    "CVE-2024-21527 (file addresses)": [f"{_LINKS}[html-frame-file]"],
    "CVE-2024-40639 (rendered addresses)": [f"{_LINKS}[html-script-http]"],
    "CVE-2026-39383 (an empty list allows)": [f"{_HERE}::test_no_hosts_is_no_host"],
    "CVE-2026-40280 (upper-case schemes)": [
        f"{_WRITTEN}[html-image-HTTP]",
        f"{_HERE}::test_an_address_is_refused[HTTP://127.0.0.1/]",
    ],
    "CVE-2026-42596 (IPv4 in IPv6)": [
        f"{_WRITTEN}[odt-image-http by IPv4 in IPv6]",
        f"{_HERE}::test_an_address_is_refused[http://[::ffff:127.0.0.1]/]",
    ],
    "CVE-2026-42591 (LibreOffice fetches by itself)": [f"{_LINKS}[odt-image-http]"],
    "CVE-2026-42595 (redirects)": [f"{_HERE}::test_a_redirect_passes_the_same_gate"],
    "GHSA-2pmr-289p-44r3 (DNS rebinding)": [f"{_HERE}::test_a_name_is_resolved_once"],
    "GHSA-jjwv-57xh-xr6r (FILE:)": [
        f"{_WRITTEN}[html-image-FILE]",
        f"{_HERE}::test_an_address_is_refused[FILE:///etc/passwd]",
    ],
    "CVE-2022-35583 (wkhtmltopdf, frames)": [f"{_LINKS}[html-frame-http]"],
    "CVE-2026-44439 (PlaywrightCapture)": [f"{_LINKS}[html-refresh-file]"],
    "CVE-2024-28184 (WeasyPrint, attachments)": [f"{_LINKS}[html-attachment-file]"],
    # Stirling PDF
    "CVE-2025-55150 (web page to PDF)": [f"{_LINKS}[html-image-http]"],
    "CVE-2025-55161 (Markdown to PDF)": [f"{_LINKS}[txt-link-http]"],
    "Stirling-PDF#7628 (flat ODF)": [f"{_LINKS}[odt-section-file]", f"{_LINKS}[ods-database-file]"],
    "Stirling-PDF#7092 (addresses in SVG)": [f"{_LINKS}[svg-href-http]"],
    # LibreOffice
    "CVE-2018-16858 (a program by a path)": [f"{_MACROS}[python elsewhere, by a path]"],
    "CVE-2019-9848 (LibreLogo)": [f"{_MACROS}[a program of the office]"],
    "CVE-2019-9849 (bullets in stealth mode)": [f"{_LINKS}[odt-bullet-http]"],
    "CVE-2019-9852 (a program by an escaped path)": [f"{_MACROS}[python elsewhere, escaped]"],
    "CVE-2019-9853 (a program by an escaped address)": [
        f"{_MACROS}[basic by its document's address]"
    ],
    "CVE-2020-12802 (pictures in stealth mode)": [f"{_LINKS}[docx-picture-http]"],
    "CVE-2022-3140 (commands as addresses)": [f"{_MACROS}[basic by a command]"],
    "CVE-2023-2255 (floating frames)": [f"{_LINKS}[odt-floating-frame-http]"],
    "CVE-2023-6185 (media)": [f"{_LINKS}[odp-video-file]", f"{_LINKS}[pptx-video-http]"],
    "CVE-2023-6186 (programs behind links)": [f"{_MACROS}[basic bound to things in a text]"],
    "CVE-2024-3044 (programs behind pictures)": [f"{_MACROS}[basic bound to things in a text]"],
    "CVE-2024-5261 (TLS unchecked)": [f"{_JAIL}[office-False]"],
    "CVE-2024-12425 (fonts by a path)": [f"{_HERE}::test_a_font_is_not_written_by_its_name"],
    "CVE-2024-12426 (placeholders in addresses)": [
        f"{_PLACEHOLDER}[expand-$RECTO_JAIL_CANARY]",
        f"{_PLACEHOLDER}[expand-${{INI:canary:word}}]",
    ],
    "CVE-2025-1080 (programs with arguments as addresses)": [f"{_MACROS}[basic by a command]"],
    "CVE-2026-63278 (placeholders, around the first repair)": [
        f"{_PLACEHOLDER}[upper case-${{file:///proc/self/environ::RECTO_JAIL_CANARY}}]",
        f"{_PLACEHOLDER}[in a package-${{.override:INI:canary:word}}]",
        f"{_READS}[another's environment]",
    ],
    "CVE-2023-38633 (librsvg, included files)": [f"{_LINKS}[svg-include-around-file]"],
    # Collabora and ONLYOFFICE, as far as documents go
    "CVE-2025-24796 (programs in the jail)": [f"{_MACROS}[basic in a flat text]"],
    "DocumentBuilder#147 (files of the host)": [f"{_READS}[the secret key]"],
    # Viewers
    "CVE-2024-4367 (pdf.js, the matrix of a font)": [
        f"{_BROWSER}::test_a_hostile_pdf_runs_nothing",
        f"{_BROWSER}::test_the_page_and_the_worker_refuse_to_compile_words",
        f"{_HERE}::test_pdf_js_is_past_its_advisories",
    ],
    "CVE-2018-5158 (pdf.js, functions)": [
        f"{_BROWSER}::test_a_hostile_pdf_runs_nothing",
        f"{_HERE}::test_pdf_js_compiles_no_words",
    ],
    # Ghostscript and ImageMagick
    **{
        name: [f"{_HERE}::test_postscript_is_refused[{form}]", f"{_HERE}::test_no_ghostscript"]
        for name, form in (
            ("CVE-2017-8291", "plain-eps"), ("CVE-2018-16509", "plain-ps"),
            ("CVE-2019-14811", "plain-ps"), ("CVE-2019-14812", "plain-ps"),
            ("CVE-2019-14813", "plain-ps"), ("CVE-2019-14817", "preview-pdf"),
            ("CVE-2023-36664", "plain-eps"),
        )
    },
    # Packages, XML
    "office_oxide#144 (2 GiB in 2 MB)": [
        f"{_BOMBS}[zip: 2 GiB in a part]",
        "tests/security/test_bombs.py::test_a_package_is_judged_before_it_is_unpacked",
    ],
    "MinerU#5405 (entities before the type is known)": [
        f"{_HERE}::test_the_type_is_told_without_a_parser",
        f"{_BOMBS}[xml: laughs in Word]",
    ],
    # Templates
    "docxtpl#549 (code in templates)": [f"{_TEMPLATES}::test_refused"],
    "docxtpl#632 (markup in values)": [f"{_TEMPLATES}::test_values_are_text"],
    "Ghostwriter#266, CoPilot#936 (code in templates)": [
        f"{_TEMPLATES}::test_refused_in_headers_too",
        f"{_TEMPLATES}::test_refused_in_the_properties",
    ],
    "a child that takes the engine over": [f"{_DOES}[a signal to all]", f"{_READS}[the database]"],
}  # fmt: skip


@pytest.mark.parametrize("advisory", ADVISORIES)
def test_an_advisory_has_its_test(advisory: str) -> None:
    assert ADVISORIES[advisory]
    for node in ADVISORIES[advisory]:
        path, _, name = node.partition("::")
        name, _, chosen = name.partition("[")
        module = importlib.import_module(path.removesuffix(".py").replace("/", "."))
        assert name in vars(module), f"{node}: no such test"
        if chosen:
            assert chosen.removesuffix("]") in _ids(module, name), f"{node}: no such case"


def test_a_name_that_leads_nowhere_is_noticed() -> None:
    module = importlib.import_module("tests.security.test_links")
    assert "odt-image-http" in _ids(module, "test_no_link_is_followed")
    assert "odt-image-gopher" not in _ids(module, "test_no_link_is_followed")


def _ids(module: ModuleType, name: str) -> set[str]:
    """The cases of a test, as pytest names them; the lowest decorator comes first."""
    marks = [
        mark for mark in getattr(vars(module)[name], "pytestmark", []) if mark.name == "parametrize"
    ]
    columns = [mark.kwargs.get("ids") or list(map(_id, mark.args[1])) for mark in marks]
    return {"-".join(parts) for parts in itertools.product(*columns)}


def _id(value: Any) -> str:
    if hasattr(value, "values") and hasattr(value, "marks"):
        return str(value.id or value.values[0])
    return "-".join(map(str, value)) if isinstance(value, tuple) else str(value)


# Documents at a URL


@pytest.mark.parametrize(
    "url",
    [
        "HTTP://127.0.0.1/",
        "http://[::ffff:127.0.0.1]/",
        "http://[::1]/",
        "http://2130706433/",
        "http://0x7f.1/",
        "http://127.1/",
        "http://0/",
        "http://localhost/",
        "http://169.254.169.254/latest/meta-data/",
        "http://10.0.0.1/",
        "http://allowed.example@127.0.0.1/",
        "http://127.0.0.1#allowed.example",
        "http://127.0.0.1\\@allowed.example/",
        "FILE:///etc/passwd",
        "file://127.0.0.1/etc/passwd",
        "gopher://127.0.0.1/",
        "ftp://127.0.0.1/",
        "//127.0.0.1/",
    ],
)
def test_an_address_is_refused(url: str) -> None:
    """Even where an administrator has named the host."""
    named = {"127.0.0.1", "::1", "::ffff:127.0.0.1", "localhost", "2130706433", "0x7f.1", "127.1",
             "0", "169.254.169.254", "10.0.0.1", "allowed.example"}  # fmt: skip
    assert _refusal(url, named) == ErrorCode.REMOTE_REFUSED


def test_no_hosts_is_no_host() -> None:
    assert _refusal("https://example.com/", set()) == ErrorCode.REMOTE_REFUSED


def _refusal(url: str, hosts: set[str]) -> ErrorCode:
    with pytest.raises(PortalError) as caught, remote.fetch(url, hosts=hosts, seconds=5):
        pass
    return caught.value.code


@pytest.fixture
def redirecting(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """A host that the gate takes for public: its address, and after it where it sends everybody."""
    known: list[str] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]

        def serve() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(65536)
                head = f"HTTP/1.1 302 Found\r\nLocation: {known[1]}\r\nContent-Length: 0\r\n\r\n"
                connection.sendall(head.encode())

        monkeypatch.setattr(remote, "is_public", lambda address: address == "127.0.0.1")
        monkeypatch.setattr(remote, "_PORTS", {"http": port, "https": port})
        server = threading.Thread(target=serve, daemon=True)
        server.start()
        known.append(f"http://127.0.0.1:{port}/")
        yield known
    server.join(10)


@pytest.mark.parametrize(
    "target", ["http://127.0.0.2/", "http://elsewhere.example/", "file:///etc/passwd", "//[::1]/"]
)
def test_a_redirect_passes_the_same_gate(redirecting: list[str], target: str) -> None:
    redirecting.append(target)
    hosts = {"127.0.0.1", "127.0.0.2", "::1"}
    assert _refusal(redirecting[0], hosts) == ErrorCode.REMOTE_REFUSED


def test_a_name_is_resolved_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name server that answers differently the second time is not asked a second time."""
    asked: list[str] = []
    reached: list[Any] = []

    def resolve(host: str, *_: object, **__: object) -> list[Any]:
        if host == "8.8.8.8":
            address = host
        else:
            asked.append(host)
            address = "8.8.8.8" if len(asked) == 1 else "127.0.0.1"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 0))]

    def connect(self: socket.socket, address: Any) -> None:
        reached.append(address[0])
        raise ConnectionRefusedError

    monkeypatch.setattr(remote.socket, "getaddrinfo", resolve)
    monkeypatch.setattr(socket.socket, "connect", connect)
    assert _refusal("http://rebinding.example/", {"rebinding.example"}) == ErrorCode.REMOTE_FAILED
    assert (asked, reached) == (["rebinding.example"], ["8.8.8.8"])


# What is opened, and by what

_POSTSCRIPT = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n(%pipe%id) (w) file\n"
_WITH_PREVIEW = b"\xc5\xd0\xd3\xc6" + (30).to_bytes(4, "little") + bytes(22) + _POSTSCRIPT


@pytest.mark.parametrize("form", ["ps", "eps", "pdf", "jpg", "png", "docx", "svg", ""])
@pytest.mark.parametrize("content", [_POSTSCRIPT, _WITH_PREVIEW], ids=["plain", "preview"])
def test_postscript_is_refused(content: bytes, form: str) -> None:
    with pytest.raises(PortalError) as caught:
        identify(io.BytesIO(content), len(content), form)
    assert caught.value.code in {
        ErrorCode.FORMAT_UNSUPPORTED, ErrorCode.FORMAT_UNRECOGNIZED, ErrorCode.FORMAT_MISMATCH,
    }  # fmt: skip


def test_no_ghostscript() -> None:
    """Nothing here starts it or ImageMagick, and no image of ours installs them."""
    programs = {svg.RSVG_CONVERT, svg.PDFTOCAIRO}
    assert not [name for name in programs if re.search(r"/(gs|convert|magick)$", name)]
    deployed = PROJECT / "deploy"
    recipes = [deployed / "Dockerfile", *deployed.glob("packages*.txt"), PROJECT / "Makefile"]
    assert len(recipes) > 2
    for recipe in recipes:
        assert not re.search(r"\b(ghostscript|imagemagick)\b", recipe.read_text(), re.IGNORECASE)


def test_the_type_is_told_without_a_parser() -> None:
    """Naming a file's type reads bytes: entities, well-formed or not, are never looked at."""
    bomb = (
        b'<!DOCTYPE svg [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;"><!ENTITY x SYSTEM '
        b'"file:///etc/passwd">]><svg xmlns="http://www.w3.org/2000/svg">&b;&x;&undefined;'
    )
    assert identify(io.BytesIO(bomb), len(bomb), "").extension == "svg"


def test_a_font_is_not_written_by_its_name(engine: EngineProcess) -> None:
    """Neither beside its document nor in the profile; the jail lets nothing else be written."""
    fonts = sorted(Path("/usr/share/fonts").rglob("Carlito-Regular.ttf"))
    if not fonts:
        pytest.skip("Carlito is not installed")
    data = base64.b64encode(fonts[0].read_bytes()).decode()
    directory, _ = engine.job(b"", "fodt")
    name = "../" * 20 + str(directory / "out" / "written").lstrip("/")
    face = (
        f'<office:font-face-decls><style:font-face style:name="F" svg:font-family="{name}">'
        "<svg:font-face-src><svg:font-face-uri><svg:font-face-format svg:string="
        f'"truetype"/><office:binary-data>{data}</office:binary-data></svg:font-face-uri>'
        "</svg:font-face-src></style:font-face></office:font-face-decls>"
    )
    outcome = engine.pdf(flat("text", "<text:p>Text</text:p>", face), "fodt")
    assert outcome.code == "done"
    assert not list(directory.rglob("*written*"))
    assert not list((engine.directory / "run").rglob("*written*"))


# pdf.js


def test_pdf_js_is_past_its_advisories() -> None:
    wanted = json.loads((PROJECT / "package.json").read_text())
    version = (wanted.get("dependencies", {}) | wanted.get("devDependencies", {}))["pdfjs-dist"]
    assert tuple(map(int, version.split("."))) > (4, 2, 67)
    locked = json.loads((PROJECT / "package-lock.json").read_text())["packages"]
    assert locked["node_modules/pdfjs-dist"]["version"] == version


_COMPILING = re.compile(r"\bnew Function\(|(?<![.\w])eval\(|isEvalSupported:\s*true")


def test_pdf_js_compiles_no_words() -> None:
    """Neither half of it, nor a page of ours, turns words into code."""
    library = PROJECT / "node_modules" / "pdfjs-dist" / "build"
    if not library.is_dir():
        pytest.skip("node_modules is not there: `make setup`")
    ours = sorted((PROJECT / "static" / "js").rglob("*.js"))
    assert ours
    for file in (library / "pdf.mjs", library / "pdf.worker.mjs", *ours):
        text = file.read_text()
        assert not re.search(r"\bnew Function\(|(?<![.\w])eval\(|isEvalSupported:\s*true", text), (
            file
        )


def test_the_jail_names_what_it_reads() -> None:
    """Of the host's own files there is none of people, programs or secrets."""
    assert not [
        path
        for path in jail.SYSTEM_FILES
        if re.match(r"/(root|home|run|proc|var/(lib|log)|etc/(passwd|shadow|ssl|ssh))", path)
    ]
