"""What a forked child does: check nothing twice, seal itself, work, exit."""

from __future__ import annotations

import contextlib
import errno
import gc
import math
import os
import re
import socket
import tempfile
import traceback
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from . import jail
from .job import Engine, Host, Job, Operation, Refusal
from .protocol import DEFAULT_DEADLINE, DEFAULT_MEMORY, FailureCode, Meta

_SOURCE = re.compile(r"in/[A-Za-z0-9_-][A-Za-z0-9._-]{0,120}")
_MAX_DEADLINE = 24 * 3600.0


class Unacceptable(Exception):
    """A request that no child is started for."""

    def __init__(self, code: FailureCode, detail: str) -> None:
        super().__init__(code, detail)
        self.code = code
        self.detail = detail

    def event(self) -> dict[str, Any]:
        return {"event": "failed", "code": self.code, "detail": self.detail}


@dataclass(frozen=True)
class CheckedRequest:
    op: str
    directory: Path
    source: Path
    params: Meta
    deadline: float
    memory: int

    @property
    def cpu_seconds(self) -> int:
        """Enough for every processor until the deadline."""
        return math.ceil(self.deadline * (os.cpu_count() or 1)) + 5


def check(message: Any, jobs: Path, engine: Engine) -> CheckedRequest:
    """Accept only known operations on files in a directory directly under `jobs`.

    Raises Unacceptable with a sentence that names the fault.
    """
    op, name = message["op"], message.get("source", "in/source")
    if op not in engine.operations:
        raise Unacceptable("format_unsupported", f"This engine has no operation {op!r}.")
    directory = Path(os.path.normpath(message["dir"]))
    if directory.parent.resolve() != jobs or directory.is_symlink() or not directory.is_dir():
        raise Unacceptable("engine_unavailable", f"{directory} is no job directory of this engine.")
    directory = jobs / directory.name
    if not _SOURCE.fullmatch(name):
        raise Unacceptable("engine_unavailable", f"{name!r} is no acceptable source name.")
    params = message.get("params") or {}
    if not isinstance(params, dict):
        raise Unacceptable("engine_unavailable", "params must be an object.")
    deadline = min(float(message.get("deadline") or DEFAULT_DEADLINE), _MAX_DEADLINE)
    memory = min(int(message.get("memory") or DEFAULT_MEMORY), engine.operations[op].memory)
    return CheckedRequest(op, directory, directory / name, params, deadline, memory)


def work(
    engine: Engine,
    request: CheckedRequest,
    connection: socket.socket,
    prepared: jail.Prepared,
    host: Host | None,
) -> None:
    """Seal this process, run the operation, report how it went; exits when nobody listens."""
    operation = engine.operations[request.op]
    job = Job(
        request.op,
        request.directory,
        request.source,
        request.params,
        request.memory,
        request.deadline,
        connection,
        prepared.layers,
        host,
    )
    failed: tuple[FailureCode, str] | None = None
    try:
        _enter(job)
        engine.prepare(request.directory)
        jail.seal(_jail(job, request.cpu_seconds, operation), prepared)
        gc.enable()
        job.send({"event": "done", "meta": operation.run(job)})
    except Refusal as refusal:
        failed = refusal.code, refusal.detail
    except ConnectionError:
        os._exit(1)
    except BaseException as error:
        if isinstance(error, MemoryError) or getattr(error, "errno", 0) == errno.ENOMEM:
            failed = "out_of_memory", f"More than {request.memory} bytes of memory were asked for."
        else:
            traceback.print_exc()
            failed = "engine_crashed", f"{type(error).__name__}: {error}"[:2000]
    if failed:
        with contextlib.suppress(OSError):
            job.send({"event": "failed", "code": failed[0], "detail": failed[1]})


def _enter(job: Job) -> None:
    for directory in (job.out, job.tmp):
        directory.mkdir(exist_ok=True)
    os.chdir(job.directory)
    # The zygote may have asked for its own before; the answer is kept.
    os.environ["TMPDIR"] = tempfile.tempdir = str(job.tmp)
    nothing = os.open("/dev/null", os.O_RDWR)
    words = os.open("tmp/stderr.txt", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for source, target in ((nothing, 0), (nothing, 1), (words, 2)):
        os.dup2(source, target)
    os.close(nothing)
    os.close(words)


def _jail(job: Job, cpu_seconds: int, operation: Operation) -> jail.Jail:
    return jail.Jail(
        readable=(str(job.directory / "in"),),
        writable=(str(job.out), str(job.tmp)),
        memory=job.memory,
        cpu_seconds=cpu_seconds,
        programs=operation.programs(job.params),
        local_server=operation.local_server,
    )
