"""One document's misfortune is its own: crashes, loops, bombs, floods, clients that leave."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from apps.conversion.engines import jail, protocol
from tests.engine_process import PROJECT, EngineProcess, Outcome, children_of, directory_of

LIMIT = 2


@pytest.fixture(scope="module")
def faulty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EngineProcess]:
    directory = tmp_path_factory.mktemp("faulty")
    for name in ("run", "jobs", "state"):
        (directory / name).mkdir()
    command = [sys.executable, "-m", "tests.engine.faulty", "--processes", str(LIMIT)]
    command += ["--socket", str(directory / "run" / "faulty.sock")]
    for option in ("scratch", "jobs", "state"):
        place = directory / ("run" if option == "scratch" else option)
        command += [f"--{option}-dir", str(place)]
    process = subprocess.Popen(command, cwd=PROJECT)
    engine = EngineProcess(directory, process, directory / "log")
    try:
        _until(lambda: engine.socket("faulty").exists())
        yield engine
    finally:
        process.terminate()
        assert process.wait(10) == 0


def _until(condition: Callable[[], bool], seconds: float = 10) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it does not happen"
        time.sleep(0.01)


def _run(faulty: EngineProcess, op: str, **arguments: object) -> Outcome:
    params = arguments.pop("params", {})
    return faulty.run("faulty", op, b"content", params, extension="txt", **arguments)


def _still_serves(faulty: EngineProcess) -> bool:
    return _run(faulty, "echo").meta.get("text") == "content"


def _at_rest(faulty: EngineProcess) -> bool:
    """Whether nothing is left of any job: the only child is the one that waits for the next."""
    children = children_of(faulty.process.pid)
    return [directory_of(child) for child in children] == [PROJECT]


def _waiting(faulty: EngineProcess) -> int:
    """The child that waits for the next job."""
    _until(lambda: _at_rest(faulty))
    (waiting,) = children_of(faulty.process.pid)
    return waiting


def test_a_child_waits_for_the_next_job(faulty: EngineProcess) -> None:
    waiting = _waiting(faulty)
    assert _run(faulty, "echo").meta["pid"] == waiting
    _until(lambda: waiting not in children_of(faulty.process.pid))
    _until(lambda: _at_rest(faulty))


def test_a_child_that_waits_has_given_up_its_privileges(faulty: EngineProcess) -> None:
    status = Path(f"/proc/{_waiting(faulty)}/status")
    _until(lambda: "\nNoNewPrivs:\t1" in status.read_text())
    (effective,) = re.findall(r"^CapEff:\s+(\w+)", status.read_text(), re.MULTILINE)
    assert int(effective, 16) & ~(1 << jail._CAP_DAC_OVERRIDE) == 0


def test_a_child_that_was_killed_while_it_waited_costs_no_job(faulty: EngineProcess) -> None:
    waiting = _waiting(faulty)
    os.kill(waiting, signal.SIGKILL)
    _until(lambda: "\nState:\tZ" in Path(f"/proc/{waiting}/status").read_text())
    assert _still_serves(faulty)
    _until(lambda: _at_rest(faulty))


def test_a_child_that_waits_has_nothing_of_other_jobs(faulty: EngineProcess) -> None:
    directory, name = faulty.job(b"x", "txt")
    with protocol.Connection(faulty.socket("faulty"), 10) as connection:
        connection.send({"op": "loop", "dir": str(directory), "source": name})
        job = faulty.worker(directory)
        assert _still_serves(faulty)  # when that has ended, another one is forked
        others: list[int] = []

        def one_waits() -> bool:
            others[:] = set(children_of(faulty.process.pid)) - {job}
            return [directory_of(other) for other in others] == [PROJECT]

        _until(one_waits)
        (waiting,) = others
        _until(lambda: len(_sockets(waiting)) == 1)  # its way to the zygote
        assert not _sockets(waiting) & _sockets(job)


def test_what_a_job_used_is_told_before_it_is_gone(faulty: EngineProcess) -> None:
    end = _run(faulty, "sleep", params={"seconds": 0.1}).exit
    assert (end["rc"], end["signal"], end["timed_out"]) == (0, None, False)
    assert 0 < end["cpu_seconds"] < end["wall_seconds"]
    assert end["wall_seconds"] >= 0.1


def _sockets(pid: int) -> set[str]:
    links = (link.readlink() for link in Path(f"/proc/{pid}/fd").iterdir())
    return {str(target) for target in links if str(target).startswith("socket:")}


def test_a_job_works_in_a_process_and_temp_dir_of_its_own(faulty: EngineProcess) -> None:
    first, second = _run(faulty, "echo"), _run(faulty, "echo")
    assert first.meta["pid"] != second.meta["pid"]
    assert first.meta["tmp"] == str(first.directory / "tmp")
    assert first.exit["rc"] == 0
    assert first.exit["maxrss_bytes"] > 1_000_000


@pytest.mark.parametrize(
    ("op", "limits", "code"),
    [
        ("crash", {}, "engine_crashed"),
        ("vanish", {}, "engine_crashed"),
        ("loop", {"deadline": 0.5}, "timeout"),
        ("sleep", {"deadline": 0.5, "params": {"seconds": 60}}, "timeout"),
        ("bomb", {"memory": 300 * 1024**2}, "out_of_memory"),
        ("no-such-operation", {}, "format_unsupported"),
    ],
)
def test_misfortune_costs_one_child(
    faulty: EngineProcess, op: str, limits: dict[str, object], code: str
) -> None:
    started = time.monotonic()
    assert _run(faulty, op, **limits).code == code
    assert time.monotonic() - started < 8
    assert _still_serves(faulty)


def test_a_crash_reports_its_signal(faulty: EngineProcess) -> None:
    assert _run(faulty, "crash").exit["signal"] == 11
    assert _run(faulty, "vanish").exit["rc"] == 7


def test_no_more_children_than_allowed_and_the_rest_in_turn(faulty: EngineProcess) -> None:
    with ThreadPoolExecutor(5) as pool:
        jobs = [pool.submit(_run, faulty, "sleep", params={"seconds": 0.4}) for _ in range(5)]
        _until(lambda: protocol.ping(faulty.socket("faulty"))["queued"] == 3)
        assert protocol.ping(faulty.socket("faulty"))["running"] == LIMIT
        assert len(children_of(faulty.process.pid)) == LIMIT
        assert {job.result().code for job in jobs} == {"done"}


def test_a_client_that_leaves_takes_its_job_along(faulty: EngineProcess) -> None:
    directory, name = faulty.job(b"x", "txt")
    request: protocol.Request = {"op": "loop", "dir": str(directory), "source": name}
    with protocol.Connection(faulty.socket("faulty"), 10) as connection:
        connection.send(request)
        job = faulty.worker(directory)
    _until(lambda: job not in children_of(faulty.process.pid))
    assert _still_serves(faulty)


def test_a_client_that_does_not_listen_is_cut_off_at_the_deadline(faulty: EngineProcess) -> None:
    directory, name = faulty.job(b"x", "txt")
    with protocol.Connection(faulty.socket("faulty"), 10) as connection:
        connection.send({"op": "flood", "dir": str(directory), "source": name, "deadline": 0.5})
        time.sleep(0.2)
        assert protocol.ping(faulty.socket("faulty"))["running"] == 1
        assert _still_serves(faulty)
        _until(lambda: _at_rest(faulty))
    assert _still_serves(faulty)


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b"null", b'{"op": 1}', b'{"op":"echo"}'])
def test_nonsense_is_dropped(faulty: EngineProcess, data: bytes) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as client:
        client.connect(str(faulty.socket("faulty")))
        client.send(data)
        client.settimeout(5)
        answer = client.recv(1000)
    assert answer == b"" or b'"failed"' in answer
    assert _still_serves(faulty)


@pytest.mark.parametrize(
    ("place", "source"),
    [
        ("/etc", "in/source.txt"),
        ("{jobs}", "in/source.txt"),
        ("{jobs}/../run", "in/source.txt"),
        ("{job}/in", "in/source.txt"),
        ("{link}", "in/source.txt"),
        ("{job}", "in/../../secret"),
        ("{job}", "/etc/passwd"),
        ("{job}", "in/sub/file"),
        ("{job}", "in/.hidden"),
    ],
)
def test_only_job_directories_and_plain_sources(
    faulty: EngineProcess, place: str, source: str
) -> None:
    directory, _ = faulty.job(b"x", "txt")
    link = directory.with_name(f"link-{directory.name}")
    link.symlink_to("/etc")
    target = place.format(jobs=faulty.jobs, job=directory, link=link)
    request: protocol.Request = {"op": "echo", "dir": target, "source": source}
    events = list(protocol.submit(faulty.socket("faulty"), request, 5))
    assert [event["event"] for event in events] == ["failed"]


def test_nothing_leaks_over_many_jobs(faulty: EngineProcess) -> None:
    descriptors = Path(f"/proc/{faulty.process.pid}/fd")
    _until(lambda: _at_rest(faulty))
    # Standard streams, the listening socket, and what leads to the child that waits.
    _until(lambda: len(list(descriptors.iterdir())) == 6)
    for number in range(30):
        _run(faulty, "crash" if number % 3 == 0 else "echo")
    _until(lambda: _at_rest(faulty))
    _until(lambda: len(list(descriptors.iterdir())) == 6)


def test_retiring_finishes_what_was_begun(tmp_path: Path, faulty: EngineProcess) -> None:
    for name in ("run", "jobs", "state"):
        (tmp_path / name).mkdir()
    command = [sys.executable, "-m", "tests.engine.faulty"]
    command += ["--socket", str(tmp_path / "run" / "faulty.sock"), "--processes", "1"]
    command += ["--scratch-dir", str(tmp_path), "--jobs-dir", str(tmp_path / "jobs")]
    process = subprocess.Popen([*command, "--state-dir", str(tmp_path)], cwd=PROJECT)
    engine = EngineProcess(tmp_path, process, tmp_path / "log")
    try:
        _until(lambda: engine.socket("faulty").exists())
        with ThreadPoolExecutor(2) as pool:
            jobs = [pool.submit(_run, engine, "sleep", params={"seconds": 0.3}) for _ in range(2)]
            _until(lambda: protocol.ping(engine.socket("faulty"))["queued"] == 1)
            with protocol.Connection(engine.socket("faulty"), 5) as connection:
                connection.send({"op": "retire"})
                assert connection.receive() == {"event": "retiring"}
            assert [job.result().code for job in jobs] == ["done", "done"]
        assert process.wait(5) == 0
    finally:
        process.kill()


def test_nobody_listens(tmp_path: Path) -> None:
    request: protocol.Request = {"op": "echo"}
    events = list(protocol.submit(tmp_path / "no.sock", request, 1))
    assert [event.get("code") for event in events] == ["engine_unavailable"]
    with pytest.raises(protocol.EngineUnavailable):
        protocol.ping(tmp_path / "no.sock")


def test_socket_paths_may_be_long(tmp_path: Path) -> None:
    directory = tmp_path / ("d" * 100) / ("e" * 100)
    directory.mkdir(parents=True)
    with protocol.listen(directory / "engine.sock") as listener:
        client = protocol.Connection(directory / "engine.sock", 1)
        listener.accept()[0].close()
        client.close()


def test_a_message_has_a_size() -> None:
    with pytest.raises(ValueError, match="large results belong into files"):
        protocol.encode({"text": "x" * 70_000})
