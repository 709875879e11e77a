"""Does the jail hold? Tried from inside, in a child sealed exactly as for documents.

`probe` is an operation of every zygote; `find_leaks` lays out what must stay out of reach, has a
zygote run the probe, and names whatever got through. An engine with a leak does not start.
"""

from __future__ import annotations

import ctypes
import os
import secrets
import shutil
import socket
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from .job import Job
from .protocol import EngineUnavailable, Meta, listen, submit

PROGRAM = "/usr/bin/pdftocairo"
_MEMORY = 512 * 1024**2
_SECRET_VARIABLE = "RECTO_JAIL_CANARY"  # noqa: S105 - a name
_PTRACE_SEIZE = 0x4206  # unlike ATTACH it does not stop the other process


def probe(job: Job) -> Meta:
    """Try everything a document must not do. Answers {"leaks": [...], "tried": n}."""
    params = job.params
    attempts: dict[str, Callable[[], object]] = {
        "network: TCP": lambda: _connect(socket.AF_INET, ("127.0.0.1", params["port"])),
        "network: UDP": lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM),
        "network: Unix socket": lambda: _connect(socket.AF_UNIX, params["unix"]),
        "read: file outside": lambda: Path(params["canary"]).read_bytes(),
        "read: directory outside": lambda: list(Path(params["canary"]).parent.iterdir()),
        "read: another job": lambda: list(job.directory.parent.iterdir()),
        "read: passwords": lambda: Path("/etc/passwd").read_bytes(),
        "read: the zygote's environment": lambda: Path(
            f"/proc/{os.getppid()}/environ"
        ).read_bytes(),
        "read: the host's connections": lambda: Path("/proc/self/net/tcp").read_bytes(),
        "read: the same by a thread": lambda: Path(
            f"/proc/self/task/{os.getpid()}/net/tcp"
        ).read_bytes(),
        "read: the host's mounts": lambda: Path("/proc/self/mountinfo").read_bytes(),
        "read: the environment": lambda: _require("RECTO_JAIL_CANARY" in _environment()),
        "write: outside": lambda: Path(params["outside"]).write_bytes(b"leak"),
        "write: the canary": lambda: os.open(params["canary"], os.O_WRONLY),
        "write: mode of the canary": lambda: Path(params["canary"]).chmod(0o777),
        "write: /tmp": lambda: Path(f"/tmp/recto-{os.getpid()}").write_bytes(b""),  # noqa: S108
        "write: in/": lambda: (job.directory / "in" / "leak").write_bytes(b"leak"),
        "write: job directory": lambda: (job.directory / "leak").write_bytes(b"leak"),
        "write: source": lambda: os.open(job.source, os.O_WRONLY),
        "process: exec": lambda: _require(_executes("/bin/true")),
        "process: fork": lambda: _require(_forks()),
        "process: signal": lambda: os.kill(os.getppid(), 0),
        "process: ptrace": lambda: _ptrace(os.getppid()),
        "limits: memory": lambda: bytearray(2 * job.memory),
        "limits: file size": lambda: os.truncate(_scratch(job), 1 << 50),
        "kernel: name spaces": lambda: _call("unshare", 0x10000000),
    }
    if params.get("programs"):
        # A converter program may be started by this child: forking is how.
        del attempts["process: fork"]
    if job.layers.in_bubblewrap and not job.layers.landlock:
        # The mount name space is the whole zygote's: the other jobs and in/ are not shut off.
        # Connections and mounts are those of the name spaces, not the host's.
        for name in ("read: another job", "read: passwords", "read: the zygote's environment",
                     "read: directory outside", "read: the host's connections",
                     "read: the same by a thread", "read: the host's mounts",
                     "write: in/", "write: job directory", "write: source", "write: /tmp",
                     "process: signal"):  # fmt: skip
            del attempts[name]
    leaks = [name for name, attempt in attempts.items() if _succeeds(attempt)]
    scratch_works = _succeeds(lambda: (job.tmp / "works").write_bytes(b"x"))
    return {"leaks": leaks, "tried": len(attempts), "scratch": scratch_works}


def _succeeds(attempt: Callable[[], object]) -> bool:
    try:
        attempt()
    except (OSError, MemoryError, AssertionError):
        return False
    return True


def _require(leaked: bool) -> None:
    if not leaked:
        raise AssertionError


def _connect(family: int, address: str | tuple[str, int]) -> None:
    kind = socket.SOCK_STREAM if family == socket.AF_INET else socket.SOCK_SEQPACKET
    with socket.socket(family, kind) as client:
        client.settimeout(1)
        client.connect(address)


def _environment() -> str:
    own = Path("/proc/self/environ").read_bytes() if os.access("/proc/self", os.R_OK) else b""
    return f"{own!r} {dict(os.environ)!r}"


def _executes(program: str) -> bool:
    child = _fork()
    if child == 0:
        try:
            os.execv(program, [program])  # noqa: S606
        finally:
            os._exit(1)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def _forks() -> bool:
    child = _fork()
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)
    return True


def _fork() -> int:
    return os.fork()


def _ptrace(pid: int) -> None:
    _call("ptrace", _PTRACE_SEIZE, pid, None, None)


def _call(name: str, *arguments: object) -> None:
    if getattr(ctypes.CDLL(None, use_errno=True), name)(*arguments) < 0:
        raise OSError(ctypes.get_errno(), name)


def _scratch(job: Job) -> Path:
    scratch = job.tmp / "scratch"
    scratch.touch()
    return scratch


def find_leaks(engine: Path, jobs: Path, *, programs: bool = False) -> list[str]:
    """What the engine at this socket lets a document reach; empty when the jail holds.

    `programs`: test the jail of jobs that run a converter program. The caller must have set the
    environment variable that `canary_environment` returns when it started the engine.
    Raises EngineUnavailable when the probe does not come to an answer.
    """
    outside = Path(tempfile.mkdtemp(prefix="recto-canary-"))
    job = jobs / f"jail-test-{secrets.token_hex(8)}"
    (job / "in").mkdir(parents=True)
    (job / "in" / "source").write_bytes(b"jail test")
    canary = outside / "canary"
    canary.write_bytes(b"secret")
    try:
        with socket.create_server(("127.0.0.1", 0)) as tcp, listen(outside / "unix") as unix:
            tcp.setblocking(False)
            unix.setblocking(False)
            params = {
                "port": tcp.getsockname()[1],
                "unix": str(outside / "unix"),
                "canary": str(canary),
                "outside": str(outside / "written"),
                "programs": programs,
            }
            leaks = _run_probe(engine, job, params)
            leaks += [
                f"seen from outside: {name} connection"
                for name, listener in (("TCP", tcp), ("Unix", unix))
                if _succeeds(listener.accept)
            ]
        if canary.read_bytes() != b"secret" or (outside / "written").exists():
            leaks.append("seen from outside: a file written")
        return leaks
    finally:
        shutil.rmtree(outside, ignore_errors=True)
        shutil.rmtree(job, ignore_errors=True)


def canary_environment() -> dict[str, str]:
    """A variable for the *supervisor's* environment that must not reach any document."""
    return {_SECRET_VARIABLE: secrets.token_hex(16)}


def _run_probe(engine: Path, job: Path, params: Meta) -> list[str]:
    answer: Any = None
    for event in submit(
        engine,
        {
            "op": "jail-test",
            "dir": str(job),
            "source": "in/source",
            "params": params,
            "deadline": 30,
            "memory": _MEMORY,
        },
        60,
    ):
        if event["event"] in ("done", "failed"):
            answer = event
    if answer["event"] == "failed":
        raise EngineUnavailable(f"jail test: {answer['code']}: {answer['detail']}")
    if not answer["meta"]["scratch"]:
        raise EngineUnavailable("jail test: the job's own scratch directory is not writable")
    return list(answer["meta"]["leaks"])
