"""A converter that is taken over: a zygote whose children run any code they are given.

It is sealed as the pages engine is, and reads what that reads. See test_taken_over.py.
"""

from __future__ import annotations

import ctypes
import json
import os
import platform
import socket
import sys
from pathlib import Path
from typing import Any

from apps.conversion.engines import jail, jail_test, pages, seccomp, zygote
from apps.conversion.engines.job import Engine, Job, Operation
from apps.conversion.engines.protocol import Meta

_libc = ctypes.CDLL(None, use_errno=True)


def call(name: str, *arguments: object) -> int:
    """A system call by its name. Raises OSError."""
    number = seccomp._CALLS[name][seccomp._ARCHITECTURES[platform.machine()][1]]
    result = int(_libc.syscall(number, *arguments))
    if result < 0:
        raise OSError(ctypes.get_errno(), name)
    return result


def attempt(code: str, job: Job) -> Meta:
    """Run code; what it calls `found` is the answer, or `held` why there is none."""
    known: dict[str, Any] = {
        "job": job, "given": job.params, "call": call, "Path": Path, "os": os, "socket": socket,
        "ctypes": ctypes,
    }  # fmt: skip
    try:
        exec(code, known)  # noqa: S102 - its purpose
    except (OSError, MemoryError, ValueError) as error:
        return {"held": f"{type(error).__name__}: {error}"}
    return {"found": repr(known["found"])[:500]}


def run(job: Job) -> Meta:
    """Operation `run`: the source is Python."""
    return attempt(job.source.read_text(), job)


# The second is sealed as those that run a converter program, which they fork for.
_OPERATIONS = {
    "run": Operation(run),
    "run-programs": Operation(run, lambda params: (jail_test.PROGRAM,)),
}


def unsealed() -> None:
    """The control: {directory, given, codes} from stdin, what was found by name to stdout."""
    asked = json.load(sys.stdin)
    found = {}
    for number, (name, code) in enumerate(asked["codes"].items()):
        directory = Path(asked["directory"], str(number))
        for folder in ("in", "out", "tmp"):
            (directory / folder).mkdir(parents=True)
        os.chdir(directory)
        layers = jail.Capabilities(0, False, False, False)
        source = directory / "in" / "source"
        job = Job("run", directory, source, asked["given"], 1 << 30, 9.0, socket.socket(), layers)
        found[name] = attempt(code, job)
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    if sys.argv[1:] == ["--unsealed"]:
        unsealed()
    else:
        zygote.serve(
            Engine("taken", "test", "1", _OPERATIONS, pages._LIBRARIES),
            zygote.parse_arguments("Run what is given."),
        )
