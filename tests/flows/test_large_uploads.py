"""Large uploads through the real server, chunked or not: flat memory, and no half documents."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from tests.fakes import Endless
from tests.flows import processes
from tests.stack import Integrator, Stack

SIZE = 300 * 1024**2
LIMIT_MIB = 64


class Sized(Endless):
    """An endless stream whose length is known, so that it is sent with Content-Length."""

    def __len__(self) -> int:
        return SIZE


def chunks() -> Iterator[bytes]:
    stream = Endless(SIZE)
    while chunk := stream.read(256 * 1024):
        yield chunk


def web_processes(stack: Stack) -> list[int]:
    below = processes.descendants(stack.process.pid)
    return [pid for pid, line in below.items() if "recto-web" in line]


@pytest.mark.parametrize("chunked", [False, True])
def test_memory_stays_flat(stack: Stack, integrator: Integrator, chunked: bool) -> None:
    for _ in range(4):  # each web process has seen a small upload before
        integrator.upload(integrator.open(startConverting="none"), b"%PDF-small")
    before = {}
    for pid in web_processes(stack):
        processes.forget_peak(pid)
        before[pid] = processes.peak_memory(pid)
    identity = integrator.open(startConverting="none")
    answer = integrator.upload(identity, chunks() if chunked else Sized(SIZE))
    assert answer.status_code == 200, answer.text
    sent = answer.request.headers
    assert ("Content-Length" in sent) is not chunked
    grown = {pid: processes.peak_memory(pid) - memory for pid, memory in before.items()}
    assert max(grown.values()) < LIMIT_MIB
    info = integrator.call("GET", f"/PCCIS/V1/ViewingSession/u{identity}/FileId").json()
    details = integrator.call("GET", f"/PCCIS/V1/WorkFile/{info['fileId']}/Info").json()
    assert details["fileSize"] == SIZE


@pytest.mark.parametrize("chunked", [False, True])
def test_an_upload_that_breaks_off_is_no_document(
    stack: Stack, integrator: Integrator, chunked: bool
) -> None:
    """The caller may try again: the session has not taken half a file for the whole."""
    identity = integrator.open(startConverting="none")
    address = urlsplit(stack.url)
    framing = "Transfer-Encoding: chunked" if chunked else "Content-Length: 100000"
    head = (
        f"PUT /PCCIS/V1/ViewingSession/u{identity}/SourceFile HTTP/1.1\r\n"
        f"Host: {address.netloc}\r\nAuthorization: {integrator.http.headers['Authorization']}\r\n"
        f"{framing}\r\n\r\n"
    )
    half = b"%PDF-1.4\n" + b"x" * 50_000
    body = b"%x\r\n%b\r\n" % (len(half), half) if chunked else half
    with socket.create_connection((address.hostname, address.port), timeout=30) as connection:
        connection.sendall(head.encode() + body)
        connection.shutdown(socket.SHUT_WR)
        connection.settimeout(30)
        answer = connection.recv(65536)
    assert b" 200 " not in answer.partition(b"\r\n")[0]
    time.sleep(0.2)
    path = f"/PCCIS/V1/ViewingSession/u{identity}/FileId"
    assert integrator.call("GET", path).json()["errorCode"] == "DocumentNotProvidedYet"
    assert integrator.upload(identity, b"%PDF-1.4\nwhole").status_code == 200
