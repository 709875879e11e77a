"""When a thread begins with a request, and how long it waits for the rest."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator

import pytest

from portal import web

HEAD = b"POST /o/token/ HTTP/1.1\r\nHost: x\r\n"


@pytest.fixture
def wire(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[socket.socket, web.Arriving]]:
    """A caller's end of a connection, and what arrives at the other."""
    monkeypatch.setattr(web, "_PATIENCE_SECONDS", 0.3)
    caller, server = socket.socketpair()
    with caller, server:
        server.setblocking(False)
        arriving = web.Arriving(server)
        arriving.begin()
        yield caller, arriving


@pytest.mark.parametrize(
    "pieces",
    [
        [HEAD, b"\r\n"],
        [HEAD[:-2], b"\r", b"\n\r", b"\n"],
        [HEAD + b"content-length: 5\r\n\r\n", b"hel", b"lo"],
        [HEAD + b"Content-Length: 5\r\nExpect: 100-continue\r\n", b"\r\n"],
        [HEAD + b"Content-Length: 999999\r\n", b"\r\n"],
        [HEAD + b"Transfer-Encoding: chunked\r\n", b"\r\n"],
        [b"x" * 60_000, b"x" * 9_000],
    ],
    ids=["head", "divided", "small body", "asks first", "large body", "chunked", "endless"],
)
def test_a_thread_begins_with_the_last_piece(
    wire: tuple[socket.socket, web.Arriving], pieces: list[bytes]
) -> None:
    caller, arriving = wire
    begins = []
    for piece in pieces:
        caller.sendall(piece)
        begins.append(arriving.gather())
    assert begins == [False] * (len(pieces) - 1) + [True]
    assert arriving.read() == b"".join(pieces)


def test_a_caller_who_hangs_up_is_noticed(wire: tuple[socket.socket, web.Arriving]) -> None:
    caller, arriving = wire
    caller.sendall(HEAD)
    caller.shutdown(socket.SHUT_WR)
    assert (arriving.gather(), arriving.gather()) == (False, True)
    assert (arriving.read(), arriving.read()) == (HEAD, b"")


def test_the_next_request_may_be_there_already(wire: tuple[socket.socket, web.Arriving]) -> None:
    _, arriving = wire
    arriving.unread(HEAD + b"\r\n")
    arriving.begin()
    assert arriving.gather()


def test_a_body_that_drips_is_given_up(wire: tuple[socket.socket, web.Arriving]) -> None:
    caller, arriving = wire
    arriving.sock.setblocking(True)
    done = threading.Event()

    def drip() -> None:
        while not done.wait(0.05):
            caller.sendall(b"x")

    dripping = threading.Thread(target=drip)
    dripping.start()
    began = time.monotonic()
    try:
        with pytest.raises(TimeoutError):
            while arriving.chunk():
                pass
    finally:
        done.set()
        dripping.join()
    assert time.monotonic() - began < 5
    assert arriving.sock.gettimeout() is None


def test_a_body_that_keeps_coming_is_waited_for(
    wire: tuple[socket.socket, web.Arriving],
) -> None:
    caller, arriving = wire
    arriving.sock.setblocking(True)
    received = 0
    for _ in range(8):
        time.sleep(0.1)
        caller.sendall(b"x" * 4096)
        received += len(arriving.chunk())
    assert received == 8 * 4096
