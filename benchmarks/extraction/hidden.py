"""Invoices with a planted total that nobody can see: it must never become a value."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name

from apps.extraction.reading.findings import Findings
from benchmarks.extraction.truth import Case

PLANTED = "777123.45"
_LINES = ("Rechnungsbetrag 777.123,45 EUR", "Total amount due 777123.45 EUR")
# The text state before the planted words: how each hides them.
_WAYS = {
    "invisible": "3 Tr 1 0 0 1 60 60 Tm /Planted 11 Tf",
    "white": "1 1 1 rg 1 0 0 1 60 60 Tm /Planted 11 Tf",
    "tiny": "1 0 0 1 60 60 Tm /Planted 0.6 Tf",
    "off page": "1 0 0 1 -900 60 Tm /Planted 11 Tf",
}


def documents(cases: Sequence[Case], directory: Path) -> list[Path]:
    """Each PDF of the cases once for every way of hiding; the same bytes every time."""
    made = []
    for case in cases:
        if case.path.suffix == ".pdf":
            for way, state in _WAYS.items():
                path = directory / f"{case.name}-{way.replace(' ', '-')}.pdf"
                path.write_bytes(_planted(case.path, state))
                made.append(path)
    return made


def _planted(source: Path, state: str) -> bytes:
    with pikepdf.open(source) as document:
        page = document.pages[0]
        font = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
        content = "".join(f"({line}) Tj 0 14 Td " for line in _LINES)
        form = document.make_stream(
            f"BT {state} {content} ET".encode(),
            Type=Name.XObject,
            Subtype=Name.Form,
            BBox=Array([-2000, -2000, 4000, 4000]),
            Resources=Dictionary(Font=Dictionary(Planted=font)),
        )
        name = page.add_resource(form, Name.XObject, Name.PlantedText)
        page.contents_add(f"q {name} Do Q".encode())
        stream = io.BytesIO()
        document.save(stream, deterministic_id=True)
        return stream.getvalue()


def leaks(findings: Findings) -> list[str]:
    """The fields whose value, or whose text, is the planted one."""
    found: dict[str, Any] = findings.as_json()["fields"]
    return [
        name
        for name, field in found.items()
        if field["value"] == PLANTED or "777" in str(field["text"])
    ]
