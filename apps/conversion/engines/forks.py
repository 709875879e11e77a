"""Children of a zygote: forked before their job comes, told of before they are gone.

To fork a process that holds an engine takes milliseconds, and so does its end; while nobody waits
they are nobody's. A child that waits is the zygote once more: it has seen no document. It serves
one job and ends.
"""

from __future__ import annotations

import contextlib
import json
import os
import resource
import signal
import socket
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from . import jail
from .child import CheckedRequest
from .job import Host

# A request that came in one datagram, with what is added to it here.
_MOST_BYTES = 128 * 1024
_MOST_DESCRIPTORS = 4
_EVER = 24 * 3600.0


@dataclass(frozen=True)
class Assignment:
    """What a child is to do, whom it answers, and the host that serves it."""

    request: CheckedRequest
    connection: socket.socket
    host: Host | None


@dataclass(frozen=True)
class Fork:
    """A child as its zygote sees it: `control` takes its job, `finished` (eventfd) tells the end.

    The child closes its side of `control` before it sees a document.
    """

    pid: int
    control: socket.socket
    finished: int

    def assign(self, assignment: Assignment) -> None:
        """Hand it its job. Raises OSError when it is no longer there."""
        request, host = assignment.request, assignment.host
        message = {
            **vars(request),
            "directory": str(request.directory),
            "source": str(request.source),
            "rehearsed": host and host.rehearsed,
        }
        data = json.dumps(message, ensure_ascii=False).encode("utf-8", "surrogatepass")
        descriptors = [assignment.connection.fileno(), *(host.descriptors() if host else ())]
        with self.control:
            socket.send_fds(self.control, [data], descriptors)

    def has_finished(self) -> bool:
        """Whether it says that nothing is left for it to do; it stays until it is killed."""
        with contextlib.suppress(BlockingIOError):
            return os.eventfd_read(self.finished) > 0
        return False

    def kill(self) -> None:
        """Kill it and what it has started."""
        # Not reaped: the numbers are still its own.
        for kill in (os.killpg, os.kill):
            with contextlib.suppress(ProcessLookupError, PermissionError):
                kill(self.pid, signal.SIGKILL)

    def let_go(self) -> None:
        """Close what leads to it."""
        self.control.close()
        os.close(self.finished)

    def end(self) -> None:
        """Kill and reap it."""
        self.kill()
        self.let_go()
        os.waitpid(self.pid, 0)
        reap_group(self.pid)


def fork(get_ready: Callable[[], Callable[[Assignment], None]]) -> Fork:
    """A child that gets ready, waits for its job, and does with it what `get_ready` returned."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    finished = os.eventfd(0, os.EFD_CLOEXEC | os.EFD_NONBLOCK)
    zygote = os.getpid()
    pid = os.fork()
    if pid == 0:
        try:
            jail.part_from(zygote)
            # A file past its limit is an error to handle, not the end of the process.
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            ours.close()
            work = get_ready()
            with theirs:
                assignment = _receive(theirs)
            work(assignment)
            # What programs of its own have used is known when it has ended.
            if not resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss:
                os.eventfd_write(finished, 1)
                time.sleep(_EVER)
            os._exit(0)
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(1)
    theirs.close()
    return Fork(pid, ours, finished)


def _receive(control: socket.socket) -> Assignment:
    data, descriptors, _, _ = socket.recv_fds(control, _MOST_BYTES, _MOST_DESCRIPTORS)
    message = json.loads(data.decode("utf-8", "surrogatepass"))
    rehearsed = message.pop("rehearsed")
    connection, *pipes = descriptors
    host = Host(pipes[0], pipes[1], pipes[2], rehearsed) if pipes else None
    request = CheckedRequest(
        **{**message, "directory": Path(message["directory"]), "source": Path(message["source"])}
    )
    return Assignment(request, socket.socket(fileno=connection), host)


def reap_group(group: int) -> bool:
    """Reap the killed programs of a child, which became ours when it ended; whether all are gone.

    There may be very many: only waiting in vain is counted.
    """
    in_vain = 0
    while in_vain < 50:
        try:
            if os.waitpid(-group, os.WNOHANG)[0] == 0:
                in_vain += 1
                time.sleep(0.001)
        except ChildProcessError:
            return True
    return False
