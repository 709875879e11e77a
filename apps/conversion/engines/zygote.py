"""The serve loop of a zygote: one jailed child per document.

A zygote is a single-threaded process that has everything loaded. Each job has a fork of it; the
child seals itself, works and exits. Nothing of one document reaches the next; a crash, an endless
loop or a memory bomb costs one child.
"""

from __future__ import annotations

import argparse
import contextlib
import ctypes
import gc
import json
import os
import select
import signal
import socket
import sys
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

from . import child, forks, hosts, jail
from .job import Engine
from .protocol import MAX_DATAGRAM, encode, listen

_HANDSHAKE_SECONDS = 10.0
_FAREWELL_SECONDS = 30.0
_BURIAL_SECONDS = 0.5
# Whoever was told of a job's end is at work first.
_REST_SECONDS = 0.0015
_MAX_CLIENTS = 400
_HUNG_UP = select.POLLHUP | select.POLLERR


@dataclass
class _Client:
    connection: socket.socket
    until: float  # of the handshake, then of the farewell
    request: child.CheckedRequest | None = None
    farewell: bytes = b""


@dataclass
class _Child:
    fork: forks.Fork
    pidfd: int
    client: _Client | None
    started: float
    deadline: float
    host: hosts.Running | None = None
    timed_out: bool = False


class _Stop(BaseException):
    """SIGTERM or SIGINT arrived."""


@dataclass
class _Server:
    engine: Engine
    listener: socket.socket | None
    jobs: Path
    limit: int
    layers: jail.Capabilities
    poller: select.poll = field(default_factory=select.poll)
    clients: dict[int, _Client] = field(default_factory=dict)
    queue: deque[_Client] = field(default_factory=deque)
    children: dict[int, _Child] = field(default_factory=dict)
    working: dict[int, _Child] = field(default_factory=dict)  # those that have not finished
    dying: list[int] = field(default_factory=list)
    spare: hosts.Spare = field(init=False)
    waiting: forks.Fork | None = None
    fork_at: float | None = 0.0  # when to fork for the next job (monotonic); None: not now

    def __post_init__(self) -> None:
        self.spare = hosts.Spare(self.layers)

    def serve(self) -> None:
        """Serve until retired by a client; raises _Stop on a signal."""
        if self.listener:
            self.poller.register(self.listener, select.POLLIN)
        while self.listener or self.clients or self.children:
            for descriptor, events in self.poller.poll(self._patience()):
                if self.listener and descriptor == self.listener.fileno():
                    self._accept()
                elif descriptor in self.children:
                    self._reap(self.children[descriptor])
                elif descriptor in self.working:
                    self._hear(self.working[descriptor])
                elif descriptor in self.clients:
                    self._attend(self.clients[descriptor], events)
            self._enforce_time()
            # A number stays its group's while one of the group is left, so it may be tried again.
            self.dying = [group for group in self.dying if not forks.reap_group(group)]
            while self.queue and len(self.working) < self.limit:
                self._start(self.queue.popleft())
            self.spare.tend(idle=not self.working)
            self._fork_ahead()

    def _patience(self) -> float | None:
        moments = [c.deadline for c in self.children.values() if not c.timed_out]
        moments += [c.until for c in self.clients.values() if not c.request or c.farewell]
        if self.dying:
            moments.append(time.monotonic() + _BURIAL_SECONDS)
        if self.fork_at is not None:
            moments.append(self.fork_at)
        if not self.working and (due := self.spare.due()) is not None:
            moments.append(due)
        return max(0.0, min(moments) - time.monotonic()) * 1000 + 1 if moments else None

    def _accept(self) -> None:
        assert self.listener  # noqa: S101 - for the type checker
        with contextlib.suppress(BlockingIOError, ConnectionError):
            connection, _ = self.listener.accept()
            if len(self.clients) >= _MAX_CLIENTS:
                connection.close()
                return
            client = _Client(connection, time.monotonic() + _HANDSHAKE_SECONDS)
            self.clients[connection.fileno()] = client
            self.poller.register(connection, select.POLLIN)

    def _attend(self, client: _Client, events: int) -> None:
        if client.farewell:
            self._say_farewell(client)
        elif events & _HUNG_UP:
            self._forget(client)
        elif not client.request:
            self._read(client)

    def _read(self, client: _Client) -> None:
        try:
            message = json.loads(client.connection.recv(MAX_DATAGRAM, socket.MSG_DONTWAIT))
            operation = message["op"]
            if operation == "ping":
                self._finish(client, self._pong())
            elif operation == "retire":
                self._finish(client, {"event": "retiring"})
                self._stop_listening()
            else:
                client.request = child.check(message, self.jobs, self.engine)
                self.poller.modify(client.connection, 0)
                self.queue.append(client)
        except BlockingIOError:
            return
        except child.Unacceptable as error:
            self._finish(client, error.event())
        except (ValueError, TypeError, KeyError, OSError):
            self._forget(client)

    def _pong(self) -> dict[str, Any]:
        return {
            "event": "pong",
            "engine": self.engine.name,
            "mode": self.engine.mode,
            "version": self.engine.version,
            "jail": self.layers.layers(),
            "running": len(self.working),
            "queued": len(self.queue),
            "spare_ready": self.spare.ready(),
            "spare_bytes": self.spare.private_bytes(),
        }

    def _stop_listening(self) -> None:
        if self.listener:
            self.poller.unregister(self.listener)
            self.listener.close()
            self.listener = None

    def _start(self, client: _Client) -> None:
        request = client.request
        assert request  # noqa: S101 - queued clients have one
        program = self.engine.operations[request.op].host
        limits = hosts.Limits(request.memory, request.cpu_seconds)
        # Before the host is taken, so that its pipes are in no hands but the job's.
        fork, self.waiting = self.waiting or forks.fork(self._get_ready), None
        host = self.spare.take(program, limits) if program else None
        own = host.host if host else None
        assignment = forks.Assignment(request, client.connection, own)
        try:
            fork.assign(assignment)
        except OSError:  # somebody killed it while it waited
            fork.end()
            fork = forks.fork(self._get_ready)
            fork.assign(assignment)
        if host:
            host.let_go()
        now = time.monotonic()
        process = _Child(fork, os.pidfd_open(fork.pid), client, now, now + request.deadline, host)
        self.children[process.pidfd] = self.working[fork.finished] = process
        self.poller.register(process.pidfd, select.POLLIN)
        self.poller.register(fork.finished, select.POLLIN)
        self.fork_at = None

    def _fork_ahead(self) -> None:
        """Have a child ready for the next job, at a moment when it takes no time from one."""
        if self.fork_at is not None and time.monotonic() >= self.fork_at:
            self.fork_at = None
            if self.listener and not self.waiting:
                self.waiting = forks.fork(self._get_ready)

    def _get_ready(self) -> Callable[[forks.Assignment], None]:
        """In a new child: let go of what is the zygote's, and do ahead what every job needs."""
        if self.listener:
            self.listener.close()
        for client in self.clients.values():
            client.connection.close()
        for process in self.children.values():
            process.fork.let_go()
            os.close(process.pidfd)
        if self.spare.running:
            self.spare.running.let_go()
        prepared = jail.prepare(self.layers, self.engine.readable)

        def work(given: forks.Assignment) -> None:
            child.work(self.engine, given.request, given.connection, prepared, given.host)

        return work

    def _hear(self, process: _Child) -> None:
        """Tell the client of a child that has finished, and kill that child."""
        if process.fork.has_finished():
            self._tell(process, 0, hosts.Usage.of(process.fork.pid))
            process.fork.kill()

    def _reap(self, process: _Child) -> None:
        # Its process group first: while the child is not reaped, the number is still its own.
        process.fork.kill()
        _, status, usage = os.wait4(process.fork.pid, 0)
        if process.fork.finished in self.working:
            used = hosts.Usage(usage.ru_maxrss * 1024, usage.ru_utime + usage.ru_stime)
            self._tell(process, os.waitstatus_to_exitcode(status), used)
        self.poller.unregister(process.pidfd)
        os.close(process.pidfd)
        process.fork.let_go()
        del self.children[process.pidfd]
        self.dying.append(process.fork.pid)

    def _tell(self, process: _Child, code: int, used: hosts.Usage) -> None:
        """End what served a child and say what the job took."""
        del self.working[process.fork.finished]
        self.poller.unregister(process.fork.finished)
        if process.host:
            own, process.host = process.host, None
            used = used.beside(own.kill())
            self.dying.append(own.pid)
        if process.client:
            client, process.client = process.client, None
            event = {
                "event": "exit",
                "rc": code,
                "signal": -code if code < 0 else None,
                "maxrss_bytes": used.bytes,
                "cpu_seconds": round(used.seconds, 4),
                "wall_seconds": round(time.monotonic() - process.started, 4),
                "timed_out": process.timed_out,
            }
            self._finish(client, event)
        self.fork_at = time.monotonic() + _REST_SECONDS

    def _finish(self, client: _Client, event: dict[str, Any]) -> None:
        client.farewell = encode(event)
        client.until = time.monotonic() + _FAREWELL_SECONDS
        self._say_farewell(client)

    def _say_farewell(self, client: _Client) -> None:
        try:
            client.connection.send(client.farewell, socket.MSG_DONTWAIT)
        except BlockingIOError:
            self.poller.modify(client.connection, select.POLLOUT)
            return
        except OSError:
            pass
        self._forget(client)

    def _forget(self, client: _Client) -> None:
        """Drop a client; its job, if it has one, is dropped with it."""
        self.poller.unregister(client.connection)
        del self.clients[client.connection.fileno()]
        client.connection.close()
        if client in self.queue:
            self.queue.remove(client)
        for process in self.children.values():
            if process.client is client:
                process.client = None
                process.fork.kill()

    def _enforce_time(self) -> None:
        now = time.monotonic()
        for process in self.children.values():
            if now >= process.deadline and not process.timed_out:
                process.timed_out = True
                process.fork.kill()
        for client in list(self.clients.values()):
            if now >= client.until and (client.farewell or not client.request):
                self._forget(client)

    def stop(self) -> None:
        """Kill and reap every child and host, and who waits for a job."""
        self.spare.close()
        if self.waiting:
            self.waiting.end()
        for process in self.children.values():
            process.fork.kill()
        for process in self.children.values():
            process.fork.end()
            if process.host:
                process.host.end()
        for group in self.dying:
            forks.reap_group(group)


def _stop(number: int, frame: object) -> None:
    raise _Stop


def settle() -> None:
    """Make the heap cheap to share with children: collect, freeze, give free memory back."""
    gc.collect()
    gc.freeze()
    gc.disable()
    ctypes.CDLL(None).malloc_trim(0)


def serve(engine: Engine, options: argparse.Namespace) -> NoReturn:
    """Serve `engine` at options.socket until SIGTERM, SIGINT or a `retire` message. Never returns.

    The socket file appears only when the zygote is ready. Exits 3 when this host cannot jail
    documents and the operator has not allowed to go without.
    """
    layers = jail.capabilities()
    if not layers.complete and not jail.unjailed_allowed():
        sys.stderr.write("This host can jail no documents (Landlock or bubblewrap, seccomp).\n")
        os._exit(3)
    signal.signal(signal.SIGTERM, _stop)
    signal.signal(signal.SIGINT, _stop)
    jail.adopt_orphans()
    settle()
    listener = listen(options.socket)
    listener.setblocking(False)
    server = _Server(engine, listener, options.jobs_dir, options.processes, layers)
    code = 0
    try:
        server.serve()
    except _Stop:
        pass
    except BaseException as error:
        sys.stderr.write(f"{engine.name}: serve loop ended by {error!r}\n")
        code = 1
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    server.stop()
    # LibreOffice's destructors hang at an ordinary exit.
    sys.stderr.flush()
    os._exit(code)


def parse_arguments(description: str) -> argparse.Namespace:
    """The command line of every zygote. Also ties its life to its parent's."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--socket", type=Path, required=True)
    parser.add_argument("--jobs-dir", type=_directory, required=True)
    parser.add_argument("--state-dir", type=_directory, required=True)
    parser.add_argument("--scratch-dir", type=_directory, required=True)
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    options = parser.parse_args()
    jail.die_with_parent()
    return options


def _directory(text: str) -> Path:
    return Path(text).resolve(strict=True)
