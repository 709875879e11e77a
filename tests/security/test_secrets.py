"""After a day's work of every kind no secret lies about: not in logs, traces, database or files.

The whole product runs, with the most talkative log and a collector of traces. Whatever it tells a
caller in confidence is noted here, and words are planted in documents. Then everything it has
written is searched, byte by byte: what opens something may stand nowhere, and what was in documents
only where work files and what was made of them are kept (`DATA_DIR/blobs`).
"""

from __future__ import annotations

import base64
import io
import secrets
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pikepdf
import pytest
import requests

from tests import factories
from tests.connector import connector
from tests.dialects.wopi.documents import COLLABORA
from tests.flows.test_editing import Backend, Browser
from tests.flows.test_extraction import extractor
from tests.flows.test_traces import Collector
from tests.stack import Integrator, Stack, running_stack

AREA = "Secrets in logs, traces, database and files"
pytestmark = pytest.mark.security_slow

# Where documents are kept while they are needed; the key of the installation.
OF_DOCUMENTS, OF_ITSELF = "blobs", "secret_key"


@dataclass
class Day:
    """What was told in confidence, what was planted in documents, and what was written."""

    secrets: dict[str, str] = field(default_factory=dict)
    planted: dict[str, str] = field(default_factory=dict)
    written: dict[str, bytes] = field(default_factory=dict)

    def word(self, name: str) -> str:
        """A word that stands nowhere else."""
        self.planted[name] = f"Kanarienvogel{secrets.randbelow(10**12):012}"
        return self.planted[name]


def spellings(secret: str) -> Iterator[bytes]:
    """How a secret could stand somewhere."""
    plain = secret.encode()
    yield plain
    yield plain.hex().encode()
    yield secret.encode("utf-16-le")
    for shift in range(3):
        inner = base64.b64encode(b"\0" * shift + plain)[4:-4]
        yield inner
        yield inner.replace(b"+", b"-").replace(b"/", b"_")


def found(day: Day, secret: str, but: str = "") -> list[str]:
    """Where a secret stands, other than below a folder."""
    ways = [way for way in spellings(secret) if len(way) > 8]
    return [
        name
        for name, content in day.written.items()
        if not (but and name.startswith(but)) and any(way in content for way in ways)
    ]


# --- The day's work -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Day]:
    """A day of every kind of work, and all that was written in it."""
    done, collector, suite = Day(), Collector(), office_suite()
    with running_stack(
        OTEL_EXPORTER_OTLP_ENDPOINT=f"http://127.0.0.1:{collector.server.server_port}",
        WOPI_CLIENT_URL=f"http://127.0.0.1:{suite.server_port}",
        LOG_LEVEL="DEBUG",
    ) as stack:
        look(done, stack)
        fill(done, stack, tmp_path_factory.mktemp("letters"))
        extract(done, stack)
        edit(done, stack)
        for path in stack.data_dir.rglob("*"):
            if path.is_file():
                done.written[str(path.relative_to(stack.data_dir))] = path.read_bytes()
    done.written["traces"] = collector.raw
    collector.server.shutdown()
    suite.shutdown()
    yield done


def office_suite() -> ThreadingHTTPServer:
    """A server that says what an office suite opens."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            content = COLLABORA.encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def look(day: Day, stack: Stack) -> None:
    """Documents are uploaded, one with a password, looked at and searched."""
    credentials = stack.register("Viewer", *_scopes("viewing", "workfiles"), "--access-key")
    day.secrets["client secret"] = credentials["client_secret"]
    day.secrets["access key"] = credentials["access_key"]
    program = Integrator(stack.url, credentials)
    day.secrets["access token"] = str(program.http.headers["Authorization"]).split()[1]
    identity = program.open(externalId="a.docx")
    day.secrets["viewing session"] = identity
    document = factories.docx(f"A text with {day.word('viewed document')} in it")
    assert program.upload(identity, document, "docx").status_code == 200
    assert program.settled(identity)["state"] == "ready"
    page = f"{stack.url}/api/v1/views/{identity}"
    for rest in ("/pages/0/text", "/pages/0/image", f"/search?q={day.planted['viewed document']}"):
        assert requests.get(page + rest, timeout=60).status_code == 200
    day.secrets["document password"] = "Losungswort-7261-geheim"
    locked = program.open(password=day.secrets["document password"])
    assert program.upload(locked, sealed_pdf(day.secrets["document password"]), "pdf").ok
    assert program.settled(locked)["state"] == "ready"
    day.secrets["second viewing session"] = locked


def fill(day: Day, stack: Stack, directory: Path) -> None:
    """A form is opened and completed; its program is told."""
    with connector(stack, directory) as program:
        day.secrets["Connect client's secret"] = program.credentials["client_secret"]
        day.secrets["webhook secret"] = program.secret
        day.secrets["Connect session"] = identity = program.open()
        assert program.complete(identity).status_code == 200
        assert program.result(identity, "Pdf").status_code == 200


def extract(day: Day, stack: Stack) -> None:
    """Documents are read in one session that ends and in one that goes on, with an envelope."""
    program = extractor(stack, "Extractor")
    for name in ("ended", "kept"):
        began = program.start(envelope={"create": True}, partitionKey=name)
        session = day.secrets[f"{name} extraction session"] = began["sessionId"]
        day.secrets[f"{name} envelope's key"] = began["envelope"]["key"]
        cookie = next(iter(program.http.cookies.values()), "")
        if cookie:
            day.secrets[f"{name} session's cookie"] = str(cookie)
        number = day.word(f"{name} invoice")
        sent = program.send(
            session,
            factories.docx("INVOICE", f"Invoice number: {number}", "Total 119.00 EUR"),
            f"{day.word(f'{name} file name')}.docx",
            Prefer="respond-async",
        )
        assert sent.status_code == 202, sent.text
        assert program.ended(session, sent.headers["Location"])["status"] == "succeeded"
        link = program.call(
            "POST", "/session/review", json={"reviewer": "A"}, headers={"Session-Id": session}
        ).json()["reviewUrl"]
        day.secrets[f"{name} review link"] = link.rpartition("token=")[2]
        if name == "ended":
            ended = program.call("POST", "/session/end", json={"sessionId": session})
            assert ended.status_code == 204, ended.text


def edit(day: Day, stack: Stack) -> None:
    """A document is edited in the page, another one opened in an office suite."""
    backend = Backend(stack)
    day.secrets["partner's access key"] = backend.headers["x-api-key"]
    file = backend.upload(day.word("edited text").encode(), "txt")
    token = day.secrets["launch token"] = backend.token(file)
    browser = Browser(stack.url, token)
    day.secrets["editor's cookie"] = browser.headers["Cookie"].partition("=")[2]
    saved = browser.save(f"{day.word('saved text')} again".encode(), 1)
    assert saved.status_code == 200, saved.text
    letter = backend.upload(factories.docx(day.word("office document")), "docx")
    office = Browser(stack.url, backend.token(letter))
    frame = office.call("POST", "/office")
    assert frame.status_code == 200, frame.text
    day.secrets["office suite's token"] = frame.json()["access_token"]


def _scopes(*names: str) -> list[str]:
    wanted = [f"{name}:{way}" for name in names for way in ("read", "write")]
    return [word for scope in wanted for word in ("--scope", scope)]


def sealed_pdf(password: str) -> bytes:
    document, stream = pikepdf.new(), io.BytesIO()
    document.add_blank_page()
    document.save(stream, encryption=pikepdf.Encryption(owner=password, user=password))
    return stream.getvalue()


# --- What lies about ------------------------------------------------------------------------------


def test_nothing_that_opens_something_is_written_down(day: Day) -> None:
    assert len(day.secrets) >= 17
    lying = {name: where for name, secret in day.secrets.items() if (where := found(day, secret))}
    assert lying == {}


def test_what_was_in_documents_stands_with_the_documents_only(day: Day) -> None:
    assert len(day.planted) >= 8
    lying = {name: found(day, word, OF_DOCUMENTS) for name, word in day.planted.items()}
    assert not any(lying.values()), {name: where for name, where in lying.items() if where}


def test_the_key_of_the_installation_stands_in_its_file_only(day: Day) -> None:
    key = day.written[OF_ITSELF].decode().strip()
    assert found(day, key, OF_ITSELF) == []


def test_the_search_sees_what_is_there(day: Day) -> None:
    """It does find what may be written, in each kind of place and spelling."""
    assert any(found(day, word) for word in day.planted.values())
    assert any(name.startswith("portal.sqlite3") for name in found(day, "Extractor"))
    for way in spellings("something-secret-4711"):
        if len(way) > 8:
            assert found(Day(written={"x": b"-" + way + b"-"}), "something-secret-4711") == ["x"]
    assert len(day.written["traces"]) > 1000 and len(day.written["output.log"]) > 1000
