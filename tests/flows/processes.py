"""Processes as /proc tells of them."""

from __future__ import annotations

import os
import signal
from pathlib import Path

from tests.fakes import wait_until


def descendants(root: int) -> dict[int, str]:
    """Names and command lines of every process below one."""
    parents = {pid: _parent(pid) for pid in _all()}
    found: dict[int, str] = {}
    level = {root}
    while level:
        level = {pid for pid, parent in parents.items() if parent in level}
        found |= {pid: _text(pid, "comm") + _text(pid, "cmdline") for pid in level}
    return {pid: command for pid, command in found.items() if command}


def mentioning(text: str) -> dict[int, str]:
    """Other processes whose command line or environment holds a text."""
    return {
        pid: _text(pid, "cmdline")
        for pid in _all()
        if pid != os.getpid() and text in _text(pid, "cmdline") + _text(pid, "environ")
    }


def one(root: int, *words: str) -> int:
    """The one process below `root` nearest to it whose name and command hold all of these words."""
    return wait_until(
        lambda: next(
            (pid for pid, line in descendants(root).items() if all(w in line for w in words)), None
        ),
        seconds=30,
    )


def alive(pid: int) -> bool:
    """Whether a process runs; a zombie does not."""
    state = _text(pid, "stat").rpartition(")")[2].split()
    return bool(state) and state[0] != "Z"


def kill(pid: int) -> None:
    """Ends a process at once and waits until it is gone."""
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: not alive(pid))


def forget_peak(pid: int) -> None:
    """Lets :func:`peak_memory` begin anew (proc(5), clear_refs)."""
    Path(f"/proc/{pid}/clear_refs").write_text("5")


def peak_memory(pid: int) -> int:
    """The most memory a process held since its peak was forgotten, in MiB."""
    lines = _text(pid, "status").splitlines()
    return next(int(line.split()[1]) // 1024 for line in lines if line.startswith("VmHWM"))


def _all() -> list[int]:
    return [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]


def _parent(pid: int) -> int:
    fields = _text(pid, "stat").rpartition(")")[2].split()
    return int(fields[1]) if fields and fields[0] != "Z" else -1


def _text(pid: int, name: str) -> str:
    try:
        return Path(f"/proc/{pid}/{name}").read_bytes().replace(b"\0", b" ").decode("latin-1")
    except OSError:
        return ""
