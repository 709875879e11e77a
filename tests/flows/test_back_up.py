"""docs/how-to/back-up.md, word for word: copied while it runs, restored elsewhere, whole."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests import factories, servers
from tests.stack import PROJECT, Integrator, Stack, running_stack

_HOW_TO = (PROJECT / "docs/how-to/back-up.md").read_text()
# Every stored content is there and is what its row says.
_CONSISTENT = """
import hashlib
from apps.workfiles.models import Blob
from apps.workfiles import storage
wrong = [blob.pk for blob in Blob.objects.all()
         if hashlib.sha256(storage.open_stored(blob.location).read()).hexdigest() != blob.sha256]
print("contents", Blob.objects.count(), "wrong", wrong)
"""


def commands(heading: str) -> str:
    """The commands below a heading of the how-to."""
    section = _HOW_TO.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    block = re.search(r"```sh\n(.*?)```", section, re.S)
    assert block, heading
    return block[1]


def carry_out(script: str, directory: Path, backup: Path, **environment: str) -> None:
    """Runs commands of the how-to in a directory that has `var` as the project does."""
    script = script.replace("/backup/recto", str(backup)).replace(
        ".venv/bin/python", sys.executable
    )
    script = script.replace("make run\n", "")
    given = {"PATH": f"/usr/bin:/bin:{postgresql_programs()}", "backup": str(backup)} | environment
    subprocess.run(
        ["bash", "-euc", script], cwd=directory, env=given, check=True, capture_output=True
    )


def postgresql_programs() -> str:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    return str(found[-1]) if found else "/usr/bin"


def filled(stack: Stack) -> tuple[str, dict[str, str], bytes]:
    """A session on a document that was converted, and its client."""
    content = factories.docx("Kept twice.")
    credentials = stack.register("Lasting")
    integrator = Integrator(stack.url, credentials)
    identity = integrator.open(externalId="kept.docx")
    assert integrator.upload(identity, content).status_code == 200
    assert integrator.settled(identity)["state"] == "ready"
    return identity, credentials, content


def assert_whole(stack: Stack, identity: str, credentials: dict[str, str], content: bytes) -> None:
    """Web alone shows it: the document, and what was made of it, came along."""
    integrator = Integrator(stack.url, credentials)
    assert integrator.settled(identity)["state"] == "ready"
    original = integrator.call("GET", f"/PCCIS/V1/ViewingSession/u{identity}/SourceFile")
    assert original.content == content
    words = stack.manage("shell", "-c", _CONSISTENT).strip().splitlines()[-1].split()
    assert int(words[1]) >= 2 and words[-1] == "[]"


def test_embedded_default(tmp_path: Path) -> None:
    backup, old, new = tmp_path / "backup", tmp_path / "old", tmp_path / "new"
    old.mkdir()
    new.mkdir()
    with running_stack(DATA_DIR=str(old / "var")) as stack:
        kept = filled(stack)
        carry_out(commands("While it runs"), old, backup)
        stack.process.send_signal(signal.SIGTERM)
        stack.process.wait(30)
    carry_out(commands("Restore"), new, backup)
    with running_stack(only=["web"], DATA_DIR=str(new / "var")) as stack:
        assert_whole(stack, *kept)


def test_postgresql(tmp_path_factory: pytest.TempPathFactory) -> None:
    directory = tmp_path_factory.mktemp("dumped")
    backup, old, new = directory / "backup", directory / "old", directory / "new"
    for folder in (backup, old, new):
        folder.mkdir()
    with servers.postgresql(directory, tables=True) as database:
        other = database.rpartition("/")[0] + "/restored"
        subprocess.run(
            [f"{postgresql_programs()}/psql", database, "-c", "CREATE DATABASE restored"],
            check=True,
        )
        with running_stack(DATABASE_URL=database, DATA_DIR=str(old / "var")) as stack:
            kept = filled(stack)
            carry_out(commands("With PostgreSQL"), old, backup, DATABASE_URL=database)
        carry_out(commands("Restore with PostgreSQL"), new, backup, DATABASE_URL=other)
        with running_stack(only=["web"], DATABASE_URL=other, DATA_DIR=str(new / "var")) as stack:
            assert_whole(stack, *kept)
