"""The shared set of real documents, beside the project. Absent on a user's machine."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent / "shared" / "corpus"
requires_corpus = pytest.mark.skipif(
    not ROOT.is_dir(), reason="the document corpus is not beside the project (../shared/corpus)"
)


@dataclass(frozen=True)
class Entry:
    """A row of MANIFEST.tsv."""

    path: Path
    purpose: str
    password: str

    @property
    def extension(self) -> str:
        return self.path.suffix.lstrip(".").lower()

    @property
    def id(self) -> str:
        return str(self.path.relative_to(ROOT))


def entries(*folders: str) -> list[Entry]:
    """The documents of some folders, in the manifest's order; none where there is no corpus."""
    manifest = ROOT / "MANIFEST.tsv"
    if not manifest.is_file():
        return []
    with manifest.open(newline="") as stream:
        rows = list(csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE))
    return [
        Entry(ROOT / row["path"], row["purpose"], row.get("password") or "")
        for row in rows
        if row["path"].split("/")[0] in folders
    ]


def file(path: str) -> Path:
    """One file; skips the test where the corpus is absent."""
    if not ROOT.is_dir():
        pytest.skip("the document corpus is not beside the project (../shared/corpus)")
    return ROOT / path
