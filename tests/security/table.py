"""What `make security` prints at its end: what was tried, by kind of door, and what held.

A plugin of pytest (`-p tests.security.table`). A module's `AREA` names its kind of door.
"""

from __future__ import annotations

import ast
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
ROW = "{:<58} {:>6} {:>6}  {}"


@cache
def area(module: str) -> str:
    """The `AREA` of a test module, given its path below the project; else the path."""
    for statement in ast.parse((PROJECT / module).read_text()).body:
        if (
            isinstance(statement, ast.Assign)
            and isinstance(statement.targets[0], ast.Name)
            and statement.targets[0].id == "AREA"
        ):
            return str(ast.literal_eval(statement.value))
    return module


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """The table."""
    tried: Counter[str] = Counter()
    held: Counter[str] = Counter()
    skipped: Counter[str] = Counter()
    for outcome in ("passed", "failed", "error", "skipped"):
        for report in terminalreporter.getreports(outcome):
            name = area(report.nodeid.partition("::")[0])
            tried[name] += outcome != "skipped"
            held[name] += outcome == "passed"
            skipped[name] += outcome == "skipped"
    terminalreporter.section("doors knocked on")
    terminalreporter.write_line(ROW.format("vectors or endpoints", "tried", "held", ""))
    for name in sorted(tried):
        said = " ".join(
            ["OPEN"] * (held[name] < tried[name])
            + [f"{skipped[name]} skipped"] * bool(skipped[name])
        )
        terminalreporter.write_line(ROW.format(name, tried[name], held[name], said))
    terminalreporter.write_line(ROW.format("all", tried.total(), held.total(), ""))
