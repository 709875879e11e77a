"""Callers that never finish what they say do not keep the portal from the others."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from urllib.parse import urlsplit

import pytest
import requests

from portal import settings
from tests.stack import Stack

HALVES = {
    "nothing": b"",
    "half a head": b"GET /livez HTTP/1.1\r\nHost: localhost\r\nX-Slow: ",
    "half a body": b"POST /o/token/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 90\r\n"
    b"Content-Type: application/x-www-form-urlencoded\r\n\r\ngrant_type=",
}


@contextmanager
def silent_callers(stack: Stack, half: bytes, count: int) -> Iterator[list[socket.socket]]:
    address = urlsplit(stack.url)
    with ExitStack() as open_ones:
        callers = []
        for _ in range(count):
            caller = socket.create_connection((address.hostname, address.port), timeout=30)
            callers.append(open_ones.enter_context(caller))
            caller.sendall(half)
        yield callers


@pytest.mark.parametrize("half", HALVES)
def test_others_are_answered_meanwhile(stack: Stack, half: str) -> None:
    count = 2 * settings.WORKERS * settings.WEB_THREADS
    with silent_callers(stack, HALVES[half], count):
        time.sleep(0.5)
        for _ in range(4):
            assert requests.get(f"{stack.url}/livez", timeout=5).text == "ok"


def test_a_caller_who_says_no_more_is_let_go(stack: Stack) -> None:
    with silent_callers(stack, HALVES["half a head"], 1) as (caller,):
        assert caller.recv(1) == b""


def test_a_request_in_pieces_is_one_request(stack: Stack) -> None:
    with silent_callers(stack, b"GET /livez HT", 1) as (caller,):
        for piece in (b"TP/1.1\r\nHost: localhost\r\nConn", b"ection: close\r\n\r", b"\n"):
            time.sleep(0.1)
            caller.sendall(piece)
        answer = b"".join(iter(lambda: caller.recv(4096), b""))
    assert answer.startswith(b"HTTP/1.1 200 OK")


def test_two_requests_at_once_have_two_answers(stack: Stack) -> None:
    request = b"GET /livez HTTP/1.1\r\nHost: localhost\r\n"
    both = request + b"\r\n" + request + b"Connection: close\r\n\r\n"
    with silent_callers(stack, both, 1) as (caller,):
        answer = b"".join(iter(lambda: caller.recv(4096), b""))
    assert answer.count(b"HTTP/1.1 200 OK") == 2
