"""The jail holds, and its test would notice if it did not."""

from __future__ import annotations

import contextlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from apps.conversion.engines import jail_test, landlock, protocol, seccomp
from tests.engine_process import PROJECT, EngineProcess

AREA = "The jail, from inside"

# What the open child of `_UNSEALED` may do as any user; root may do more.
_MUST_BE_SEEN = {
    "network: TCP",
    "network: UDP",
    "network: Unix socket",
    "read: file outside",
    "read: directory outside",
    "read: another job",
    "read: the host's connections",
    "read: the same by a thread",
    "read: the host's mounts",
    "read: the environment",
    "write: outside",
    "write: the canary",
    "write: mode of the canary",
    "write: in/",
    "write: source",
    "process: exec",
    "process: fork",
    "process: signal",
    "limits: memory",
}
# What a child does that runs a converter program, and what the program may do then.
_TWO_FILTERS = """
import os
from apps.conversion.engines import jail, seccomp
jail._prctl(jail._PR_SET_NO_NEW_PRIVS, 1)
seccomp.install(allow_exec=True, allow_fork=True)
if (child := os.fork()) == 0:
    os._exit(0)
os.waitpid(child, 0)
seccomp.install(allow_exec=True)
try:
    os.fork()
except PermissionError:
    print("refused")
"""
_UNSEALED = """
import json, os, pathlib, socket, sys, tempfile
from apps.conversion.engines import jail, jail_test, job, protocol
outside = pathlib.Path(tempfile.mkdtemp())
(outside / "canary").write_bytes(b"secret")
directory = outside / "jobs" / "one"
for name in ("in", "out", "tmp"):
    (directory / name).mkdir(parents=True)
(directory / "in" / "source").write_bytes(b"")
tcp = socket.create_server(("127.0.0.1", 0))
unix = protocol.listen(outside / "unix")
params = {"port": tcp.getsockname()[1], "unix": str(outside / "unix"),
          "canary": str(outside / "canary"), "outside": str(outside / "written")}
layers = jail.Capabilities(0, False, False, False)
probed = job.Job("jail-test", directory, directory / "in" / "source", params, 1 << 20, 9.0,
                 socket.socket(), layers)
print(json.dumps(jail_test.probe(probed)["leaks"]))
"""


@pytest.mark.parametrize(
    ("engine_name", "programs"), [("pages", False), ("pages", True), ("office", False)]
)
def test_nothing_gets_out(engine: EngineProcess, engine_name: str, programs: bool) -> None:
    leaks = jail_test.find_leaks(engine.socket(engine_name), engine.jobs, programs=programs)
    assert leaks == []


def test_the_probe_is_not_blind() -> None:
    environment = {**os.environ, **jail_test.canary_environment()}
    result = subprocess.run(
        [sys.executable, "-c", _UNSEALED],
        capture_output=True,
        check=True,
        cwd=PROJECT,
        env=environment,
    )
    assert set(json.loads(result.stdout)) >= _MUST_BE_SEEN


@pytest.mark.parametrize("engine_name", ["pages", "office"])
def test_the_engine_says_what_holds_it(engine: EngineProcess, engine_name: str) -> None:
    pong = protocol.ping(engine.socket(engine_name))
    assert pong["engine"] == engine_name
    assert pong["mode"] == "zygote"
    assert "seccomp" in pong["jail"]
    assert "INCOMPLETE" not in pong["jail"]


def test_the_zygotes_know_nothing_of_ours(engine: EngineProcess) -> None:
    seen = 0
    for process in engine.processes()[1:]:
        with contextlib.suppress(ProcessLookupError, FileNotFoundError):  # one that has just ended
            environment = Path(f"/proc/{process}/environ").read_bytes()
            assert b"SECRET_KEY" not in environment
            assert b"DATABASE_URL" not in environment
            assert b"RECTO_JAIL_CANARY" not in environment
            seen += 1
    assert seen >= 4


@pytest.mark.parametrize(
    ("header", "column"),
    [("x86_64-linux-gnu/asm/unistd_64.h", 0), ("asm-generic/unistd.h", 1)],
)
def test_system_call_numbers_are_the_kernels(header: str, column: int) -> None:
    path = Path("/usr/include") / header
    if not path.exists():
        pytest.skip("the kernel's headers are not installed")
    lines = re.findall(r"^#define __NR(?:3264)?_(\w+)\s+(\d+)", path.read_text(), re.MULTILINE)
    numbers = {name: int(number) for name, number in lines}
    ours = {name: pair[column] for name, pair in seccomp._CALLS.items()}
    newer = {name for name in ours if name not in numbers and ours[name] > max(numbers.values())}
    wrong = {name for name in ours if name not in newer and ours[name] != numbers.get(name, -1)}
    # Calls that came after these headers cannot be compared.
    assert wrong <= {"fchmodat2", "setxattrat", "removexattrat", "file_setattr", "open_tree_attr",
                     "statmount", "listmount"}  # fmt: skip


def test_a_converter_program_starts_no_other() -> None:
    command = [sys.executable, "-c", _TWO_FILTERS]
    result = subprocess.run(command, capture_output=True, check=True, cwd=PROJECT)
    assert result.stdout == b"refused\n"


def test_this_machine_has_landlock_or_the_test_says_so() -> None:
    if not landlock.abi():
        pytest.skip("this kernel has no Landlock: bubblewrap carries the file rule")
    assert landlock.abi() >= 1
