"""A converter that a document took over reads and writes nothing but that document.

What every engine tries of itself when it starts, and the control of that, is in
tests/engine/test_jail.py; here any code runs, in a child sealed as the pages engine's, beside a
data directory, other jobs and other processes of the same user. That a child's result can name no
other file is in tests/unit/conversion/test_made.py.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.engine_process import PROJECT, EngineProcess, children_of
from tests.security.vectors import SECRET

AREA = "A converter that is taken over"
# Each ends with something `found`, where it is not stopped. `given` is what an intruder may know.
READING = {
    "the database": "found = Path(given['data'], 'portal.sqlite3').read_text()",
    "the secret key": "found = Path(given['data'], 'secret_key').read_text()",
    "a stored document": "found = Path(given['data'], 'blobs/a').read_text()",
    "the queue": "found = Path(given['data'], 'queue/a').read_text()",
    "another job's document": "found = Path(given['other'], 'in/source').read_text()",
    "another job's result": "found = Path(given['other'], 'out/whole.pdf').read_text()",
    "another job's scratch": "found = Path(given['other'], 'tmp/a').read_text()",
    "another job, by a path from here": (
        "found = Path('..', Path(given['other']).name, 'in/source').read_text()"
    ),
    "another job, by its own entry in /proc": (
        "found = Path('/proc/self/cwd/..', Path(given['other']).name, 'in/source').read_text()"
    ),
    "another job, by the root in /proc": (
        "found = Path('/proc/self/root' + given['other'], 'in/source').read_text()"
    ),
    "another job, through a link of its own": (
        "(job.out / 'link').symlink_to(given['other'] + '/in/source')\n"
        "found = (job.out / 'link').read_text()"
    ),
    "another job, through a folder link": (
        "(job.out / 'link').symlink_to(given['other'])\n"
        "found = (job.out / 'link/in/source').read_text()"
    ),
    "another job, by a second name": (
        "os.link(given['other'] + '/in/source', job.out / 'name')\n"
        "found = (job.out / 'name').read_text()"
    ),
    "another job, moved here": (
        "os.rename(given['other'] + '/tmp/a', job.out / 'moved')\n"
        "found = (job.out / 'moved').read_text()"
    ),
    "another job, opened as a path first": (
        "at = os.open(given['other'], os.O_PATH)\n"
        "found = os.read(os.open('in/source', os.O_RDONLY, dir_fd=at), 99)"
    ),
    "another job, mapped": (
        "import mmap\nfd = os.open(given['other'] + '/in/source', os.O_RDONLY)\n"
        "found = mmap.mmap(fd, 0, prot=mmap.PROT_READ)[:]"
    ),
    "the names of jobs": "found = os.listdir(job.directory.parent)",
    "the names of jobs, as they come": (
        "libc = ctypes.CDLL(None)\nfd = libc.inotify_init1(0)\n"
        "place = str(job.directory.parent).encode()\n"
        "if libc.inotify_add_watch(fd, place, 0xfff) < 0: raise OSError('no watch')\nfound = fd"
    ),
    "the data directory": "found = os.listdir(given['data'])",
    "passwords": "found = Path('/etc/passwd').read_text()",
    "the names of hosts": "found = Path('/etc/hosts').read_text()",
    "the resolver": "found = Path('/etc/resolv.conf').read_text()",
    "a home": "found = os.listdir(os.path.expanduser('~'))",
    "the project's settings": "found = Path(given['project'], 'portal/settings.py').read_text()",
    "another's environment": "found = Path('/proc', given['pid'], 'environ').read_bytes()",
    "another's command line": "found = Path('/proc', given['pid'], 'cmdline').read_bytes()",
    "another's memory map": "found = Path('/proc', given['pid'], 'maps').read_text()",
    "another's memory": "found = os.open('/proc/' + given['pid'] + '/mem', os.O_RDONLY)",
    "another's open files": "found = os.listdir('/proc/' + given['pid'] + '/fd')",
    "another's folder": "found = os.readlink('/proc/' + given['pid'] + '/cwd')",
    "the first process": "found = Path('/proc/1/environ').read_bytes()",
    "the processes": "found = os.listdir('/proc')",
    "the network's devices": "found = os.listdir('/sys/class/net')",
    "the host's routes": "found = Path('/proc/net/route').read_text()",
    "the kernel's log": "found = os.open('/dev/kmsg', os.O_RDONLY)",
    "shared memory": "found = os.listdir('/dev/shm')",
    "files that were left open": (
        "names = [os.readlink(f'/proc/self/fd/{n}') for n in os.listdir('/proc/self/fd')\n"
        "         if os.path.lexists(f'/proc/self/fd/{n}')]\n"
        "bell = 'anon_inode:[eventfd]'\n"  # tells its zygote that it has finished
        "kept = ('/dev/null', str(job.tmp), 'socket:', str(job.source), '/proc/', bell)\n"
        "found = [name for name in names if not name.startswith(kept)]\n"
        "found += names.count('socket:') > 1 and ['sockets'] or []\n"
        "found += names.count(bell) > 1 and ['bells'] or []\n"
        "if not found: raise OSError('none')"
    ),
    "more than one connection": (
        "sockets = [n for n in range(3, 256) if os.path.exists(f'/proc/self/fd/{n}')\n"
        "           and os.readlink(f'/proc/self/fd/{n}').startswith('socket:')]\n"
        "if len(sockets) < 2: raise OSError('one')\nfound = sockets"
    ),
}
# What the control of a whole machine need not show: it depends on the machine or the caller.
_HELD_ANYWAY = {
    "files that were left open",
    "more than one connection",
    "the kernel's log",
    "the names of hosts",
    "the resolver",
    "the network's devices",
    "the host's routes",
    "shared memory",
    "the first process",
}
DOING = {
    **{
        f"a socket of family {name}": f"found = socket.socket({number}, {kind}, {protocol})"
        for name, number, kind, protocol in (
            ("INET", 2, 1, 0), ("INET, datagrams", 2, 2, 0), ("INET6", 10, 1, 0), ("UNIX", 1, 1, 0),
            ("NETLINK", 16, 3, 0), ("PACKET", 17, 3, 0), ("ALG", 38, 5, 0), ("VSOCK", 40, 1, 0),
            ("BLUETOOTH", 31, 3, 1),
        )
    },
    "a pair of sockets": "found = socket.socketpair()",
    "a ring of calls": "found = call('io_uring_setup', 4, ctypes.create_string_buffer(120))",
    "a trace of another": "found = call('ptrace', 0x4206, int(given['pid']), 0, 0)",
    "a look into another's memory": (
        "found = call('process_vm_readv', int(given['pid']), None, 0, None, 0, 0)"
    ),
    "a handle of another": "found = call('pidfd_open', int(given['pid']), 0)",
    "a signal": "found = os.kill(int(given['pid']), 0) or 'sent'",
    "a signal to all": "found = os.kill(-1, 0) or 'sent'",
    "another's limits": "found = call('prlimit64', int(given['pid']), 7, None, None)",
    "another's priority": "found = os.setpriority(os.PRIO_PROCESS, int(given['pid']), 1) or 'set'",
    "a process": "pid = os.fork()\nif pid == 0: os._exit(0)\nfound = os.waitpid(pid, 0)",
    "a program": "os.execv('/bin/true', ['true'])",
    "a program in memory": (
        "fd = os.memfd_create('a')\nos.write(fd, b'#!/bin/sh\\n')\nos.execve(fd, ['a'], {})"
    ),
    "a session of its own": "found = os.setsid() or 'set'",
    "a name space": "found = call('unshare', 0x10000000) or 'made'",
    "another root": "os.chroot(job.out)\nfound = 'changed'",
    "a mount": "found = call('mount', b'none', b'/tmp', b'tmpfs', 0, None) or 'mounted'",
    "a device": "os.mknod(job.out / 'mem', 0o20666, os.makedev(1, 1))\nfound = 'made'",
    "a handle of a file": (
        "found = call('open_by_handle_at', -100, ctypes.create_string_buffer(64), 0)"
    ),
    "shared memory of System V": "found = call('shmget', 1, 4096, 0o1666)",
    "a queue of messages": "found = call('mq_open', b'recto', 0o102, 0o666, None)",
    "a named shared memory": "found = os.open('/dev/shm/recto-taken', os.O_CREAT | os.O_RDWR)",
    "a key of the kernel's": "found = call('add_key', b'user', b'recto', b'x', 1, -3)",
    "a program in the kernel": "found = call('bpf', 0, ctypes.create_string_buffer(64), 64)",
    "a performance event": (
        "found = call('perf_event_open', ctypes.create_string_buffer(b'\\1', 128), 0, -1, -1, 0)"
    ),
    "page faults": "found = call('userfaultfd', 0)",
    "more memory": "found = len(bytearray(job.memory * 2))",
    "a file in its source's folder": "(job.directory / 'in/a').write_text('x')\nfound = 'made'",
    "its source": "job.source.write_text('x')\nfound = 'written'",
    "a file in the data directory": "Path(given['data'], 'a').write_text('x')\nfound = 'made'",
    "the database, written": "found = os.open(given['data'] + '/portal.sqlite3', os.O_RDWR)",
    "the database, cut": "found = os.truncate(given['data'] + '/portal.sqlite3', 0) or 'cut'",
    "the database, removed": "found = os.unlink(given['data'] + '/portal.sqlite3') or 'gone'",
    "the database, of other times": (
        "found = os.utime(given['data'] + '/portal.sqlite3', (0, 0)) or 'set'"
    ),
    "the database, open to all": (
        "found = os.chmod(given['data'] + '/portal.sqlite3', 0o777) or 'set'"
    ),
    "another job's result, written": (
        "found = os.open(given['other'] + '/out/whole.pdf', os.O_WRONLY)"
    ),
    "another job, removed": "found = os.rmdir(given['other'] + '/tmp') or 'gone'",
    "another job, renamed": "found = os.rename(given['other'], given['other'] + 'x') or 'renamed'",
    "its result, moved to another": (
        "(job.out / 'a').write_text('x')\n"
        "os.rename(job.out / 'a', given['other'] + '/out/a')\nfound = 'moved'"
    ),
    "a file in /tmp": "Path('/tmp/recto-taken').write_text('x')\nfound = 'made'",
    "a folder beside its own": "Path(job.directory.parent, 'mine').mkdir()\nfound = 'made'",
}  # fmt: skip


class House(NamedTuple):
    """What is around the child: `given` are the places an intruder might know."""

    engine: EngineProcess
    given: dict[str, str]

    def attempt(self, code: str) -> dict[str, str]:
        outcome = self.engine.run(
            "taken", "run", code.encode(), self.given, extension="py", memory=1 << 30
        )
        assert outcome.code == "done", outcome.events
        return outcome.meta


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A data directory with a secret in every file, and a zygote that may be taken over in it."""
    data = tmp_path_factory.mktemp("data")
    for name in ("run", "jobs", "scratch", "state", "blobs", "queue"):
        (data / name).mkdir()
    for name in ("portal.sqlite3", "secret_key", "blobs/a", "queue/a"):
        (data / name).write_text(SECRET)
    other = data / "jobs" / "0123456789abcdef"
    for name in ("in/source", "out/whole.pdf", "tmp/a"):
        (other / name).parent.mkdir(parents=True)
        (other / name).write_text(SECRET)
    command = [sys.executable, "-m", "tests.security.taken", "--processes", "2"]
    command += ["--socket", str(data / "run" / "taken.sock"), "--jobs-dir", str(data / "jobs")]
    command += ["--scratch-dir", str(data / "scratch"), "--state-dir", str(data / "state")]
    neighbour = subprocess.Popen(
        [sys.executable, "-c", "import sys; sys.stdin.read()"],
        stdin=subprocess.PIPE, env={**os.environ, "PASSWORD": SECRET},
    )  # fmt: skip
    process = subprocess.Popen(command, cwd=PROJECT)
    given = {
        "data": str(data), "other": str(other), "project": str(PROJECT), "pid": str(neighbour.pid),
    }  # fmt: skip
    house = House(EngineProcess(data, process, data / "log"), given)
    try:
        until = time.monotonic() + 30
        while not house.engine.socket("taken").exists():
            assert time.monotonic() < until
            time.sleep(0.02)
        yield house
    finally:
        process.terminate()
        neighbour.kill()
        neighbour.wait()
        assert process.wait(10) == 0


def _files(directory: Path) -> dict[str, tuple[int, int, bytes]]:
    """Mode, time of change and content of every file, but those of jobs that came later."""
    return {
        str(file.relative_to(directory)): (
            (info := file.stat()).st_mode, info.st_mtime_ns, file.read_bytes()
        )
        for folder in ("", "blobs", "queue", "jobs/0123456789abcdef")
        for file in (directory / folder).glob("*" if folder != "jobs/0123456789abcdef" else "**/*")
        if file.is_file()
    }  # fmt: skip


@pytest.mark.parametrize("name", READING)
def test_it_reads_nothing_else(house: House, name: str) -> None:
    answer = house.attempt(READING[name])
    assert "found" not in answer, answer
    assert SECRET not in str(answer)


@pytest.mark.parametrize("name", DOING)
def test_it_does_nothing_else(house: House, name: str) -> None:
    before = _files(Path(house.given["data"]))
    answer = house.attempt(DOING[name])
    assert "found" not in answer, answer
    assert _files(Path(house.given["data"])) == before


def test_its_own_document_it_has(house: House) -> None:
    """The control of the children: their source, their results and their scratch do work."""
    code = "(job.tmp / 'a').write_text('x')\n(job.out / 'b').write_text('y')\nfound = "
    assert house.attempt(code + "job.source.read_text()[:9]") == {"found": "'(job.tmp '"}


def test_one_job_leaves_nothing_to_the_next(house: House) -> None:
    """Children are made anew: what one changed in its process, the next does not see."""
    code = "found = os.environ.get('LEFT', '') + str(sorted(os.listdir('tmp')))\n"
    first = house.attempt("os.environ['LEFT'] = 'left'\n(job.tmp / 'file').touch()\n" + code)
    assert "left" in first["found"]
    assert "left" not in house.attempt(code)["found"]


_STORM = """
import time
for number in range(40):
    if os.fork() == 0:
        (job.out / f"started-{number}").touch()
        for escape in (os.setsid, lambda: os.setpgid(0, 0)):
            try:
                escape()
                (job.out / "escaped").touch()
            except OSError:
                pass
        if os.fork() == 0:
            (job.out / f"again-{number}").touch()
        time.sleep(60)
while len(list(job.out.glob("again-*"))) < 40:
    time.sleep(0.01)
"""


@pytest.mark.parametrize(
    ("then", "code"),
    [
        ("found = 'ended'", "done"),
        pytest.param("time.sleep(60)", "timeout", marks=pytest.mark.security_slow),
    ],
)
def test_what_it_starts_ends_with_it(house: House, then: str, code: str) -> None:
    """Where a child may fork, for a converter program: no process of its leaves its group."""
    content = (_STORM + then).encode()
    outcome = house.engine.run("taken", "run-programs", content, extension="py", deadline=5)
    assert outcome.code == code
    assert len(list((outcome.directory / "out").glob("again-*"))) == 40
    assert not (outcome.directory / "out" / "escaped").exists()
    until = time.monotonic() + 10
    # But for the child that waits for another job.
    while len(children_of(house.engine.process.pid)) > 1 or _processes_in(outcome.directory):
        assert time.monotonic() < until, "some live on"
        time.sleep(0.02)


def _processes_in(directory: Path) -> list[str]:
    """Processes that work in a job's directory and are no zombies."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if (process / "cwd").readlink() == directory:
                found.append(process.name)
    return found


def test_the_probes_work(house: House) -> None:
    """The control of the probes: the same code without the seal finds what it looks for."""
    # One would take away what the others look for.
    codes = {name: code for name, code in READING.items() if "moved" not in name}
    asked = {"directory": str(house.engine.jobs), "given": house.given, "codes": codes}
    said = subprocess.run(
        [sys.executable, "-m", "tests.security.taken", "--unsealed"],
        input=json.dumps(asked), capture_output=True, check=True, text=True, cwd=PROJECT,
        timeout=30,
    )  # fmt: skip
    answers = json.loads(said.stdout)
    assert {name for name, answer in answers.items() if "found" not in answer} <= _HELD_ANYWAY
    assert all(
        SECRET in answers[name]["found"]
        for name in READING
        if name in answers and name.startswith("another job")
    )
