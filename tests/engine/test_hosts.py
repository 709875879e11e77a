"""A host serves one job from a jail of its own; one waits, unused, while the engine is idle."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from apps.conversion.engines import compare_host, compare_rehearsal, hosts, jail, protocol
from apps.conversion.engines.job import Allowance, Program
from tests.engine import documents
from tests.engine.test_compare_pairs import compare, content_of
from tests.engine_process import PROJECT, EngineProcess, children_of, command_of

AREA = "Hosts, the programs that wait"

_LIMITS = hosts.Limits(2 * 1024**3, 60)
_GOOD = documents.docx(documents.paragraphs("One.", "Two."))
# What a program in the place of a host tries. It reads this from its standard input.
_PROBE = """
import json, os, pathlib, socket, sys
jobs, canary, parent = {jobs!r}, {canary!r}, {parent}
def fork():
    child = os.fork()
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)
attempts = {{
    "jobs": lambda: os.listdir(jobs),
    "a job's document": lambda: open(jobs + "/one/in/source").read(),
    "a job's scratch": lambda: open(jobs + "/one/tmp/new", "w"),
    "a job's result": lambda: open(jobs + "/one/out/new", "w"),
    "the canary": lambda: open(canary).read(),
    "its directory": lambda: os.listdir("."),
    "its project": lambda: os.listdir({project!r}),
    "the common scratch": lambda: open("/tmp/recto-host-probe", "w"),
    "the zygote's environment": lambda: open(f"/proc/{{parent}}/environ").read(),
    "the zygote's files": lambda: os.listdir(f"/proc/{{parent}}/fd"),
    "the environment": lambda: 1 / ("RECTO_JAIL_CANARY" in os.environ),
    "TCP": lambda: socket.socket(),
    "a pair of sockets": lambda: socket.socketpair(),
    "another process": fork,
    "another program": lambda: os.execv("/bin/true", ["true"]),
    "a signal": lambda: os.kill(parent, 0),
    "memory": lambda: bytearray({memory}),
}}
if {open}:  # with nothing to hold it, these would end it
    del attempts["another program"], attempts["memory"]
leaks = []
for name, attempt in attempts.items():
    try:
        attempt()
    except (OSError, MemoryError, ZeroDivisionError):
        continue
    leaks.append(name)
print(json.dumps([len(attempts), leaks]), flush=True)
"""


def _program(name: str, rehearsal: bytes = b"") -> Program:
    path = str(Path(f"/usr/bin/{name}").resolve())
    return Program(path, (), {"LANG": "C.UTF-8"}, rehearsal, _all_of_it)


def _all_of_it(memory: int) -> Allowance:
    return Allowance({}, memory)


@pytest.fixture
def layers() -> jail.Capabilities:
    found = jail.capabilities()
    if not found.complete:
        pytest.skip("this kernel has no Landlock: bubblewrap carries the file rule")
    return found


@pytest.fixture
def spare(layers: jail.Capabilities, monkeypatch: pytest.MonkeyPatch) -> Iterator[hosts.Spare]:
    monkeypatch.setattr(hosts, "_QUIET_SECONDS", 0.0)
    spare = hosts.Spare(layers)
    yield spare
    spare.close()


def _finish(running: hosts.Running) -> None:
    running.let_go()
    running.end()


def _until(condition: Callable[[], object], seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it does not happen"
        time.sleep(0.02)


def _probe(tmp_path: Path, *, open_: bool) -> str:
    job = tmp_path / "jobs" / "one"
    for room in ("in", "out", "tmp"):
        (job / room).mkdir(parents=True)
    (job / "in" / "source").write_text("a stranger's")
    (tmp_path / "canary").write_text("secret")
    return _PROBE.format(
        jobs=str(job.parent), canary=str(tmp_path / "canary"), parent=os.getpid(),
        project=str(PROJECT), open=open_, memory=_LIMITS.memory + jail._mapped_bytes(),
    )  # fmt: skip


def test_nothing_gets_out_of_a_host(
    tmp_path: Path, layers: jail.Capabilities, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RECTO_JAIL_CANARY", "secret")
    script = _probe(tmp_path, open_=False)
    running = hosts.start(_program("python3"), _LIMITS, layers, rehearse=False)
    os.write(running.host.requests, script.encode())
    os.close(running.host.requests)
    with os.fdopen(running.host.answers) as answers:
        said = answers.read()
    words = os.pread(running.host.words, 4096, 0).decode()
    os.close(running.host.words)
    running.end()
    assert words == ""
    assert json.loads(said)[1] == []
    assert not (tmp_path / "jobs/one/tmp/new").exists()


def test_its_probe_is_not_blind(tmp_path: Path) -> None:
    script = _probe(tmp_path, open_=True)
    result = subprocess.run(
        [sys.executable, "-"], input=script.encode(), capture_output=True, check=True, cwd=PROJECT,
        env={**os.environ, "RECTO_JAIL_CANARY": "1"},
    )  # fmt: skip
    tried, leaks = json.loads(result.stdout)
    assert len(leaks) == tried


def test_nobody_has_one_before_the_first_job(spare: hosts.Spare) -> None:
    spare.tend(idle=True)
    assert spare.running is None
    assert spare.due() is None
    _finish(spare.take(_program("cat"), _LIMITS))
    spare.tend(idle=False)
    assert spare.running is None  # while anything is worked on
    spare.tend(idle=True)
    assert spare.running is not None


def test_it_holds_still_while_others_work(spare: hosts.Spare) -> None:
    def state() -> str:
        assert spare.running
        return Path(f"/proc/{spare.running.pid}/stat").read_text().rpartition(") ")[2][0]

    _finish(spare.take(_program("cat", b"a line\n"), _LIMITS))
    spare.tend(idle=True)
    _until(spare.ready)
    spare.tend(idle=False)
    _until(lambda: state() == "T")
    spare.tend(idle=True)
    _until(lambda: state() != "T")
    spare.tend(idle=False)
    assert spare.running
    waiting = spare.running.pid
    taken = spare.take(_program("cat", b"a line\n"), _LIMITS)
    assert taken.pid == waiting  # and goes on
    os.write(taken.host.requests, b"another\n")
    said = b""
    while said.count(b"\n") < 2:
        said += os.read(taken.host.answers, 99)
    assert said == b"a line\nanother\n"
    _finish(taken)


def test_it_serves_its_own_limits_only(spare: hosts.Spare) -> None:
    _finish(spare.take(_program("cat"), _LIMITS))
    spare.tend(idle=True)
    assert spare.running
    waiting = spare.running.pid
    taken = spare.take(_program("cat"), hosts.Limits(1024**3, 60))
    assert taken.pid != waiting
    assert not Path(f"/proc/{waiting}").exists()
    _finish(taken)


def test_a_program_that_ends_at_once_is_not_started_over_and_over(spare: hosts.Spare) -> None:
    _finish(spare.take(_program("true"), _LIMITS))
    spare.tend(idle=True)
    running = spare.running
    assert running
    _until(lambda: not running.alive())
    spare.tend(idle=True)
    spare.tend(idle=True)
    assert spare.running is None
    assert spare.due() is None


def _pong(engine: EngineProcess) -> protocol.Pong:
    return protocol.ping(engine.socket("pages"))


def _children(engine: EngineProcess) -> list[int]:
    """The processes of every zygote."""
    zygotes = children_of(engine.process.pid)
    return [process for zygote in zygotes for process in children_of(zygote)]


def _hosts(engine: EngineProcess) -> list[int]:
    """Those of the program that compares."""
    return [child for child in _children(engine) if compare_host.PROGRAM in command_of(child)]


def _open_files(pid: int) -> list[str]:
    found = []
    for link in Path(f"/proc/{pid}/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):  # closed meanwhile
            found.append(str(link.readlink()))
    return found


def _waiting(engine: EngineProcess) -> int:
    """The host that waits, made ready by a comparison."""
    assert compare(engine, _GOOD, _GOOD).code == "done"
    _until(lambda: _pong(engine)["spare_ready"])
    (waiting,) = _hosts(engine)
    return waiting


def test_each_pair_has_a_process_of_its_own(engine: EngineProcess) -> None:
    first = _waiting(engine)
    second = _waiting(engine)
    assert second != first
    _until(lambda: not Path(f"/proc/{first}").exists())


def test_the_one_that_waits_is_sealed_already(engine: EngineProcess) -> None:
    waiting = Path(f"/proc/{_waiting(engine)}")
    status = dict(
        line.split(":\t", 1)
        for line in (waiting / "status").read_text().splitlines()
        if ":\t" in line
    )
    assert status["NoNewPrivs"] == "1"
    assert status["Seccomp"].strip() == "2"
    assert int(status["CapEff"], 16) & ~(1 << jail._CAP_DAC_OVERRIDE) == 0
    open_files = _open_files(int(waiting.name))
    assert not [name for name in open_files if name.startswith("socket:")]
    assert not [name for name in open_files if str(engine.jobs) in name]
    assert (waiting / "cwd").readlink() == Path("/")
    environment = (waiting / "environ").read_bytes()
    assert b"RECTO" not in environment
    assert str(engine.directory / "run").encode() not in environment


def test_other_jobs_have_no_way_to_it(engine: EngineProcess) -> None:
    waiting = _waiting(engine)
    directory, name = engine.job(documents.pdf([("x", {})] * 3000), "pdf")
    with protocol.Connection(engine.socket("pages"), 60) as connection:
        connection.send({"op": "text", "dir": str(directory), "source": name})
        other = engine.worker(directory)
        # Its own file of errors is there when it has let go of what the zygote had open.
        _until(lambda: any(file.endswith("/stderr.txt") for file in _open_files(other)))
        assert not [file for file in _open_files(other) if file.startswith("pipe:")]
        _until(lambda: "\nState:\tT" in Path(f"/proc/{waiting}/status").read_text())
    _until(lambda: "\nState:\tT" not in Path(f"/proc/{waiting}/status").read_text())


def test_its_memory_is_told_and_small(engine: EngineProcess) -> None:
    _waiting(engine)
    assert 0 < _pong(engine)["spare_bytes"] < 100 * 1024**2


def test_a_killed_one_costs_no_comparison_and_is_replaced(engine: EngineProcess) -> None:
    killed = _waiting(engine)
    os.kill(killed, signal.SIGKILL)
    _until(lambda: not _pong(engine)["spare_ready"])
    assert _waiting(engine) != killed


def test_the_rehearsal_has_what_documents_have(engine: EngineProcess) -> None:
    rehearsal = b"".join(compare_host._request(*compare_rehearsal.pair()))
    assert len(rehearsal) * compare_host._REHEARSALS < 64 * 1024  # what a pipe holds
    outcome = compare(engine, *compare_rehearsal.pair())
    assert outcome.meta["proof"]["accept_all"]
    assert outcome.meta["proof"]["reject_all"]
    found = {revision["kind"] for revision in content_of(outcome)["revisions"]}
    assert found == {"inserted", "deleted", "moved", "formatted", "replaced"}
