"""Requests to other servers: one deadline for all of it, and TLS with the host's own name."""

from __future__ import annotations

import datetime
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from apps.core import remote
from apps.core.errors import ErrorCode, PortalError

AREA = "Requests to other servers: time and certificates"

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"
WHOLE = HEAD + b"Content-Length: 5\r\n\r\nhello"
# Each is sent at once up to the mark, and from there a byte at a time.
DRIPS = {
    "headers": b"HTTP/1.1 200 OK\r\nX-Slow: |" + b"a" * 600,
    "body of a known length": HEAD + b"Content-Length: 600\r\n\r\n|" + b"a" * 600,
    "body in chunks": HEAD + b"Transfer-Encoding: chunked\r\n\r\n|" + b"1\r\na\r\n" * 100,
    "body to the end": HEAD + b"Connection: close\r\n\r\n|" + b"a" * 600,
    "interim answers": b"|" + b"HTTP/1.1 100 Continue\r\n\r\n" * 100,
}


class Server:
    """Answers every request with the same bytes, those after `|` slowly."""

    def __init__(self) -> None:
        self.answer = WHOLE
        self.tls: ssl.SSLContext | None = None
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        self._listener.close()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._speak, args=[connection], daemon=True).start()

    def _speak(self, connection: socket.socket) -> None:
        try:
            if self.tls:
                connection = self.tls.wrap_socket(connection, server_side=True)
            with connection:
                asked = connection.recv(65536)
                while b"Content-Length: 9" in asked and not asked.endswith(b"something"):
                    asked += connection.recv(65536)
                fast, _, slow = self.answer.partition(b"|")
                connection.sendall(fast)
                for byte in slow:
                    time.sleep(0.1)
                    connection.sendall(bytes([byte]))
        except OSError:
            """The other side went away, as it should."""


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    server = Server()
    monkeypatch.setattr(remote, "is_public", lambda address: True)
    monkeypatch.setattr(remote, "_PORTS", {"http": server.port, "https": server.port})
    yield server
    server.close()


@pytest.fixture
def certified(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[str], None]:
    """Lets the server speak TLS under a name, with a certificate that is trusted."""

    def certify(name: str) -> None:
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        today = datetime.datetime.now(datetime.UTC)
        certificate = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(subject)
            .public_key(key.public_key())
            .serial_number(1)
            .not_valid_before(today - datetime.timedelta(days=1))
            .not_valid_after(today + datetime.timedelta(days=1))
            .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .sign(key, hashes.SHA256())
        )
        pem = certificate.public_bytes(serialization.Encoding.PEM)
        private = key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        file = tmp_path / "certificate.pem"
        file.write_bytes(pem + private)
        server.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        server.tls.load_cert_chain(file)
        monkeypatch.setenv("SSL_CERT_FILE", str(file))

    return certify


def test_any_status_is_an_answer_over_https_only(
    server: Server, certified: Callable[[str], None]
) -> None:
    certified("localhost")
    server.answer = b'HTTP/1.1 412 Changed\r\nETag: "7"\r\nContent-Length: 0\r\n\r\n'
    url = f"https://localhost:{server.port}/files/1"
    pieces = iter([b"some", b"thing"])
    headers = {"If-Match": '"6"', "Content-Length": "9"}
    with remote.send("PUT", url, hosts={"localhost"}, headers=headers, body=pieces) as answer:
        assert (answer.status, answer.etag) == (412, '"7"')
    server.answer = b"HTTP/1.1 302 Found\r\nLocation: https://localhost/\r\n\r\n"
    with remote.send("GET", url, hosts={"localhost"}) as answer:
        assert answer.status == 302
    plain = f"http://localhost:{server.port}/files/1"
    for wrong, hosts in ((plain, {"localhost"}), (url, {"elsewhere"})):
        with pytest.raises(PortalError) as caught, remote.send("GET", wrong, hosts=hosts):
            pass
        assert caught.value.code == ErrorCode.REMOTE_REFUSED


def read(url: str, seconds: float = 10.0) -> bytes:
    content = b""
    with remote.fetch(url, hosts={"localhost"}, seconds=seconds) as answer:
        while piece := answer.read(1024**2):
            content += piece
    return content


def test_a_whole_answer(server: Server) -> None:
    assert read(f"http://localhost:{server.port}/a b/ü?q=%20") == b"hello"


@pytest.mark.parametrize("what", DRIPS)
def test_a_byte_now_and_then_does_not_hold_a_download(server: Server, what: str) -> None:
    server.answer = DRIPS[what]
    began = time.monotonic()
    with pytest.raises(PortalError) as raised:
        read(f"http://localhost:{server.port}/", seconds=0.5)
    assert raised.value.code == ErrorCode.REMOTE_FAILED
    assert raised.value.detail == "The server took too long."
    assert time.monotonic() - began < 2


@pytest.mark.parametrize("what", ["headers", "interim answers"])
def test_a_byte_now_and_then_does_not_hold_a_message(server: Server, what: str) -> None:
    server.answer = DRIPS[what]
    began = time.monotonic()
    with pytest.raises(PortalError) as raised:
        url = f"http://localhost:{server.port}/"
        remote.post(url, b"{}", {}, allow_private=True, seconds=0.5)
    assert raised.value.detail == "The server took too long."
    assert time.monotonic() - began < 2


def test_tls_is_read_whole_and_held_to_the_deadline(
    server: Server, certified: Callable[[str], None]
) -> None:
    certified("localhost")
    assert read(f"https://localhost:{server.port}/") == b"hello"
    server.answer = DRIPS["body to the end"]
    began = time.monotonic()
    with pytest.raises(PortalError, match="took too long"):
        read(f"https://localhost:{server.port}/", seconds=0.5)
    assert time.monotonic() - began < 2


def test_another_s_certificate_is_refused(
    server: Server, certified: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    certified("elsewhere.example")
    with pytest.raises(PortalError, match="did not answer"):
        read(f"https://localhost:{server.port}/")
    certified("localhost")
    monkeypatch.delenv("SSL_CERT_FILE")
    with pytest.raises(PortalError, match="did not answer"):
        read(f"https://localhost:{server.port}/")


def test_what_breaks_off_is_told(server: Server) -> None:
    server.answer = HEAD + b"Content-Length: 600\r\n\r\nhello"
    with pytest.raises(PortalError, match="broke off"):
        read(f"http://localhost:{server.port}/")
