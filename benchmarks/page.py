"""docs/reference/benchmarks.md, from the rows of a run."""

from __future__ import annotations

import hashlib
import importlib.metadata
from collections.abc import Sequence

from benchmarks.measure import Row
from benchmarks.peers import PUBLISHED
from tests.corpus import ROOT
from tests.stack import PROJECT

PAGE = PROJECT / "docs/reference/benchmarks.md"
_COLUMNS = ("what", "n", "Recto", "baseline", "its value", "ratio", "cpu", "aim")
_LIBRARIES = ("pypdfium2", "pillow", "docxtpl", "docx-scalpel", "rapidocr", "unoserver", "django")


def write(machine: str, load: str, rows: Sequence[Row], *, quick: bool) -> None:
    """Writes the page. `rows` are those of every topic, in their order."""
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in _LIBRARIES)
    manifest = ROOT / "MANIFEST.tsv"
    corpus = (
        f"corpus {hashlib.sha256(manifest.read_bytes()).hexdigest()[:12]}"
        if manifest.exists()
        else "no corpus, generated documents only"
    )
    ours = {row.what: row for row in rows}
    aims = [row.met for row in rows if row.met is not None]
    lines = [
        "<!-- Written by `make bench`. Changes made here are lost. -->",
        "",
        "# Benchmarks",
        "",
        "What `make bench` measured last, on one machine. How it measures, and what the figures",
        "say: [speed](../explanation/speed.md). Ratio on the clock, cpu: of processor time; below",
        f"1 Recto costs less. {sum(aims)} of {len(aims)} aims met; the others are marked.",
        "",
        f"- {machine}",
        f"- {versions}; {corpus}.",
        f"- {load}" + (" Few documents each (`--quick`): single figures move." if quick else ""),
        "",
        *_table(_COLUMNS, [_cells(row) for row in rows]),
        "",
        "## What others publish",
        "",
        "Other machines, documents and years: orders of magnitude, not winners.",
        "",
        *_table(
            ("what", "theirs", "source", "ours, above"),
            [
                (one.what, one.figure, one.source, f"{one.ours}: {ours[one.ours].recto}")
                for one in PUBLISHED
                if one.ours in ours
            ],
        ),
        "",
    ]
    PAGE.write_text("\n".join(lines))


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    ruled = "| " + " | ".join("---" for _ in heads) + " |"
    return [_line(heads), ruled, *(_line(row) for row in rows)]


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _cells(row: Row) -> tuple[str, ...]:
    ratio, cpu = ("" if value is None else f"{value:.2f}x" for value in (row.ratio, row.cpu_ratio))
    aim = row.aim and row.aim + {True: " met", False: " **missed**", None: ""}[row.met]
    what = f"{row.what} ({row.note})" if row.note else row.what
    return (what, str(row.n), row.recto, row.baseline, row.theirs, ratio, cpu, aim)
