"""The guarded download: the only way the portal fetches a URL that came from outside.

The name is resolved once and the connection goes to that very address, so that a second answer
of the name server cannot move it (DNS rebinding). Only public addresses are reached, whatever
their spelling, and only hosts on the caller's list. Every redirect passes the same gate. Each
exchange has one deadline, for its headers and its body together.
"""

from __future__ import annotations

import ipaddress
import socket
import threading
import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from http.client import HTTPException
from typing import Self
from urllib.parse import SplitResult, quote, urljoin, urlsplit

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection

from apps.core.errors import ErrorCode, PortalError

_REDIRECTS = 3
_PORTS = {"http": 80, "https": 443}
# All that is given to networks (RFC 4291); addresses elsewhere stand for IPv4 ones, sites or paths.
_UNICAST = ipaddress.ip_network("2000::/3")
# For documents only (RFC 9637), which Python does not know yet.
_DOCUMENTATION = ipaddress.ip_network("3fff::/20")
# For the connection, and once more for the TLS handshake.
_CONNECT_SECONDS = 5.0
_MARKS_OF_URLS = "%/?:@!$&'()*+,;=[]"
# A certificate of another name is a ValueError.
_FAULTS = (urllib3.exceptions.HTTPError, HTTPException, OSError, ValueError)


class _Watch:
    """Breaks a connection off at the deadline, whatever it is waiting for.

    A socket's own timeout is for each read: a byte now and then would keep it waiting for ever.
    """

    def __init__(self, connection: socket.socket, deadline: float) -> None:
        self._connection = connection
        self._is_over = False
        self._timer = threading.Timer(max(0.0, deadline - time.monotonic()), self._break_off)
        self._timer.daemon = True

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()

    def _break_off(self) -> None:
        self._is_over = True
        with suppress(OSError):
            # Not the TLS socket's own shutdown: the reader would go on without TLS.
            socket.socket.shutdown(self._connection, socket.SHUT_RDWR)

    def check(self) -> None:
        """Raises REMOTE_FAILED when the time is over: what was read may be cut off."""
        if self._is_over:
            raise PortalError(ErrorCode.REMOTE_FAILED, "The server took too long.")


class Answer:
    """An answer whose headers have come; `read` gives its body."""

    def __init__(self, response: urllib3.BaseHTTPResponse, watch: _Watch) -> None:
        self._response = response
        self._watch = watch
        self.status = response.status
        self.location = response.headers.get("Location", "")
        self.etag = response.headers.get("ETag", "")
        self.media_type = response.headers.get("Content-Type", "").partition(";")[0].strip()

    def read(self, size: int, /) -> bytes:
        """The next bytes; none at the end. Raises REMOTE_FAILED."""
        try:
            content = self._response.read(size)
        except _FAULTS as error:
            self._watch.check()
            raise PortalError(ErrorCode.REMOTE_FAILED, "The server broke off.") from error
        self._watch.check()
        return content


@contextmanager
def fetch(
    url: str,
    *,
    hosts: Collection[str],
    headers: Mapping[str, str] | None = None,
    seconds: float = 60.0,
) -> Iterator[Answer]:
    """A GET of `url`, whose host must be one of `hosts` (lower case); `seconds` are for all of it.

    Raises REMOTE_REFUSED where the gate is shut and REMOTE_FAILED where the other side is at fault.
    """
    deadline = time.monotonic() + seconds
    for _ in range(_REDIRECTS + 1):
        parts = check(url, hosts=hosts)
        with _ask("GET", parts, _resolve(parts), headers or {}, deadline) as answer:
            if answer.status in (301, 302, 303, 307, 308) and answer.location:
                following = urljoin(url, answer.location)
                if urlsplit(following).netloc != parts.netloc:
                    headers = None  # credentials are for the first host only
                url = following
                continue
            if answer.status != 200:
                raise PortalError(ErrorCode.REMOTE_FAILED, f"The server answered {answer.status}.")
            yield answer
            return
    raise PortalError(ErrorCode.REMOTE_FAILED, f"More than {_REDIRECTS} redirects.")


@contextmanager
def send(
    method: str,
    url: str,
    *,
    hosts: Collection[str],
    headers: Mapping[str, str] | None = None,
    body: bytes | Iterator[bytes] | None = None,
    seconds: float = 60.0,
) -> Iterator[Answer]:
    """A request over https to one of `hosts` (lower case); whatever its status is an answer.

    A `body` in pieces needs its Content-Length among the headers. No redirect is followed. Raises
    as :func:`fetch` does.
    """
    deadline = time.monotonic() + seconds
    parts = check(url, hosts=hosts)
    if parts.scheme != "https":
        raise PortalError(ErrorCode.REMOTE_REFUSED, "Only https URLs are used for this.")
    with _ask(method, parts, _resolve(parts), headers or {}, deadline, body) as answer:
        yield answer


def post(
    url: str,
    body: bytes,
    headers: Mapping[str, str],
    *,
    allow_private: bool = False,
    seconds: float = 15.0,
) -> int:
    """Sends `body` to an address that an administrator registered; returns the answer's status.

    The answer's body is not read and no redirect followed. Raises REMOTE_REFUSED for an address
    that is not public, unless `allow_private`, and REMOTE_FAILED where nothing is answered.
    """
    deadline = time.monotonic() + seconds
    parts = _parts(url)
    address = _resolve(parts, allow_private=allow_private)
    with _ask("POST", parts, address, headers, deadline, body) as answer:
        return answer.status


def exchange(
    url: str, body: bytes | None, headers: Mapping[str, str], *, seconds: float, most: int
) -> bytes:
    """Sends `body` to a service that the environment names, also on one's own network; its answer.

    Without a body it is a GET. No redirect is followed. Raises REMOTE_FAILED for an answer other
    than 200 or larger than `most` bytes, and as :func:`post` does.
    """
    deadline = time.monotonic() + seconds
    parts = _parts(url)
    address = _resolve(parts, allow_private=True)
    method = "GET" if body is None else "POST"
    with _ask(method, parts, address, headers, deadline, body) as answer:
        if answer.status != 200:
            raise PortalError(ErrorCode.REMOTE_FAILED, f"The server answered {answer.status}.")
        content = b""
        while chunk := answer.read(64 * 1024):
            content += chunk
            if len(content) > most:
                raise PortalError(ErrorCode.REMOTE_FAILED, "The answer is too long.")
    return content


def check(url: str, *, hosts: Collection[str]) -> SplitResult:
    """The parts of a URL that may be fetched. Raises REMOTE_REFUSED and says what is wrong."""
    parts = _parts(url)
    if parts.port not in (None, _PORTS[parts.scheme]):
        raise PortalError(ErrorCode.REMOTE_REFUSED, "Only the scheme's own port is used.")
    if (parts.hostname or "").rstrip(".") not in hosts:
        raise PortalError(
            ErrorCode.REMOTE_REFUSED,
            f"The host {parts.hostname!r} is not among the client's download hosts.",
        )
    return parts


def _parts(url: str) -> SplitResult:
    """The parts of an http or https URL without a user name."""
    try:
        parts = urlsplit(url)
        _ = parts.port  # raises where it is none
    except ValueError:
        raise PortalError(ErrorCode.REMOTE_REFUSED, "The URL is not well-formed.") from None
    if parts.scheme not in _PORTS:
        raise PortalError(ErrorCode.REMOTE_REFUSED, "Only http and https URLs are fetched.")
    if parts.username or parts.password:
        raise PortalError(ErrorCode.REMOTE_REFUSED, "The URL must not hold a user name.")
    return parts


def _resolve(parts: SplitResult, *, allow_private: bool = False) -> str:
    """One public address of the host. A host with any other address is refused whole."""
    host = parts.hostname or ""
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except OSError as error:
        raise PortalError(ErrorCode.REMOTE_FAILED, f"The host {host} is not known.") from error
    addresses = [str(entry[4][0]) for entry in found]
    for address in addresses:
        if not allow_private and not is_public(address):
            raise PortalError(ErrorCode.REMOTE_REFUSED, f"{host} is not a public address.")
    return addresses[0]


def is_public(address: str) -> bool:
    """Whether an address is on the public internet, also when it is wrapped in an IPv6 one."""
    parsed = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(parsed, ipaddress.IPv6Address):
        if embedded := parsed.ipv4_mapped or parsed.sixtofour:
            return is_public(str(embedded))
        if parsed.teredo or parsed not in _UNICAST or parsed in _DOCUMENTATION:
            return False
    return parsed.is_global and not parsed.is_multicast


@contextmanager
def _ask(
    method: str,
    parts: SplitResult,
    address: str,
    headers: Mapping[str, str],
    deadline: float,
    body: bytes | Iterator[bytes] | None = None,
) -> Iterator[Answer]:
    """A request to `address` that speaks to the host's name (Host header, SNI, certificate)."""
    host = parts.hostname or ""
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    own = {
        "Host": host if parts.port is None else f"{host}:{parts.port}",
        "Accept-Encoding": "identity",
    }
    wanted = {name: value for name, value in headers.items() if name.lower() != "host"}
    with closing(_connection(parts, address)) as connection:
        try:
            connection.connect()
        except _FAULTS as error:
            raise PortalError(ErrorCode.REMOTE_FAILED, f"{host} did not answer.") from error
        connection.timeout = None  # from here on the watch counts
        with _Watch(connection.sock, deadline) as watch:
            try:
                target = quote(path, safe=_MARKS_OF_URLS)
                connection.request(method, target, body, wanted | own, preload_content=False)
                response = connection.getresponse()
            except _FAULTS as error:
                watch.check()
                raise PortalError(ErrorCode.REMOTE_FAILED, f"{host} did not answer.") from error
            with closing(response):
                watch.check()
                yield Answer(response, watch)


def _connection(parts: SplitResult, address: str) -> HTTPConnection:
    if parts.scheme == "http":
        return HTTPConnection(address, parts.port, timeout=_CONNECT_SECONDS)
    return HTTPSConnection(
        address,
        parts.port,
        timeout=_CONNECT_SECONDS,
        server_hostname=parts.hostname,
        assert_hostname=parts.hostname,
    )
