"""Documents say what is there: links lead somewhere, paths exist, lists are complete."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.stack import PROJECT

DOCUMENTS = sorted(
    path
    for pattern in ("*.md", "docs/**/*.md")
    for path in PROJECT.glob(pattern)
    if ".venv" not in path.parts
)
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")


def anchors(document: Path) -> set[str]:
    """The anchors that a reader's Markdown viewer makes of a document's headings."""
    headings = re.findall(r"^#+ (.+)$", document.read_text(), re.M)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(PROJECT)))
def test_links_lead_somewhere(document: Path) -> None:
    for link in LINK.findall(document.read_text()):
        path, _, anchor = link.partition("#")
        if re.match(r"[a-z]+:", link):
            continue
        target = (document.parent / path).resolve() if path else document
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


def rows(document: str, heading: str) -> dict[str, list[str]]:
    """The cells of a table below a heading, by the first cell."""
    section = (PROJECT / document).read_text().partition(f"## {heading}\n")[2].split("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("| ")][2:]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return {first: rest for first, *rest in cells}


def listed(file: str) -> set[str]:
    """The names in a list of requirements, without versions and extras."""
    lines = (PROJECT / file).read_text().splitlines()
    return {
        re.split(r"[\[~=<>;\s]", line)[0]
        for line in lines
        if line.strip() and not line.startswith(("#", "-"))
    }


@pytest.mark.parametrize(
    ("file", "heading"),
    [
        ("requirements.in", "Python, running"),
        ("requirements-dev.in", "Python, developing and testing"),
        ("deploy/packages.txt", "Debian packages, running"),
        ("deploy/packages-dev.txt", "Debian packages, developing and testing"),
    ],
)
def test_each_dependency_has_a_reason_and_a_licence(file: str, heading: str) -> None:
    table = rows("docs/reference/dependencies.md", heading)
    assert set(table) == listed(file)
    assert all(len(cells) == 2 and all(cells) for cells in table.values())


def test_each_library_of_the_browser_has_a_reason_and_a_licence() -> None:
    table = rows("docs/reference/dependencies.md", "Browser, running")
    assert set(table) == set(json.loads((PROJECT / "package.json").read_text())["dependencies"])
    assert all(len(cells) == 2 and all(cells) for cells in table.values())


def test_layout_names_what_exists_and_every_app() -> None:
    text = (PROJECT / "docs/explanation/layout.md").read_text().partition("## Inside")[0]
    paths = re.findall(r"`([\w./-]+)`", text)
    paths = [path for path in paths if "/" in path.strip("/") or path.endswith((".py", ".in"))]
    missing = [
        path
        for path in paths
        if not path.startswith("/") and path != "base.py" and not (PROJECT / path).exists()
    ]
    assert missing == []
    apps = PROJECT / "apps"
    told = [*apps.glob("*/apps.py"), *(apps / "dialects").glob("*/urls.py")]
    unnamed = {f"{path.parent.relative_to(PROJECT)}/" for path in told} - set(paths)
    assert unnamed == set()


def test_decisions_are_numbered_without_gaps_and_listed() -> None:
    decisions = sorted(path.name for path in (PROJECT / "docs/adr").glob("[0-9]*.md"))
    assert [int(name[:4]) for name in decisions] == list(range(1, len(decisions) + 1))
    listed = re.findall(r"\]\((\S+)\)", (PROJECT / "docs/adr/README.md").read_text())
    assert listed == decisions
