"""The examples work as they stand: each is run against the product, in every language there is."""

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

from tests.browser.edits import Partner
from tests.browser.reviews import invoice
from tests.connector import Connector, connector
from tests.npm import BIN
from tests.stack import PROJECT, Stack

LINK = re.compile(r"http://\S+/view/u[A-Za-z0-9_-]{43}")
EXAMPLES = PROJECT / "examples"
DOORS = ("view", "compare", "fill", "extract", "edit")
# How a program of each language is started, by the ending of its file.
STARTED = {
    "sh": ["bash"],
    "py": [sys.executable],
    "mjs": [str(BIN / "node")],
    "ps1": ["pwsh", "-NoProfile", "-File"],
}
LANGUAGES = pytest.mark.parametrize("language", STARTED)


def command(door: str, language: str) -> list[str]:
    """How the example of this door is started; skips where the language is not installed."""
    program = STARTED[language]
    if shutil.which(program[0]) is None:
        pytest.skip(f"{program[0]} is not installed")
    return [*program, str(EXAMPLES / f"{door}.{language}")]


def run(started: list[str], environment: dict[str, str], directory: Path = PROJECT) -> str:
    """What the command prints; its faults are in the assertion."""
    done = subprocess.run(
        started, cwd=directory, env=environment, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def word_document(file: Path, text: str) -> Path:
    document = Document()
    document.add_paragraph(text)
    document.save(str(file))
    return file


@pytest.fixture
def document(tmp_path: Path) -> Path:
    return word_document(tmp_path / "Harbour tour.docx", "The lighthouse opens at nine.")


def environment(stack: Stack, credentials: dict[str, str]) -> dict[str, str]:
    """Where an integrator runs an example."""
    return os.environ | {
        "URL": stack.url,
        "CLIENT_ID": credentials["client_id"],
        "CLIENT_SECRET": credentials["client_secret"],
    }


@pytest.fixture(scope="module")
def integrator(stack: Stack) -> dict[str, str]:
    return environment(stack, stack.register("Examples"))


def test_every_door_has_an_example_in_every_language() -> None:
    files = {file.name for file in EXAMPLES.iterdir() if file.is_file()}
    assert files == {f"{door}.{ending}" for door in DOORS for ending in STARTED} | {"portal.mjs"}


@LANGUAGES
def test_view_shows_reads_and_ends(
    language: str, integrator: dict[str, str], document: Path
) -> None:
    printed = run([*command("view", language), str(document)], integrator)
    assert "The lighthouse opens at nine." in printed
    link = LINK.search(printed)
    assert link, printed
    page = requests.get(link[0], timeout=30)
    assert page.status_code == 403
    assert "You have finished reading." in page.text


@LANGUAGES
def test_what_is_wrong_is_shown(language: str, integrator: dict[str, str], document: Path) -> None:
    wrong = integrator | {"CLIENT_SECRET": "rcs_forgotten"}
    done = subprocess.run(
        [*command("view", language), str(document)], env=wrong, capture_output=True, text=True
    )
    assert done.returncode != 0
    assert "The client id or the secret is wrong" in done.stdout + done.stderr


@pytest.mark.parametrize("language", ["sh", "py", "mjs"])
def test_link_of_an_example_opens_the_viewer(
    language: str, integrator: dict[str, str], document: Path
) -> None:
    printed = run([*command("view", language), str(document)], integrator | {"KEEP": "1"})
    link = LINK.search(printed)
    assert link, printed
    page = requests.get(link[0], timeout=30)
    assert page.status_code == 200
    assert "Harbour tour.docx" in page.text


@LANGUAGES
def test_compare_lists_what_changed(
    language: str, integrator: dict[str, str], document: Path, tmp_path: Path
) -> None:
    revised = word_document(tmp_path / "Revised.docx", "The lighthouse opens at ten.")
    printed = run(
        [*command("compare", language), str(document), str(revised)], integrator, tmp_path
    )
    link = LINK.search(printed)
    assert link, printed
    assert requests.get(link[0], timeout=30).status_code == 200
    assert "nine" in printed
    assert "acceptAll" in printed


@LANGUAGES
def test_extract_reads_the_data(language: str, stack: Stack, tmp_path: Path) -> None:
    scopes = ("--scope", "sessions:write", "--scope", "documents:ocr")
    file = tmp_path / "invoice.pdf"
    file.write_bytes(invoice("INV-7", tax="19.00"))
    printed = run(
        [*command("extract", language), str(file)],
        environment(stack, stack.register("Reading", *scopes)) | {"KEEP": "1"},
        tmp_path,
    )
    assert "Class: invoice" in printed
    assert re.search(r"INV-7 \(page 1, [01]\.\d\d\)", printed), printed
    review = re.search(r"Review: (\S+)", printed)
    assert review, printed
    assert requests.get(review[1], timeout=30).status_code == 200


@LANGUAGES
def test_edit_prints_a_link_to_the_editor(language: str, stack: Stack, tmp_path: Path) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("The lighthouse opens at nine.")
    partner = Partner.registered(stack)
    printed = run(
        [*command("edit", language), str(file)],
        os.environ | {"URL": stack.url, "ACCESS_KEY": partner.key},
        tmp_path,
    )
    link = re.search(r"Link: (\S+)", printed)
    assert link, printed
    opened = requests.get(link[1], timeout=30, allow_redirects=False)
    assert opened.status_code == 302
    assert re.fullmatch(r"/editor/[0-9a-f-]{36}", opened.headers["Location"])


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


@pytest.fixture(scope="module")
def program(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connector]:
    with connector(stack, tmp_path_factory.mktemp("connect")) as program:
        yield program


@LANGUAGES
def test_fill_opens_a_form_and_gets_the_document(
    language: str, program: Connector, stack: Stack, tmp_path: Path
) -> None:
    with subprocess.Popen(
        [*command("fill", language), program.datasource, program.template],
        cwd=tmp_path,
        env=environment(stack, program.credentials) | {"WAIT": "1"},
        stdout=subprocess.PIPE,
        text=True,
    ) as running:
        assert running.stdout is not None
        printed = running.stdout.readline() + running.stdout.readline()
        link = re.search(r"Link: (http://\S+/app/web/connect\?sessionId=([0-9a-f-]{36}))", printed)
        assert link, printed
        assert requests.get(link[1], timeout=30).status_code == 200
        assert program.complete(link[2]).status_code == 200
        assert running.wait(timeout=60) == 0
    assert (tmp_path / "connect.pdf").read_bytes().startswith(b"%PDF")
