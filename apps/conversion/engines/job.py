"""One job, seen from inside the jailed child that does it."""

from __future__ import annotations

import socket
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from . import jail
from .protocol import FailureCode, Meta, encode


class Refusal(Exception):
    """The job cannot be done; `detail` is an English sentence for the operator."""

    def __init__(self, code: FailureCode, detail: str) -> None:
        super().__init__(code, detail)
        self.code = code
        self.detail = detail


@dataclass(frozen=True)
class Allowance:
    """What holds a program to its memory: words in its environment, and the bytes it may map."""

    environment: Mapping[str, str]
    mapped: int


@dataclass(frozen=True)
class Program:
    """A program that answers lines on its standard input with lines on its standard output.

    `path` and `readable` are absolute. `rehearsal` are lines that have it do what jobs will ask
    for; they are shorter than a pipe holds, and so are the lines that answer them. `allowance` says
    how so many bytes of memory are all that it uses.
    """

    path: str
    readable: tuple[str, ...]
    environment: Mapping[str, str]
    rehearsal: bytes
    allowance: Callable[[int], Allowance]


@dataclass(frozen=True)
class Host:
    """A program's process that serves one job; descriptors of its ends, `words` of its stderr.

    A `rehearsed` one answers its rehearsal first.
    """

    requests: int
    answers: int
    words: int
    rehearsed: bool

    def descriptors(self) -> tuple[int, int, int]:
        return self.requests, self.answers, self.words


@dataclass(frozen=True)
class Job:
    """A request whose paths have been checked. The working directory is `directory`."""

    op: str
    directory: Path
    source: Path
    params: Meta
    memory: int
    deadline: float
    connection: socket.socket
    layers: jail.Capabilities
    host: Host | None = None

    @property
    def out(self) -> Path:
        return self.directory / "out"

    @property
    def tmp(self) -> Path:
        return self.directory / "tmp"

    def part(self, name: str, file: Path | None, media_type: str, meta: Meta | None = None) -> None:
        """Tell the client that a piece of the result is ready."""
        relative = str(file.relative_to(self.directory)) if file else None
        self.send(
            {
                "event": "part",
                "name": name,
                "file": relative,
                "media_type": media_type,
                "meta": meta or {},
            }
        )

    def send(self, event: dict[str, Any]) -> None:
        self.connection.sendall(encode(event))

    def run_program(self, *arguments: str) -> int:
        """Run an allowed converter program in the jail; returns its exit code."""
        return jail.run_program(arguments, self.layers)


def _no_programs(params: Meta) -> tuple[str, ...]:
    return ()


@dataclass(frozen=True)
class Operation:
    """A plain function that does a job and returns the meta of `done`.

    `programs` names the programs (absolute paths) that the jail lets it run, by its params.
    `host` is one that serves the job from a process and a jail of its own.
    It gets no more than `memory` bytes, whatever the client allows.
    """

    run: Callable[[Job], Meta]
    programs: Callable[[Meta], tuple[str, ...]] = field(default=_no_programs)
    local_server: bool = False
    memory: int = sys.maxsize
    host: Program | None = None


@dataclass(frozen=True)
class Engine:
    """What a zygote serves. `prepare` runs in the child before it is sealed."""

    name: str
    mode: str
    version: str
    operations: Mapping[str, Operation]
    readable: tuple[str, ...] = ()
    prepare: Callable[[Path], None] = lambda directory: None
