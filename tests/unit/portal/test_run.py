"""What is left of a program that dies is ended before it is started again."""

from __future__ import annotations

import pytest

from portal import run
from tests.fakes import wait_until
from tests.flows import processes


def test_what_a_killed_program_had_started_goes_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "_ENGINE", "timeit")  # begins with a memory of its own, as it does
    program = run.Program("web", ["timeit", "import subprocess; subprocess.run(['sleep', '60'])"])
    program.start()
    first = program.pid
    assert first
    below = wait_until(lambda: len(found := processes.descendants(first)) == 1 and found)
    processes.kill(first)
    assert all(processes.alive(pid) for pid in below)
    program.tend()
    wait_until(lambda: not any(processes.alive(pid) for pid in below))
    assert program.pid is None
