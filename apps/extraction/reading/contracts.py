"""Contracts: title, parties, dates. Everything else of a contract is for people to read."""

from __future__ import annotations

import re
from collections.abc import Sequence

from apps.extraction.reading import labels, lookup, parties, proofs
from apps.extraction.reading.classes import SIGNS
from apps.extraction.reading.findings import Field
from apps.extraction.reading.lines import Run, Sheet

_EFFECTIVE = labels.words(
    "Effective date|Dated|Date of agreement|Commencement date|Start date|As of|Vertragsbeginn|"
    "Datum|Date d'effet|Fait le|Data|Fecha|Date|Beginn|entered into on|made on|made as of"
)
_GOVERNING = labels.words(
    "Governing law|Anwendbares Recht|Droit applicable|Legge applicabile|Ley aplicable"
)
_BETWEEN = re.compile(
    r"\b(?:between|by and between|zwischen|entre|tra|fra)\b[\s:]*(?:der |dem |la |le |il )?", re.I
)
_AND = re.compile(r"\s+(?:and|und|et|e|y)\s+", re.I)
_ENDS = re.compile(r"\s*[,(;\"“„]|\s+(?:a|an|with|having|whose|mit|in)\s", re.I)


def fields(sheets: Sequence[Sheet]) -> dict[str, Field]:
    """What the first pages say about the contract as such."""
    found: dict[str, Field] = {}
    if not sheets:
        return found
    if title := _title(sheets[0]):
        spot = title.spot()
        found["title"] = proofs.unmeasured(proofs.field(title.text, "text", spot, ["title"]))
    if dated := lookup.date(sheets[:3], _EFFECTIVE):
        found["effectiveDate"] = proofs.unmeasured(dated)
    found.update(_parties(sheets[0]))
    if law := lookup.text(sheets, _GOVERNING):
        found["governingLaw"] = proofs.unmeasured(law)
    return found


def _title(sheet: Sheet) -> Run | None:
    named = [
        run
        for run in sheet.runs[:40]
        if labels.inside(SIGNS["contract"].titles, run) and len(run.text) < 90
    ]
    return max(named, key=lambda run: run.height, default=None)


def _parties(sheet: Sheet) -> dict[str, Field]:
    """The two names behind "between ... and ...", on the same line or the next ones."""
    for row in sheet.rows[:60]:
        run = row.whole
        match = _BETWEEN.search(run.text)
        if match is None:
            continue
        rest = run.text[match.end() :]
        both = _AND.search(rest)
        if both and parties.letters(rest[: both.start()]) > 2:
            return {
                "partyOne": _name(run, match.end(), match.end() + both.start()),
                "partyTwo": _name(run, match.end() + both.end(), len(run.text)),
            }
        if parties.letters(rest) > 2:
            return {"partyOne": _name(run, match.end(), len(run.text))}
    return {}


def _name(run: Run, start: int, end: int) -> Field:
    stop = _ENDS.search(run.text, start + 2, end)
    spot = run.spot(start, stop.start() if stop else end)
    return proofs.unmeasured(proofs.field(spot.text, "text", spot, ["party:between"]))
