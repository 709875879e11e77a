"""The examples work as they stand: each is run against the product."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from docx import Document

from tests.connector import Connector, connector
from tests.stack import PROJECT, Stack

LINK = re.compile(r"http://\S+/view/u[A-Za-z0-9_-]{43}")
EXAMPLES = PROJECT / "examples"


def run(command: list[str], environment: dict[str, str]) -> str:
    """What the command prints; its faults are in the assertion."""
    done = subprocess.run(
        command, cwd=PROJECT, env=environment, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture
def document(tmp_path: Path) -> Path:
    file = tmp_path / "Harbour tour.docx"
    document = Document()
    document.add_paragraph("The lighthouse opens at nine.")
    document.save(str(file))
    return file


@pytest.fixture(scope="module")
def integrator(stack: Stack) -> dict[str, str]:
    """The environment in which an integrator runs an example."""
    credentials = stack.register("Examples")
    return os.environ | {
        "URL": stack.url,
        "CLIENT_ID": credentials["client_id"],
        "CLIENT_SECRET": credentials["client_secret"],
    }


COMMANDS = {
    "curl": ["bash", str(EXAMPLES / "curl.sh")],
    "python": [sys.executable, str(EXAMPLES / "show_document.py")],
    "powershell": ["pwsh", "-NoProfile", "-File", str(EXAMPLES / "Show-Document.ps1")],
}


@pytest.mark.parametrize("name", COMMANDS)
def test_example_shows_reads_and_ends(
    name: str, integrator: dict[str, str], document: Path
) -> None:
    command = COMMANDS[name]
    if shutil.which(command[0]) is None:
        pytest.skip(f"{command[0]} is not installed")
    printed = run([*command, str(document)], integrator)
    assert "The lighthouse opens at nine." in printed
    link = LINK.search(printed)
    assert link, printed
    page = requests.get(link[0], timeout=30)
    assert page.status_code == 403
    assert "You have finished reading." in page.text


@pytest.mark.parametrize("name", ["curl", "python"])
def test_link_of_an_example_opens_the_viewer(
    name: str, integrator: dict[str, str], document: Path
) -> None:
    printed = run([*COMMANDS[name], str(document)], integrator | {"KEEP": "1"})
    link = LINK.search(printed)
    assert link, printed
    page = requests.get(link[0], timeout=30)
    assert page.status_code == 200
    assert "Harbour tour.docx" in page.text


def test_readme_prints_a_working_link(stack: Stack) -> None:
    blocks = re.findall(r"^```sh\n(.*?)^```", (PROJECT / "README.md").read_text(), re.M | re.S)
    (example,) = [block for block in blocks if "register_client" in block]
    script = example.replace("http://127.0.0.1:8000", stack.url)
    script = script.replace(".venv/bin/python", sys.executable)
    printed = run(["bash", "-euo", "pipefail", "-c", script], stack.environment)
    link = LINK.search(printed)
    assert link, printed
    page = requests.get(link[0], timeout=30)
    assert page.status_code == 200
    assert "README.md" in page.text
    identity = link[0].rpartition("/view/u")[2]
    text = requests.get(
        f"{stack.url}/PCCIS/V1/Document/q/0-0/Text",
        params={"DocumentID": f"u{identity}"},
        timeout=60,
    )
    assert "document portal you host yourself" in " ".join(text.json()["pages"][0]["text"].split())


CONNECT = {
    "curl": ["bash", str(EXAMPLES / "connect.sh")],
    "python": [sys.executable, str(EXAMPLES / "connect.py")],
    "powershell": ["pwsh", "-NoProfile", "-File", str(EXAMPLES / "Open-Connect.ps1")],
}


@pytest.fixture(scope="module")
def program(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connector]:
    with connector(stack, tmp_path_factory.mktemp("connect")) as program:
        yield program


@pytest.mark.parametrize("name", CONNECT)
def test_connect_example_opens_a_form_and_gets_the_document(
    name: str, program: Connector, tmp_path: Path
) -> None:
    command = [*CONNECT[name], program.datasource, program.template]
    if shutil.which(command[0]) is None:
        pytest.skip(f"{command[0]} is not installed")
    environment = os.environ | {
        "URL": program.url,
        "CLIENT_ID": program.credentials["client_id"],
        "CLIENT_SECRET": program.credentials["client_secret"],
        "WAIT": "1",
    }
    with subprocess.Popen(
        command, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, text=True
    ) as running:
        assert running.stdout is not None
        printed = running.stdout.readline() + running.stdout.readline()
        link = re.search(r"Link: (http://\S+/app/web/connect\?sessionId=([0-9a-f-]{36}))", printed)
        assert link, printed
        assert requests.get(link[1], timeout=30).status_code == 200
        assert program.complete(link[2]).status_code == 200
        assert running.wait(timeout=60) == 0
    assert (tmp_path / "connect.pdf").read_bytes().startswith(b"%PDF")
