"""What the product asks of large tables, an index answers: told by PostgreSQL at a million rows."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from tests import servers
from tests.stack import PROJECT

ROWS = 1_000_000
# The index that serves each act.
EXPECTED = {
    "a session by its id": "session_digest",
    "another session of a client": "session_live",
    "the sweep": "session_stopped",
    "the list": "session_newest",
    "the list of a client": "session_of_client",
    "the next job": "rendition_queue",
    "the jobs whose worker was lost": "rendition_queue",
}
LARGE = ("document_sessions_documentsession", "conversion_rendition")


@pytest.fixture(scope="module")
def plans(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """How PostgreSQL answers each question, by act."""
    directory = tmp_path_factory.mktemp("rows")
    with servers.postgresql(directory, hasty=True, tables=True) as database:
        ran = subprocess.run(
            [sys.executable, "-m", "tests.flows.many_rows", str(ROWS)],
            cwd=PROJECT,
            env=os.environ | {"DATABASE_URL": database, "DATA_DIR": str(directory / "data")},
            capture_output=True,
            text=True,
        )
    assert ran.returncode == 0, ran.stderr[-4000:]
    found: dict[str, list[str]] = json.loads(ran.stdout.splitlines()[-1])
    return found


@pytest.mark.parametrize("act", EXPECTED)
def test_an_index_serves_it(plans: dict[str, list[str]], act: str) -> None:
    assert any(EXPECTED[act] in plan for plan in plans[act]), "\n\n".join(plans[act])
    for table in LARGE:
        assert not any(f"Seq Scan on {table}" in plan for plan in plans[act])


def test_expired_sessions_are_found_in_the_order_of_their_index(
    plans: dict[str, list[str]],
) -> None:
    first = plans["the sweep"][0]
    assert "expires_at" in first and "Sort" not in first, first


def test_there_is_no_second_index_on_a_digest(plans: dict[str, list[str]]) -> None:
    assert not any(
        "_like on " + table in plan for act in plans.values() for plan in act for table in LARGE
    )
