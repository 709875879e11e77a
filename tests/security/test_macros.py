"""Programs in documents do not run."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from apps.conversion.engines import profile, protocol
from tests import corpus
from tests.engine_process import PAGES_FORMATS, EngineProcess, Outcome
from tests.security.vectors import WORD, given_away
from tests.security.vectors_macros import PROGRAMS, Built

AREA = "Programs in documents: macros, scripts, event listeners"
_OPEN_TO_PROGRAMS = (("DisableMacrosExecution", "true", "false"), ("MacroSecurityLevel", 3, 0))
_FAST = {"basic in a flat text", "python in a package", "a script in a PDF"}


def _converted(engine: EngineProcess, build: Built) -> tuple[Outcome, Path]:
    """What became of a document, and the file that its program may write: the jail allows it."""
    directory, _ = engine.job(b"", "txt")
    written = directory / "tmp" / "written"
    form, content = build(written)
    (directory / "in" / f"source.{form}").write_bytes(content)
    request: Any = {
        "op": "pdf",
        "dir": str(directory),
        "source": f"in/source.{form}",
        "params": {"format": form},
    }
    name = "pages" if form in PAGES_FORMATS else "office"
    events = protocol.submit(engine.socket(name), request, 60)
    return Outcome(directory, [dict(event) for event in events]), written


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=() if name in _FAST else pytest.mark.security_slow)
        for name in PROGRAMS
    ],
)
def test_no_program_runs(engine: EngineProcess, name: str) -> None:
    _holds(engine, PROGRAMS[name])


@pytest.mark.security_slow
@pytest.mark.parametrize("name", sorted(PROGRAMS))
def test_no_program_runs_the_other_ways_either(other_engine: EngineProcess, name: str) -> None:
    _holds(other_engine, PROGRAMS[name])


def _holds(engine: EngineProcess, build: Built) -> None:
    outcome, written = _converted(engine, build)
    assert outcome.code == "done"
    assert not written.exists()
    assert given_away(outcome, WORD) == []
    for op in ("raster", "text"):
        shown = engine.run("pages", op, outcome.file("whole"), {"first": 0, "last": 0})
        assert shown.code == "done"
        assert given_away(shown, WORD) == []


@corpus.requires_corpus
@pytest.mark.security_slow
@pytest.mark.parametrize("name", ["poi__60512.xlsm", "poi__62629_target.xlsm"])
def test_real_macro_workbooks_are_shown(engine: EngineProcess, name: str) -> None:
    assert engine.pdf(corpus.file(f"hostile/{name}"), max_pages=3).code == "done"


@pytest.mark.security_slow
@pytest.mark.parametrize("name", ["basic in a flat text", "basic in a package"])
def test_the_programs_work(tmp_path: Path, name: str) -> None:
    """The control: a LibreOffice that allows programs and has no jail runs them."""
    written = tmp_path / "written"
    form, content = PROGRAMS[name](written)
    document = tmp_path / f"document.{form}"
    document.write_bytes(content)
    profile.write(tmp_path / "profile", "7.4")
    registry = tmp_path / "profile" / "user" / "registrymodifications.xcu"
    settings = registry.read_text()
    for setting, ours, open_to_all in _OPEN_TO_PROGRAMS:
        value = f'"{setting}" oor:op="fuse"><value>{{}}<'
        assert value.format(ours) in settings
        settings = settings.replace(value.format(ours), value.format(open_to_all))
    registry.write_text(settings)
    office = subprocess.Popen(
        ["soffice", f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}", "--headless",
         "--norestore", str(document)],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    try:
        until = time.monotonic() + 30
        while not written.exists() and time.monotonic() < until:
            time.sleep(0.05)
        assert written.exists()
    finally:
        os.killpg(office.pid, signal.SIGKILL)
        office.wait()
