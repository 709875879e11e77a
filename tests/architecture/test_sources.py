"""Files stay small, the checks stay clean, and no text gives away a secret or a machine."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
from django.core.management import call_command

PROJECT = Path(__file__).resolve().parents[2]
MOST_LINES = 400
SOURCES = sorted(
    path
    for folder in ("apps", "portal")
    for path in (PROJECT / folder).rglob("*.py")
    if "migrations" not in path.parts
)
GIVEN_AWAY = {
    "a path of somebody's machine": re.compile(r"(?<!\w)/(?:work|root|home)/\w+"),
    "an address of a private network": re.compile(
        r"\b(?:10|192\.168|172\.(?:1[6-9]|2\d|3[01]))\.\d+\.\d+"
    ),
    "a secret or access key": re.compile(r"\brc[sk]_[A-Za-z0-9_-]{43}"),
    "a private key": re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY"),
    "a cloud key": re.compile(r"\bAKIA[0-9A-Z]{16}\b"),
    "a URL with a password": re.compile(r"\w+://[^\s/:@`]+:(?!password@|secret@)[^\s/@`]+@"),
}


def texts() -> list[Path]:
    """What people read: documents, examples, settings, and the scripts of set-up."""
    kept = subprocess.run(
        ["git", "ls-files", "*.md", "examples", "deploy", "Makefile", ".env.example", ".ci"],
        cwd=PROJECT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.split("\n")
    return [PROJECT / name for name in kept if name]


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(PROJECT)))
def test_file_is_small(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= MOST_LINES


@pytest.mark.parametrize("path", texts(), ids=lambda path: str(path.relative_to(PROJECT)))
def test_text_gives_nothing_away(path: Path) -> None:
    text = path.read_text()
    for what, pattern in GIVEN_AWAY.items():
        found = pattern.search(text)
        assert found is None, f"{what}: {found[0] if found else ''}"


def test_system_checks_are_clean() -> None:
    """Among them: each dialect spells each error code."""
    call_command("check", fail_level="WARNING")


@pytest.mark.django_db
def test_migrations_are_complete() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)
