"""The guarded download: the only way the portal fetches a URL that came from outside.

The name is resolved once and the connection goes to that very address, so that a second answer
of the name server cannot move it (DNS rebinding). Only public addresses are reached, whatever
their spelling, and only hosts on the caller's list. Every redirect passes the same gate.
"""

from __future__ import annotations

import ipaddress
import socket
import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from urllib.parse import SplitResult, urljoin, urlsplit

import urllib3

from apps.core.errors import ErrorCode, PortalError

_REDIRECTS = 3
_PORTS = {"http": 80, "https": 443}


class Download:
    """A response being read; `read` gives up when the time for the whole download is over."""

    def __init__(self, response: urllib3.BaseHTTPResponse, deadline: float) -> None:
        self._response = response
        self._deadline = deadline
        self.media_type = response.headers.get("Content-Type", "").partition(";")[0].strip()

    def read(self, size: int, /) -> bytes:
        """The next bytes; none at the end. Raises REMOTE_FAILED."""
        if time.monotonic() > self._deadline:
            raise PortalError(ErrorCode.REMOTE_FAILED, "The server sends too slowly.")
        try:
            return self._response.read(size)
        except urllib3.exceptions.HTTPError as error:
            raise PortalError(ErrorCode.REMOTE_FAILED, "The server broke off.") from error


@contextmanager
def fetch(
    url: str,
    *,
    hosts: Collection[str],
    headers: Mapping[str, str] | None = None,
    seconds: float = 60.0,
) -> Iterator[Download]:
    """A GET of `url`, whose host must be one of `hosts` (lower case).

    Raises REMOTE_REFUSED where the gate is shut and REMOTE_FAILED where the other side is at fault.
    """
    deadline = time.monotonic() + seconds
    for _ in range(_REDIRECTS + 1):
        parts = check(url, hosts=hosts)
        response = _request("GET", parts, _resolve(parts), headers or {}, deadline)
        try:
            location = response.headers.get("Location")
            if response.status in (301, 302, 303, 307, 308) and location:
                following = urljoin(url, location)
                if urlsplit(following).netloc != parts.netloc:
                    headers = None  # credentials are for the first host only
                url = following
                continue
            if response.status != 200:
                raise PortalError(
                    ErrorCode.REMOTE_FAILED, f"The server answered {response.status}."
                )
            yield Download(response, deadline)
            return
        finally:
            response.release_conn()
            response.close()
    raise PortalError(ErrorCode.REMOTE_FAILED, f"More than {_REDIRECTS} redirects.")


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
    parts = _parts(url)
    address = _resolve(parts, allow_private=allow_private)
    response = _request("POST", parts, address, headers, time.monotonic() + seconds, body)
    status = response.status
    response.close()
    return status


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
        embedded = parsed.ipv4_mapped or parsed.sixtofour
        if parsed.teredo or parsed in ipaddress.ip_network("64:ff9b::/96"):
            return False
        if embedded is not None:
            return is_public(str(embedded))
    return parsed.is_global and not parsed.is_multicast


def _request(
    method: str,
    parts: SplitResult,
    address: str,
    headers: Mapping[str, str],
    deadline: float,
    body: bytes | None = None,
) -> urllib3.BaseHTTPResponse:
    """A request to `address` that speaks to the host's name (Host header, SNI, certificate)."""
    host = parts.hostname or ""
    timeout = urllib3.Timeout(connect=10, read=max(1.0, deadline - time.monotonic()))
    pool: urllib3.HTTPConnectionPool
    if parts.scheme == "https":
        pool = urllib3.HTTPSConnectionPool(
            address, parts.port, server_hostname=host, assert_hostname=host, timeout=timeout
        )
    else:
        pool = urllib3.HTTPConnectionPool(address, parts.port, timeout=timeout)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    wanted = {name: value for name, value in headers.items() if name.lower() != "host"}
    try:
        return pool.request(
            method,
            path,
            body=body,
            headers={
                **wanted,
                "Host": host if parts.port is None else f"{host}:{parts.port}",
                "Accept-Encoding": "identity",
            },
            redirect=False,
            retries=False,
            preload_content=False,
        )
    except urllib3.exceptions.HTTPError as error:
        raise PortalError(ErrorCode.REMOTE_FAILED, f"{host} did not answer.") from error
