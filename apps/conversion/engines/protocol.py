"""What the portal and its conversion engines say to each other.

One job is one connection on an AF_UNIX SOCK_SEQPACKET socket: the client sends a request, the
engine answers with events, one JSON object a datagram, and closes. Standard library only: the
office engine imports this under the system's Python.
"""

from __future__ import annotations

import json
import math
import os
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, NotRequired, TypedDict

MAX_DATAGRAM = 64 * 1024
DEFAULT_MEMORY = 2 * 1024**3
DEFAULT_DEADLINE = 120.0

FailureCode = Literal[
    "password_required",
    "password_wrong",
    "document_corrupt",
    "document_empty",
    "format_mismatch",
    "format_unsupported",
    "too_large",
    "page_not_found",
    "timeout",
    "out_of_memory",
    "engine_crashed",
    "engine_unavailable",
]
Meta = dict[str, Any]


class Request(TypedDict):
    """One job. `dir` holds in/ (read-only for the engine), out/ and tmp/; `source` is under in/."""

    op: str
    dir: NotRequired[str]
    source: NotRequired[str]
    params: NotRequired[Meta]
    deadline: NotRequired[float]  # seconds of wall time, counted from the start of the child
    memory: NotRequired[int]  # bytes the child may map beyond what the zygote has mapped


class Part(TypedDict):
    """A finished piece of the result; `file` is relative to the job directory."""

    event: Literal["part"]
    name: str
    file: str | None
    media_type: str
    meta: Meta


class Done(TypedDict):
    event: Literal["done"]
    meta: Meta


class Failed(TypedDict):
    event: Literal["failed"]
    code: FailureCode
    detail: str


class Exit(TypedDict):
    """How the child ended and what it cost. `rc` is negative for a signal."""

    event: Literal["exit"]
    rc: int
    signal: int | None
    maxrss_bytes: int
    cpu_seconds: float
    wall_seconds: float
    timed_out: bool


class Pong(TypedDict):
    event: Literal["pong"]
    engine: str
    mode: str
    version: str
    jail: list[str]
    running: int
    queued: int
    spare_ready: bool  # a program has been started and waits for its job
    spare_bytes: int  # the memory it shares with nobody


Event = Part | Done | Failed | Exit


class EngineUnavailable(Exception):
    """No engine answers at this socket."""


def encode(message: Any) -> bytes:
    """One JSON datagram. Raises ValueError when it would not fit."""
    data = json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode(
        "utf-8", "backslashreplace"
    )
    if len(data) >= MAX_DATAGRAM:
        raise ValueError(f"message of {len(data)} bytes; large results belong into files")
    return data


def decode(data: bytes) -> Any:
    """What a datagram says, in a form that any database keeps: whole characters, finite numbers.

    It may come from a child that a document took over. Raises ValueError for what is no JSON.
    """
    return _storable(json.loads(data))


def _storable(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode("utf-8").replace("\0", "?")
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError("a number beyond numbers")
    if isinstance(value, list):
        return [_storable(item) for item in value]
    if isinstance(value, dict):
        return {_storable(name): _storable(item) for name, item in value.items()}
    return value


def _short_path(path: Path, directory: int) -> str:
    # sun_path holds 107 bytes; through an open directory any path fits.
    return f"/proc/self/fd/{directory}/{path.name}"


def listen(path: Path, backlog: int = 128) -> socket.socket:
    """A socket that listens at `path`, in place of a stale one. The file appears when it does."""
    unready = path.with_name(f"{path.name}.new")
    unready.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    directory = os.open(path.parent, os.O_PATH | os.O_DIRECTORY)
    try:
        listener.bind(_short_path(unready, directory))
    finally:
        os.close(directory)
    unready.chmod(0o660)
    listener.listen(backlog)
    unready.rename(path)
    return listener


class Connection:
    """The client's end of one job. Closing it makes the engine kill the job."""

    def __init__(self, path: str | Path, timeout: float) -> None:
        self._until = time.monotonic() + timeout
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._socket.settimeout(timeout)
        path = Path(path)
        try:
            directory = os.open(path.parent, os.O_PATH | os.O_DIRECTORY)
            try:
                self._socket.connect(_short_path(path, directory))
            finally:
                os.close(directory)
        except OSError as error:
            self._socket.close()
            raise EngineUnavailable(f"no {path.stem} engine answers: {error.strerror}") from error

    def send(self, message: Any) -> None:
        """Send one message; raises EngineUnavailable when the engine is gone."""
        try:
            self._socket.sendall(encode(message))
        except OSError as error:
            raise EngineUnavailable(f"the engine hung up: {error}") from error

    def receive(self) -> Any | None:
        """The next message, or None at the end; raises TimeoutError past the time limit."""
        remaining = self._until - time.monotonic()
        if remaining <= 0:
            raise TimeoutError
        self._socket.settimeout(remaining)
        try:
            data = self._socket.recv(MAX_DATAGRAM)
        except ConnectionError:
            return None
        return decode(data) if data else None

    def close(self) -> None:
        self._socket.close()

    def __enter__(self) -> Connection:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def ping(socket_path: str | Path, timeout: float = 5.0) -> Pong:
    """What serves at this socket. Raises EngineUnavailable."""
    try:
        with Connection(socket_path, timeout) as connection:
            connection.send({"op": "ping"})
            answer: Pong | None = connection.receive()
    except TimeoutError as error:
        raise EngineUnavailable(f"no answer within {timeout} s") from error
    if answer is None:
        raise EngineUnavailable("the engine hung up")
    return answer


def submit(socket_path: str | Path, request: Request, timeout: float) -> Iterator[Event]:
    """Run one job and yield its events: parts, one `done` or `failed`, then `exit`.

    Exactly one `done` or `failed` is yielded, whatever happens: a child that dies without a word
    becomes `failed` with timeout, out_of_memory or engine_crashed; an engine that is gone becomes
    `failed` with engine_unavailable, and only then there is no `exit`. `timeout` (seconds) bounds
    waiting in the queue as well as the work. Closing the generator kills the job.
    """
    try:
        with Connection(socket_path, timeout) as connection:
            connection.send(request)
            yield from _events(connection, request)
    except EngineUnavailable as error:
        yield _failed("engine_unavailable", str(error))


def _events(connection: Connection, request: Request) -> Iterator[Event]:
    settled = False
    while True:
        try:
            event: Event | None = connection.receive()
        except TimeoutError:
            if not settled:
                yield _failed("timeout", "No answer from the engine within the time limit.")
            return
        if event is None:
            if not settled:
                yield _failed("engine_unavailable", "The engine stopped during the job.")
            return
        if event["event"] == "exit":
            if not settled:
                yield _silent_death(event, request)
            yield event
            return
        if event["event"] in ("done", "failed"):
            if settled:
                continue
            settled = True
        yield event


def _silent_death(event: Exit, request: Request) -> Failed:
    if event["timed_out"]:
        return _failed("timeout", f"Stopped after {event['wall_seconds']:.0f} s.")
    memory = request.get("memory", DEFAULT_MEMORY)
    if event["signal"] is not None and event["maxrss_bytes"] > 0.7 * memory:
        return _failed("out_of_memory", f"Ended at the limit of {memory} bytes of memory.")
    cause = f"signal {event['signal']}" if event["signal"] else f"exit code {event['rc']}"
    return _failed("engine_crashed", f"The conversion process ended with {cause}.")


def _failed(code: FailureCode, detail: str) -> Failed:
    return {"event": "failed", "code": code, "detail": detail}
