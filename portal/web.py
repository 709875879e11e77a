"""The web server's worker: gunicorn's threads, given to requests and not to connections.

gunicorn gives a thread to a connection and lets it wait for what comes: as many connections that
send half a head as there are threads would stop the portal. Here one loop gathers the head of each
request, and a small body, from all connections; a thread begins when they are there. What a thread
still waits for, a large body or a slow reader, has to keep moving.
"""

from __future__ import annotations

import errno
import re
import selectors
import socket
import time
from functools import partial
from itertools import islice
from typing import Any

from gunicorn.http import get_parser
from gunicorn.http.unreader import SocketUnreader
from gunicorn.workers.gthread import ThreadWorker

_ARRIVAL_SECONDS = 20.0
_HEAD_BYTES = _SMALL_BODY_BYTES = 64 * 1024
_END_OF_HEAD = b"\r\n\r\n"
_LENGTH = re.compile(rb"\r\nContent-Length:[ \t]*(\d{1,9})[ \t]*\r\n", re.IGNORECASE)
_ASKS_FIRST = re.compile(rb"\r\nExpect:", re.IGNORECASE)
# How long a thread waits for a body in all; what arrives makes good for the time it took.
_PATIENCE_SECONDS = 20.0
_BYTES_PER_SECOND = 4096
_SEND_SECONDS = 60.0  # for a piece of an answer, at most 256 KiB
_DROPPED_AT_ONCE = 64


class Arriving(SocketUnreader):  # type: ignore[misc]
    """What has come over a connection: gathered without waiting, then read with some patience."""

    def begin(self) -> None:
        """Gets ready for a request; what came behind the last one is its beginning."""
        self._arrived = bytearray(self.take_buffered())
        self._searched = self._needed = 0
        self._ended = False
        self._patience = _PATIENCE_SECONDS

    def gather(self) -> bool:
        """Takes in what is there. Whether it is enough for a thread to begin, or all there is."""
        try:
            data = self.sock.recv(_HEAD_BYTES)
            self._ended = not data
        except BlockingIOError:
            data = b""
        except OSError:
            data, self._ended = b"", True
        self._arrived += data
        if not self._needed:
            end = self._arrived.find(_END_OF_HEAD, self._searched)
            self._searched = max(0, len(self._arrived) - len(_END_OF_HEAD) + 1)
            if end >= 0:
                end += len(_END_OF_HEAD)
                self._needed = end + _small_body(bytes(self._arrived[:end]))
            elif len(self._arrived) > _HEAD_BYTES:
                self._ended = True
        if not self._ended and not 0 < self._needed <= len(self._arrived):
            return False
        self.unread(bytes(self._arrived))
        return True

    def chunk(self, size_hint: int | None = None) -> bytes:
        """The next piece of a body. Raises TimeoutError when they come too slowly."""
        if self._ended:
            return b""
        allowed, began = self.sock.gettimeout(), time.monotonic()
        self.sock.settimeout(max(0.001, min(self._patience, allowed or self._patience)))
        try:
            data: bytes = super().chunk(size_hint)
        finally:
            self.sock.settimeout(allowed)
        earned = len(data) / _BYTES_PER_SECOND - (time.monotonic() - began)
        self._patience = min(self._patience + earned, _PATIENCE_SECONDS)
        return data


def _small_body(head: bytes) -> int:
    """The length of a body that is gathered with its head; 0 for one that a thread reads."""
    found = _LENGTH.search(head)
    length = int(found[1]) if found and not _ASKS_FIRST.search(head) else 0
    return length if length <= _SMALL_BODY_BYTES else 0


class Worker(ThreadWorker):  # type: ignore[misc]
    """gunicorn's threaded worker, whose threads do not wait for requests."""

    def enqueue_req(self, conn: Any) -> None:
        """Waits for a request on a connection that is new, or was kept alive."""
        if conn.parser is None:
            conn.parser = get_parser(self.cfg, conn.sock, conn.client)
            conn.parser.unreader = Arriving(conn.sock)
        conn.parser.unreader.begin()
        conn.sock.setblocking(False)
        conn.timeout = time.monotonic() + _ARRIVAL_SECONDS
        self.pending_conns.append(conn)
        readable = partial(self.on_pending_socket_readable, conn)
        self.poller.register(conn.sock, selectors.EVENT_READ, readable)
        readable(conn.sock)

    def on_pending_socket_readable(self, conn: Any, client: socket.socket) -> None:
        """Gives a thread to a request that is there."""
        if conn.parser.unreader.gather():
            self.poller.unregister(client)
            self.pending_conns.remove(conn)
            conn.data_ready = True
            super().enqueue_req(conn)

    def murder_pending(self) -> None:
        """Closes what was silent for too long; the most silent at once when no more fit in."""
        if self.nr_conns >= self.worker_connections:
            for conn in islice(self.pending_conns, _DROPPED_AT_ONCE):
                conn.timeout = 0.0
        super().murder_pending()

    def handle_request(self, req: Any, conn: Any) -> bool:
        """Answers a request, to a caller who takes the answer."""
        conn.sock.settimeout(_SEND_SECONDS)
        try:
            return bool(super().handle_request(req, conn))
        except TimeoutError as error:
            raise ConnectionResetError(errno.ECONNRESET, "The answer is not taken.") from error
