"""What people's browsers fetch of ours before they can do anything."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest

from tests.stack import PROJECT

SCRIPTS = PROJECT / "static" / "js"
MOST_BYTES = 150_000


def modules(entry: Path) -> set[Path]:
    """A script with all that it imports, also on demand."""
    found: set[Path] = set()
    left = [entry]
    while left:
        module = left.pop()
        if module not in found:
            found.add(module)
            names = re.findall(r'(?:from|import\() ?"(\.[^"]+)"', module.read_text())
            left += [(module.parent / name).resolve() for name in names]
    return found


@pytest.mark.parametrize("page", ["viewer", "connect", "review", "editor"])
def test_own_scripts_are_small(page: str) -> None:
    sent = [gzip.compress(one.read_bytes()) for one in modules(SCRIPTS / page / "main.js")]
    assert len(sent) > 20
    assert sum(map(len, sent)) < MOST_BYTES
