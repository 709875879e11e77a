"""Programs that are slow to start: for each job one of its own, begun before the job comes.

A host is such a program in a jail of its own, tighter than a job's: it reads the system's
libraries and what comes with it, writes nothing, starts nothing, reaches no one. Documents come
through a pipe and its answers go through another. It serves one job and ends with it.

While the engine has nothing to do, one host waits, started and rehearsed with a document of
ours. It has never seen a stranger's.
"""

from __future__ import annotations

import contextlib
import os
import re
import resource
import select
import signal
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, NoReturn

from . import jail, seccomp
from .job import Host, Program

# People look at what was compared: the engine is left to that first.
_QUIET_SECONDS = 0.5


@dataclass(frozen=True)
class Limits:
    """What a job may use; its host may use as much again."""

    memory: int
    cpu_seconds: int


class Usage(NamedTuple):
    """What a process has used: the most memory it held, and processor time."""

    bytes: int
    seconds: float

    @classmethod
    def of(cls, pid: int) -> Usage:
        """Of a process that has not been reaped; of an ended one the processor time only."""
        peak = re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())
        # The number of its clock, as clock_getcpuclockid(3) makes it: /proc counts hundredths.
        seconds = time.clock_gettime(~pid << 3 | 2)
        return cls(int(peak[1]) * 1024 if peak else 0, seconds)

    def beside(self, other: Usage) -> Usage:
        """What the two have used."""
        return Usage(max(self.bytes, other.bytes), self.seconds + other.seconds)


@dataclass
class Running:
    """A host as the zygote keeps it."""

    host: Host
    pid: int
    program: Program
    limits: Limits

    def alive(self) -> bool:
        return os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None

    def signal(self, number: int) -> None:
        with contextlib.suppress(ProcessLookupError):  # not reaped: the number is its own
            os.kill(self.pid, number)

    def let_go(self) -> None:
        """Close the zygote's ends of the pipes: they are the job's."""
        for descriptor in self.host.descriptors():
            os.close(descriptor)

    def kill(self) -> Usage:
        """Kill it without waiting for its end, which takes a while; what it has used."""
        used = Usage.of(self.pid)
        self.signal(signal.SIGKILL)
        return used

    def end(self) -> None:
        """Kill and reap it."""
        self.signal(signal.SIGKILL)
        os.waitpid(self.pid, 0)


class Spare:
    """At most one host that waits for its job."""

    def __init__(self, layers: jail.Capabilities) -> None:
        self._layers = layers
        self._wanted: tuple[Program, Limits] | None = None
        self._due = 0.0
        self._paused = False
        self.running: Running | None = None

    def take(self, program: Program, limits: Limits) -> Running:
        """The host that waits, if these are its limits; else one that starts now."""
        # Nothing waits before the first job: an engine that never needs one has none.
        self._wanted = program, limits
        found, self.running = self.running, None
        if found and (found.program, found.limits) == (program, limits) and found.alive():
            found.signal(signal.SIGCONT)
            return found
        if found:
            _discard(found)
        return start(program, limits, self._layers, rehearse=False)

    def tend(self, *, idle: bool) -> None:
        """Start what is to wait when nothing else is to be done; hold it up while something is."""
        if self.running and not self.running.alive():
            # One that ends by itself might always do so: the next job will tell.
            _discard(self.running)
            self.running = self._wanted = None
        if not idle:
            self._due = time.monotonic() + _QUIET_SECONDS
        if self.running and self._paused == idle:
            self.running.signal(signal.SIGCONT if idle else signal.SIGSTOP)
            self._paused = not idle
        if self._wanted and not self.running and idle and time.monotonic() >= self._due:
            self.running = start(*self._wanted, self._layers, rehearse=True)
            self._paused = False

    def due(self) -> float | None:
        """When the next one is to be started (monotonic seconds)."""
        return self._due if self._wanted and not self.running else None

    def ready(self) -> bool:
        """Whether one waits that has begun to answer its rehearsal."""
        if not self.running:
            return False
        poller = select.poll()
        poller.register(self.running.host.answers, select.POLLIN)
        return bool(poller.poll(0)) and self.running.alive()

    def private_bytes(self) -> int:
        """Memory that the waiting host shares with nobody."""
        if not self.running:
            return 0
        with contextlib.suppress(OSError, ValueError):
            counts = Path(f"/proc/{self.running.pid}/statm").read_text().split()
            return (int(counts[1]) - int(counts[2])) * resource.getpagesize()
        return 0

    def close(self) -> None:
        """End what waits, for good."""
        self._wanted = None
        if self.running:
            _discard(self.running)
            self.running = None


def start(
    program: Program, limits: Limits, layers: jail.Capabilities, *, rehearse: bool
) -> Running:
    """A new host; with `rehearse` it has the program's rehearsal before it already."""
    zygote = os.getpid()
    questions, requests = os.pipe()
    answers, replies = os.pipe()
    with tempfile.TemporaryFile(buffering=0) as file:
        words = os.dup(file.fileno())
    pid = os.fork()
    if pid == 0:
        _become(program, limits, layers, zygote, (questions, replies, words))
    os.close(questions)
    os.close(replies)
    if rehearse:
        with contextlib.suppress(BrokenPipeError):
            os.write(requests, program.rehearsal)  # it fits into the pipe
    return Running(Host(requests, answers, words, rehearse), pid, program, limits)


def _become(
    program: Program,
    limits: Limits,
    layers: jail.Capabilities,
    zygote: int,
    standard: tuple[int, int, int],
) -> NoReturn:
    # Every other descriptor closes itself at exec.
    try:
        jail.part_from(zygote)
        os.chdir("/")
        for target, descriptor in enumerate(standard):
            os.dup2(descriptor, target)
        allowance = program.allowance(limits.memory)
        confined = jail.Jail(
            program.readable, (), allowance.mapped, limits.cpu_seconds, programs=(program.path,)
        )
        jail.seal(confined, jail.prepare(layers))
        if layers.seccomp:
            seccomp.install(allow_exec=True)  # itself, but no other process
        environment = {**program.environment, **allowance.environment}
        os.execve(program.path, [program.path], environment)  # noqa: S606
    finally:
        os._exit(127)


def _discard(running: Running) -> None:
    running.let_go()
    running.end()
