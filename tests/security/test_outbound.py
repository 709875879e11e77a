"""What the portal asks of other servers: one way out, which leads to public addresses only.

127.0.0.1 stands for a public server here and 127.0.0.2 for one of the inner network: both listen,
and what arrives where is what counts.
"""

from __future__ import annotations

import ast
import gzip
import socket
import threading
import tracemalloc
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest

from apps.core import remote
from apps.core.errors import ErrorCode, PortalError
from tests.stack import PROJECT

AREA = "Outbound: addresses, names that change, redirects, answers without end"

PUBLIC, INNER = "127.0.0.1", "127.0.0.2"
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"
# Who may hold a socket, and what for. All that comes from outside goes through `remote`.
MAY_CONNECT = {
    "apps/conversion/engines/child.py": "the engine's own socket, a file",
    "apps/conversion/engines/forks.py": "a pair of sockets between a zygote and its child",
    "apps/conversion/engines/jail_test.py": "tries to get out of the jail",
    "apps/conversion/engines/job.py": "the engine's own socket, a file",
    "apps/conversion/engines/protocol.py": "the engine's own socket, a file",
    "apps/conversion/engines/zygote.py": "the engine's own socket, a file",
    "apps/core/remote.py": "the way out",
    "apps/workfiles/bucket.py": "the bucket that the environment names",
    "portal/bucket.py": "the bucket that the environment names",
    "portal/run.py": "asks the portal's own processes whether they are ready",
    "portal/web.py": "the web server's side of its connections",
}
CLIENTS = {
    *("socket", "ssl", "http", "urllib", "urllib3", "requests", "httpx", "aiohttp", "boto3"),
    *("botocore", "ftplib", "smtplib", "imaplib", "poplib", "telnetlib", "xmlrpc", "asyncio"),
    *("websocket", "websockets", "paramiko", "pycurl"),
}
HARMLESS = {"urllib.parse", "http.cookies", "http.HTTPStatus", "http", "asyncio"}


class Server:
    """Listens on both addresses, keeps who was asked what, answers with the same bytes."""

    def __init__(self) -> None:
        self.answers: dict[str, bytes] = {PUBLIC: OK, INNER: OK}
        self.asked: list[tuple[str, bytes]] = []
        first = socket.create_server((PUBLIC, 0))
        self.port = first.getsockname()[1]
        self._listeners = {PUBLIC: first, INNER: socket.create_server((INNER, self.port))}
        for address in self._listeners:
            threading.Thread(target=self._serve, args=[address], daemon=True).start()

    def close(self) -> None:
        for listener in self._listeners.values():
            listener.close()

    def _serve(self, address: str) -> None:
        while True:
            try:
                connection, _ = self._listeners[address].accept()
            except OSError:
                return
            with connection:
                self.asked.append((address, connection.recv(65536)))
                with suppress(OSError):  # who asked may have hung up
                    connection.sendall(self.answers[address])


class Names:
    """A name server: each name's answers, one after the other, the last one for ever."""

    def __init__(self) -> None:
        self.answers: dict[str, list[list[str]]] = {}
        self.questions: list[str] = []
        self._ask = socket.getaddrinfo

    def __call__(self, host: Any, port: Any, *rest: Any, **more: Any) -> list[Any]:
        self.questions.append(host)
        left = self.answers.get(host)
        if left is None:
            return self._ask(host, port, *rest, **more)
        found = left.pop(0) if len(left) > 1 else left[0]
        kind = (socket.AF_INET, socket.SOCK_STREAM, 6, "")
        return [(*kind, (address, port or 0)) for address in found]


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    server = Server()
    monkeypatch.setattr(remote, "is_public", lambda address: address == PUBLIC)
    monkeypatch.setattr(remote, "_PORTS", {"http": server.port, "https": server.port})
    yield server
    server.close()


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Names:
    names = Names()
    monkeypatch.setattr(socket, "getaddrinfo", names)
    return names


def read(url: str, *hosts: str, **more: Any) -> bytes:
    with remote.fetch(url, hosts=set(hosts), **more) as answer:
        content = b""
        while piece := answer.read(65536):
            content += piece
    return content


def refused(url: str, *hosts: str, **more: Any) -> bool:
    with pytest.raises(PortalError) as caught:
        read(url, *hosts, **more)
    return caught.value.code == ErrorCode.REMOTE_REFUSED


# --- One way out ----------------------------------------------------------------------------------


def imported(source: str) -> set[str]:
    """What a module imports that could open a connection."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found |= {f"{node.module}.{alias.name}" for alias in node.names} | {node.module}
    return {
        name
        for name in found
        if name.partition(".")[0] in CLIENTS and not name.startswith(tuple(HARMLESS - {"http"}))
    } - HARMLESS


def test_nothing_else_opens_connections() -> None:
    found = {
        str(path.relative_to(PROJECT))
        for folder in ("apps", "portal")
        for path in (PROJECT / folder).rglob("*.py")
        if imported(path.read_text())
    }
    assert set(MAY_CONNECT) == found
    assert imported("from urllib.request import urlopen") and imported("import requests")
    assert not imported("from urllib.parse import urlsplit")


# --- Names and addresses --------------------------------------------------------------------------


def test_a_name_that_changes_after_it_was_checked(server: Server, names: Names) -> None:
    names.answers["docs.example"] = [[PUBLIC], [INNER]]
    assert read(f"http://docs.example:{server.port}/", "docs.example") == b"hello"
    assert [address for address, _ in server.asked] == [PUBLIC]
    assert names.questions.count("docs.example") == 1
    assert b"Host: docs.example" in server.asked[0][1]


def test_who_asks_twice_is_led_inside(server: Server, names: Names) -> None:
    """The trap works: look up, check, then fetch by name."""
    names.answers["docs.example"] = [[PUBLIC], [INNER]]
    url = f"http://docs.example:{server.port}/"
    checked = socket.getaddrinfo("docs.example", server.port)[0][4][0]
    assert remote.is_public(checked)
    urllib.request.build_opener(urllib.request.ProxyHandler({})).open(url, timeout=30).read()
    assert [address for address, _ in server.asked] == [INNER]


@pytest.mark.parametrize("answer", [[INNER], [PUBLIC, INNER], [INNER, PUBLIC]])
def test_a_name_with_an_inner_address_is_refused_whole(
    server: Server, names: Names, answer: list[str]
) -> None:
    names.answers["docs.example"] = [answer]
    assert refused(f"http://docs.example:{server.port}/", "docs.example")
    assert server.asked == []


@pytest.mark.parametrize(
    "host",
    [
        *("localhost", "LOCALHOST", "localhost.", "127.1", "127.0.1", "2130706433", "017700000001"),
        *("0x7f000001", "0x7f.1", "0177.0.0.1", "0", "0.0.0.0", "[::]", "[::1]"),  # noqa: S104
        *("[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::127.0.0.1]", "[64:ff9b::7f00:1]"),
        *("[2002:7f00:1::]", "[fe80::1%25lo]", "[fe80::1%lo]", "169.254.169.254", "10.1.2.3"),
        *(
            "[fd00:ec2::254]",
            "100.100.100.200",
            "\u2460\u2461\u2466.0.0.1",
            "127\u30020\u30020\u30021",
        ),
    ],
)
def test_whatever_its_spelling_an_inner_address_is_not_reached(host: str) -> None:
    for ask in (
        lambda: read(f"http://{host}/", host.strip("[]").lower(), host.strip("[].").lower()),
        lambda: remote.post(f"http://{host}/", b"{}", {}),
    ):
        with pytest.raises((PortalError, UnicodeError)) as caught:
            ask()
        told = caught.value
        assert getattr(told, "code", ErrorCode.REMOTE_REFUSED) in (
            ErrorCode.REMOTE_REFUSED,
            ErrorCode.REMOTE_FAILED,  # no such name, as most resolvers say of odd spellings
        )


@pytest.mark.parametrize(
    "address",
    [
        *("0.0.0.0", "10.0.0.1", "100.64.0.1", "127.0.0.1", "127.9.9.9", "169.254.1.1"),  # noqa: S104
        *("172.16.0.1", "172.31.255.255", "192.0.0.1", "192.0.2.1", "192.168.1.1", "198.18.0.1"),
        *("198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.250", "240.0.0.1"),
        *("255.255.255.255", "::", "::1", "::ffff:10.0.0.1", "::ffff:0:10.0.0.1", "::10.0.0.1"),
        *("64:ff9b::10.0.0.1", "64:ff9b:1::1", "100::1", "2001::1", "2001:db8::1", "3fff::1"),
        *("2002:a00:1::1", "2002:7f00:1::", "fc00::1", "fd12::1", "fe80::1", "fe80::1%eth0"),
        *("fec0::1", "ff02::1", "ff0e::1", "5f00::1"),
    ],
)
def test_addresses_that_are_not_public(address: str) -> None:
    assert not remote.is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "2001:4860:4860::8888", "::ffff:8.8.8.8"])
def test_addresses_that_are(address: str) -> None:
    assert remote.is_public(address)


# --- URLs -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "url",
    [
        *(
            "file:///etc/passwd",
            "gopher://docs.example/",
            "ftp://docs.example/",
            "dict://docs.example",
        ),
        *("data:text/plain,x", "jar:http://docs.example!/", "//docs.example/", "docs.example", ""),
        *("http:docs.example", "http:///docs.example", "http://", "http://:80/", "unix:///run/x"),
        *("http://user@docs.example/", "http://user:pw@docs.example/", "http://:pw@docs.example/"),
        *("http://docs.example@evil.example/", "http://docs.example:pw@evil.example/"),
        *("http://evil.example#@docs.example/", "http://evil.example\\@docs.example/"),
        *("http://docs.example:22/", "http://docs.example:8080/", "https://docs.example:80/"),
        *("http://docs.example:99999/", "http://docs.example:-1/", "http://docs.example:x/"),
        *("http://docs.example.evil.example/", "http://evil-docs.example/", "http://[::1/"),
        *("http://docs.example%00.evil.example/", "http://docs.example%2eevil.example/"),
        *("http://d\u043ecs.example/", "http://xn--dcs-gmc.example/", "http://docs\u3002evil/"),
    ],
)
def test_a_url_that_does_not_name_a_listed_host(url: str, names: Names) -> None:
    with pytest.raises(PortalError) as caught:
        remote.check(url, hosts={"docs.example"})
    assert caught.value.code == ErrorCode.REMOTE_REFUSED
    assert names.questions == []


@pytest.mark.parametrize(
    "url", ["HTTP://DOCS.EXAMPLE/", "https://docs.example./a", "https://docs.example:443/?a=b@c"]
)
def test_a_url_that_does(url: str) -> None:
    assert remote.check(url, hosts={"docs.example"}).hostname


@pytest.mark.parametrize("mark", ["\r\nX-Evil: 1", "\n", "\t", "\x00", " HTTP/1.1\r\nHost: x"])
def test_a_url_adds_no_line_to_the_request(server: Server, names: Names, mark: str) -> None:
    names.answers["docs.example"] = [[PUBLIC]]
    with suppress(PortalError):
        read(f"http://docs.example:{server.port}/a{mark}b", "docs.example")
    for _, asked in server.asked:
        lines = asked.split(b"\r\n")
        assert lines[0].count(b" ") == 2
        assert not any(line.startswith((b"X-Evil", b"Host: x")) for line in lines)


# --- Redirects ------------------------------------------------------------------------------------


def leads_to(location: str) -> bytes:
    return f"HTTP/1.1 302 Found\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n".encode()


@pytest.mark.parametrize(
    "location",
    [
        *("http://inner.example:{port}/", "http://127.0.0.2:{port}/", "//inner.example:{port}/"),
        *("file:///etc/passwd", "gopher://docs.example/", "http://docs.example:22/"),
        *(
            "http://user:pw@docs.example:{port}/",
            "http://localhost:{port}/",
            "http://[::1]:{port}/",
        ),
        "https://inner.example:{port}/",
    ],
)
def test_a_redirect_passes_the_same_gate(server: Server, names: Names, location: str) -> None:
    names.answers |= {"docs.example": [[PUBLIC]], "inner.example": [[INNER]]}
    server.answers[PUBLIC] = leads_to(location.format(port=server.port))
    # Even a listed name is refused when it leads inside.
    assert refused(f"http://docs.example:{server.port}/", "docs.example", "inner.example")
    assert {address for address, _ in server.asked} == {PUBLIC}


def test_a_redirect_to_the_same_name_is_looked_up_anew(server: Server, names: Names) -> None:
    names.answers["docs.example"] = [[PUBLIC], [INNER]]
    server.answers[PUBLIC] = leads_to("/again")
    assert refused(f"http://docs.example:{server.port}/", "docs.example")
    assert [address for address, _ in server.asked] == [PUBLIC]


def test_redirects_come_to_an_end_and_carry_no_key_elsewhere(server: Server, names: Names) -> None:
    names.answers |= {"docs.example": [[PUBLIC]], "other.example": [[PUBLIC]]}
    server.answers[PUBLIC] = leads_to(f"http://other.example:{server.port}/")
    with pytest.raises(PortalError, match="redirects"):
        read(
            f"http://docs.example:{server.port}/",
            *("docs.example", "other.example"),
            headers={"Authorization": "Bearer secret"},
        )
    assert len(server.asked) == 4
    assert [b"Bearer secret" in asked for _, asked in server.asked] == [True, False, False, False]


def test_a_message_follows_no_redirect(server: Server, names: Names) -> None:
    names.answers |= {"docs.example": [[PUBLIC]], "inner.example": [[INNER]]}
    server.answers[PUBLIC] = leads_to(f"http://inner.example:{server.port}/")
    assert remote.post(f"http://docs.example:{server.port}/", b"{}", {}) == 302
    assert [address for address, _ in server.asked] == [PUBLIC]


# --- Answers --------------------------------------------------------------------------------------


def packed(content: bytes, *, times: int = 1) -> bytes:
    head = "HTTP/1.1 200 OK\r\nContent-Encoding: " + ", ".join(["gzip"] * times)
    for _ in range(times):
        content = gzip.compress(content)
    return f"{head}\r\nContent-Length: {len(content)}\r\n\r\n".encode() + content


@pytest.mark.parametrize("times", [1, 2, 12])
def test_a_small_answer_does_not_become_a_large_one_in_memory(
    server: Server, names: Names, times: int
) -> None:
    names.answers["docs.example"] = [[PUBLIC]]
    server.answers[PUBLIC] = packed(bytes(64 * 1024**2), times=times)
    assert len(server.answers[PUBLIC]) < 200_000
    tracemalloc.start()
    try:
        with (
            suppress(PortalError),
            remote.fetch(f"http://docs.example:{server.port}/", hosts={"docs.example"}) as answer,
        ):
            for _ in range(4):
                assert len(answer.read(65536)) <= 65536
        assert tracemalloc.get_traced_memory()[1] < 16 * 1024**2
    finally:
        tracemalloc.stop()


def test_an_answer_of_a_service_has_a_most(server: Server, names: Names) -> None:
    names.answers["docs.example"] = [[INNER]]
    url = f"http://docs.example:{server.port}/"
    server.answers[INNER] = packed(b"x")
    assert remote.exchange(url, None, {}, seconds=30, most=1_000_000) == b"x"
    server.answers[INNER] = packed(bytes(3_000_000))
    with pytest.raises(PortalError, match="too long"):
        remote.exchange(url, None, {}, seconds=30, most=1_000_000)


@pytest.mark.parametrize(
    "answer",
    [
        *(b"", b"garbage\r\n\r\n", b"HTTP/1.1 999999 X\r\n\r\n"),
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 5\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 5000 + b"\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"y" * 200_000 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\nhello",
    ],
    ids=lambda answer: answer[:40].decode(),
)
def test_an_answer_that_is_none_is_the_servers_fault(
    server: Server, names: Names, answer: bytes
) -> None:
    names.answers["docs.example"] = [[PUBLIC]]
    server.answers[PUBLIC] = answer
    with pytest.raises(PortalError) as caught:
        read(f"http://docs.example:{server.port}/", "docs.example")
    assert caught.value.code == ErrorCode.REMOTE_FAILED
