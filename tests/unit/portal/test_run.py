"""What is left of a program that dies is ended before it is started again."""

from __future__ import annotations

from portal.run import Program
from tests.fakes import wait_until
from tests.flows import processes


def test_what_a_killed_program_had_started_goes_with_it() -> None:
    program = Program("web", ["sh", "-c", "sleep 60 & sleep 60"])
    program.start()
    assert program.process is not None
    first = program.process.pid
    below = wait_until(lambda: len(found := processes.descendants(first)) == 2 and found)
    program.process.kill()
    program.process.wait(10)
    assert all(processes.alive(pid) for pid in below)
    program.tend()
    wait_until(lambda: not any(processes.alive(pid) for pid in below))
    assert program.process is None
