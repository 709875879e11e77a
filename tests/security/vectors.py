"""What a document may refer to and how it is noticed: bait with a colour and a word, and a server
that counts every byte."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

import numpy
import pikepdf
import pypdfium2
from PIL import Image

from tests.engine_process import Outcome

WORD = "Quittenbaum"
SECRET = "Mispelkern"
MAGENTA = (255, 0, 255)
_SEEN_FROM = 40
_END = b"\0"
_FLAT = (
    '<office:document xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" office:version="1.2" '
    'office:mimetype="application/vnd.oasis.opendocument.{0}"><office:body><office:{0}>{1}'
    "</office:{0}></office:body></office:document>"
)
_SHEET = (
    '<table:table table:name="a"><table:table-row><table:table-cell '
    'office:value-type="string"><text:p>Quittenbaum</text:p></table:table-cell>'
    "</table:table-row></table:table>"
)
_BAIT: dict[str, str] = {
    "txt": WORD,
    "csv": f"{WORD},{WORD}\n",
    "xml": f"<x>{WORD}</x>",
    "ini": f"[canary]\nword={WORD}\n",
    "html": f"<body style='background:#f0f'>{WORD}<table><tr><td>{WORD}</td></tr></table>",
    "css": f"body {{ background: #f0f }} body::before {{ content: '{WORD}' }} text {{fill:#f0f}}",
    "svg": '<svg xmlns="http://www.w3.org/2000/svg" width="300" height="300">'
    f'<rect id="a" width="300" height="300" fill="#f0f"/><text>{WORD}</text></svg>',
    "rtf": rf"{{\rtf1 {WORD}}}",
    "fodt": _FLAT.format("text", f"<text:p>{WORD}</text:p>"),
    "fods": _FLAT.format("spreadsheet", _SHEET),
}


class Vector(NamedTuple):
    """A document that refers to bait.

    `form` is its extension, `bait` that of the file it wants, `build` makes it for an address, and
    `ends` is what becomes of it: most are shown, without what they refer to.
    """

    form: str
    bait: str
    build: Callable[[str], bytes]
    ends: str = "done"


class Trap(NamedTuple):
    """Files that must not be seen and addresses that must not be called."""

    directory: Path
    listeners: list[socket.socket]

    def file(self, bait: str) -> Path:
        return self.directory / f"canary.{bait}"

    def address(self, scheme: str, bait: str, source: Path) -> str:
        """Where bait is, in the words of a scheme. `source`: the folder of the one who asks."""
        file = self.file(bait)
        port, six = (listener.getsockname()[1] for listener in self.listeners)
        name = file.name
        return {
            "file": file.as_uri(),
            "http": f"http://127.0.0.1:{port}/{name}",
            "https": f"https://127.0.0.1:{port}/{name}",
            "FILE": "FILE" + file.as_uri().removeprefix("file"),
            "HTTP": f"HTTP://127.0.0.1:{port}/{name}",
            "path": str(file),
            "relative": os.path.relpath(file, source),
            "file on localhost": f"file://localhost{file}",
            "file with one slash": f"file:{file}",
            "file by another's root": f"file:///proc/{os.getppid()}/root{file}",
            "http by IPv6": f"http://[::1]:{six}/{name}",
            "http by IPv4 in IPv6": f"http://[::ffff:127.0.0.1]:{port}/{name}",
            "http by one number": f"http://2130706433:{port}/{name}",
            "http by a short address": f"http://127.1:{port}/{name}",
            "http by zero": f"http://0.0.0.0:{port}/{name}",
            "http by name": f"http://localhost:{port}/{name}",
            "http with a user": f"http://example.com@127.0.0.1:{port}/{name}",
            "no scheme": f"//127.0.0.1:{port}/{name}",
            "share": f"\\\\127.0.0.1@{port}\\share\\{name}",
            "smb": f"smb://127.0.0.1:{port}/share/{name}",
            "ftp": f"ftp://127.0.0.1:{port}/{name}",
            "webdav": f"vnd.sun.star.webdav://127.0.0.1:{port}/{name}",
            "webdavs": f"vnd.sun.star.webdavs://127.0.0.1:{port}/{name}",
            "cmis": f"vnd.libreoffice.cmis://127.0.0.1:{port}%2Fcmis/{name}",
            "gopher": f"gopher://127.0.0.1:{port}/{name}",
            "expanded file": f"vnd.sun.star.expand:{file.as_uri()}",
            "expanded http": f"vnd.sun.star.expand:http://127.0.0.1:{port}/{name}",
            "package in a file": f"vnd.sun.star.zip://{file.as_uri().replace('/', '%2F')}/a.png",
            "package of a file": f"vnd.sun.star.pkg://{file.as_uri().replace('/', '%2F')}/a.png",
            "tdoc": f"vnd.sun.star.tdoc:/1/../../..{file}",
        }[scheme]

    def calls(self) -> int:
        """How often somebody connected."""
        count = 0
        for listener in self.listeners:
            while True:
                try:
                    listener.accept()[0].close()
                except BlockingIOError:
                    break
                count += 1
        return count

    @contextmanager
    def answering(self) -> Iterator[list[str]]:
        """Hang up on who calls, so that nobody waits; gives the list of calls."""
        calls: list[str] = []

        def attend() -> None:
            while True:
                connection, _ = listener.accept()
                if connection.recv(1) == _END:
                    return
                calls.append("called")
                connection.close()

        listener = self.listeners[0]
        listener.setblocking(True)
        attendant = threading.Thread(target=attend)
        attendant.start()
        try:
            yield calls
        finally:
            with socket.create_connection(listener.getsockname()) as last:
                last.sendall(_END)
                attendant.join()
            listener.setblocking(False)


@contextmanager
def laid(directory: Path) -> Iterator[Trap]:
    """The trap, with its bait in `directory`."""
    directory.mkdir(exist_ok=True)
    for kind, content in _BAIT.items():
        (directory / f"canary.{kind}").write_text(content)
    picture = Image.new("RGB", (300, 300), MAGENTA)
    picture.save(directory / "canary.png")
    picture.save(directory / "canary.pdf")
    with ExitStack() as stack:
        listeners = [
            stack.enter_context(socket.create_server(("127.0.0.1", 0))),
            stack.enter_context(
                socket.create_server(("::1", 0), family=socket.AF_INET6)
                if socket.has_ipv6
                else socket.create_server(("127.0.0.1", 0))
            ),
        ]
        for listener in listeners:
            listener.setblocking(False)
        yield Trap(directory, listeners)


def given_away(outcome: Outcome, *secrets: str) -> list[str]:
    """Where a job's events or files tell one of these words, or the colour; empty when nowhere."""
    found = ["events"] if any(secret in str(outcome.events) for secret in secrets) else []
    for file in sorted((outcome.directory / "out").rglob("*")):
        if file.suffix == ".pdf":
            found += [f"{file.name}: {what}" for what in seen_in_pdf(file, *secrets)]
        elif file.suffix in {".png", ".jpeg", ".jpg"}:
            found += [f"{file.name}: colour"] if shows_the_colour(Image.open(file)) else []
        elif file.is_file() and any(secret.encode() in file.read_bytes() for secret in secrets):
            found.append(file.name)
    return found


def seen_in_pdf(path: Path, *secrets: str) -> list[str]:
    """Which of text, colour and objects of a PDF give the bait away."""
    found = set()
    with pypdfium2.PdfDocument(path) as document:
        for page in list(document)[:3]:
            text = page.get_textpage().get_text_range()
            found |= {"text"} if any(secret in text for secret in secrets) else set()
            if shows_the_colour(page.render(scale=0.5).to_pil()):
                found.add("colour")
    with pikepdf.open(path) as document:
        for thing in document.objects:
            said = [repr(thing).encode()]
            if isinstance(thing, pikepdf.Stream):
                said.append(_unpacked(thing))
            if any(secret.encode() in each for secret in secrets for each in said):
                found.add("objects")
    return sorted(found)


def _unpacked(stream: pikepdf.Stream) -> bytes:
    try:
        return stream.read_bytes()
    except pikepdf.PdfError:
        return stream.read_raw_bytes()


def shows_the_colour(picture: Image.Image) -> bool:
    """Whether a picture has a magenta pixel."""
    pixels = numpy.asarray(picture.convert("RGB"), dtype=int)
    return bool((abs(pixels - MAGENTA).max(axis=2) < _SEEN_FROM).any())
