"""The supervisor starts, restarts, recycles, falls back, and leaves nothing behind."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from apps.conversion.engines import jail, launch, protocol
from tests.engine import documents
from tests.engine.test_compare_pairs import compare
from tests.engine_process import EngineProcess, running_engine

_LONG = documents.docx(documents.paragraphs(*(f"Line {n}" for n in range(60_000))))


def _until(condition: Callable[[], bool], seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it does not happen"
        time.sleep(0.02)


def _alive(pid: int) -> bool:
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False


def _start_long_job(engine: EngineProcess) -> int:
    """Begin a conversion that lasts; the process that does it."""
    directory, name = engine.job(_LONG, "docx")
    connection = protocol.Connection(engine.socket("office"), 60)
    connection.send(
        {"op": "pdf", "dir": str(directory), "source": name, "params": {"format": "docx"}}
    )
    _open_connections.append(connection)
    return engine.worker(directory)


_open_connections: list[protocol.Connection] = []


def _have_a_host_wait(engine: EngineProcess) -> None:
    document = documents.docx(documents.paragraphs("x"))
    assert compare(engine, document, document).code == "done"
    _until(lambda: protocol.ping(engine.socket("pages"))["spare_ready"])


@pytest.fixture
def state(engine: EngineProcess) -> Path:
    """Warm-up files and caches that are there already."""
    return engine.directory / "state"


def test_a_dead_zygote_comes_back_and_sigterm_ends_all(tmp_path: Path, state: Path) -> None:
    with running_engine(tmp_path, state=state) as engine:
        os.kill(engine.zygote("engines.pages"), signal.SIGKILL)
        _until(lambda: not engine.socket("pages").exists())
        _until(engine.socket("pages").exists)
        assert engine.pdf(documents.pdf(), "pdf").code == "done"

        _have_a_host_wait(engine)
        _start_long_job(engine)
        processes = engine.processes()
        # This one's, four zygotes, the job, the host that waits, and who waits for other jobs:
        # three, as the office's has the job.
        assert len(processes) == 10
        engine.process.terminate()
        assert engine.process.wait(10) == 0
        _until(lambda: not any(map(_alive, processes)), 5)
        assert list((tmp_path / "run").iterdir()) == []


def test_recycling_loses_no_job_and_sigkill_leaves_no_process(tmp_path: Path, state: Path) -> None:
    with running_engine(tmp_path, state=state, recycle_hours=3 / 3600) as engine:
        before = engine.zygote("engines.office")
        with ThreadPoolExecutor(1) as pool:
            params = {"format": "docx", "max_pages": 1}
            lines = documents.docx(documents.paragraphs(*["Line"] * 8_000))
            long = pool.submit(engine.run, "office", "pdf", lines, params, extension="docx")
            document = documents.docx(documents.paragraphs("x"))
            codes = set()
            until = time.monotonic() + 30
            while _alive(before) and time.monotonic() < until:
                codes.add(engine.pdf(document, "docx").code)
            assert codes == {"done"}
            assert long.result().code == "done"
        assert not _alive(before)

        processes = engine.processes()
        assert len(processes) >= 3
        engine.process.kill()
        _until(lambda: not any(map(_alive, processes)), 5)


def test_the_fallback_serves_the_same(tmp_path: Path, state: Path) -> None:
    fallback = {"RECTO_OFFICE_ENGINE": "fallback"}
    with running_engine(tmp_path, state=state, environment=fallback) as engine:
        pong = protocol.ping(engine.socket("office"))
        assert (pong["mode"], pong["engine"]) == ("fallback", "office")
        outcome = engine.pdf(documents.docx(documents.paragraphs("Text")), "docx")
        assert outcome.meta["pages"] == 1
        assert outcome.part("whole")["media_type"] == "application/pdf"
        assert engine.pdf("Grüße\n".encode("utf-16"), "txt").code == "done"
        assert engine.pdf(b"a;b\n1;2\n", "csv").code == "done"
        assert engine.pdf(b"", "docx").code == "document_empty"
        broken = documents.package({"[Content_Types].xml": "x"})
        assert engine.pdf(broken, "docx").code == "document_corrupt"


def test_bubblewrap_carries_what_landlock_does_not(tmp_path: Path, state: Path) -> None:
    bubblewrap = {"RECTO_JAIL": "bubblewrap"}
    if not jail.capabilities().bubblewrap:
        pytest.skip("bubblewrap makes no name spaces here")
    with running_engine(tmp_path, state=state, environment=bubblewrap) as engine:
        for name in ("pages", "office"):
            layers = protocol.ping(engine.socket(name))["jail"]
            assert "bubblewrap" in layers
            assert not any(layer.startswith("landlock") for layer in layers)
        assert engine.pdf(documents.docx(documents.paragraphs("x")), "docx").code == "done"
        drawing = b"<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>"
        assert engine.pdf(drawing, "svg").code == "done"
        _have_a_host_wait(engine)
        processes = engine.processes()
        engine.process.kill()
        _until(lambda: not any(map(_alive, processes)), 5)


def test_a_leak_stops_everything(monkeypatch: pytest.MonkeyPatch, engine: EngineProcess) -> None:
    monkeypatch.setattr(launch.jail_test, "find_leaks", lambda *_, **__: ["network: TCP"])
    plan = launch.Plan("pages", "", "", Path(), engine.jobs, Path(), 1, jail.capabilities())
    started = launch.Launched(engine.process, engine.socket("pages"), Path(), time.monotonic())
    with pytest.raises(launch.JailFailure, match="network: TCP"):
        launch.wait_until_ready(started, plan)
