"""Fields made of visible text: value, place, and how sure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

from apps.extraction.reading import amounts, confidence, geometry, labels
from apps.extraction.reading.findings import Field, FieldType
from apps.extraction.reading.lines import Row, Run, Spot

_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9./\-_]*(?:\s[0-9][A-Za-z0-9./\-_]*)*")
# Below it an OCR engine's own confidence tells of misread letters.
_UNSURE, _VERY_UNSURE = 0.95, 0.85


def field(value: str | bool, kind: FieldType, spot: Spot, features: Iterable[str]) -> Field:
    """A field read from `spot`."""
    every = tuple(features)
    return Field(value, kind, _probability(spot, every), spot, spot.source, every)


def more(known: Field, features: Iterable[str]) -> Field:
    """The same field with more that speaks for or against it."""
    every = (*known.features, *features)
    sure = _probability(known.spot, every) if known.spot else confidence.probability(every)
    return replace(known, confidence=sure, features=every)


def typed(known: Field, kind: FieldType) -> Field:
    """The same field of another type."""
    return replace(known, type=kind)


def valued(known: Field, value: str | bool, kind: FieldType) -> Field:
    """The same place read as another value."""
    return replace(known, value=value, type=kind)


def sourced(known: Field, source: str) -> Field:
    """The same field, read from machine data on the page."""
    return replace(known, source=source)


def unmeasured(known: Field) -> Field:
    """The same field, never sure enough to be taken over unseen."""
    return known.less_sure(confidence.UNMEASURED)


def joined(spots: Sequence[Spot], features: Iterable[str]) -> Field:
    """A text that goes over several lines of one page."""
    text = " ".join(spot.text for spot in spots)
    box = geometry.around(spot.box for spot in spots)
    sure = min(spot.confidence for spot in spots)
    return field(text, "text", Spot(text, spots[0].page, box, sure, spots[0].source), features)


def in_one(spots: Sequence[Spot]) -> Spot:
    """Spots of one page as one."""
    text = " ".join(spot.text for spot in spots)
    sure = min(spot.confidence for spot in spots)
    box = geometry.around(spot.box for spot in spots)
    return Spot(text, spots[0].page, box, sure, spots[0].source)


def scan_features(spot: Spot) -> tuple[str, ...]:
    """What the way a text was read says about it."""
    if spot.source != "ocr":
        return ()
    if spot.confidence < _VERY_UNSURE:
        return ("scan", "scan:very-unsure")
    return ("scan", "scan:unsure") if spot.confidence < _UNSURE else ("scan",)


def _probability(spot: Spot, features: tuple[str, ...]) -> float:
    return confidence.probability((*scan_features(spot), *features))


def code_after(row: Row, names: labels.Names, *, digits: int = 2) -> Spot | None:
    """The code behind one of the labels in a row, such as an invoice number."""
    run = row.whole
    match = labels.first(names, run.folded.text)
    if match is None:
        return None
    return code_in(run, run.folded.end(match.end()), digits=digits)


def code_in(run: Run, start: int, *, digits: int = 2) -> Spot | None:
    """The first code in the run's text from `start` on; it has at least so many digits."""
    rest = run.text[start:]
    skipped = re.match(
        r"(?:\s|[:#.=)\]º°-]|N[or°º]\.?(?![A-Za-z0-9])|num(?:ber|mer|éro|ero)?(?![A-Za-z]))*",
        rest,
        re.I,
    )
    offset = start + (skipped.end() if skipped else 0)
    match = _CODE.match(run.text, offset)
    if match is None or sum(sign.isdigit() for sign in match[0]) < digits:
        return None
    return run.spot(match.start(), match.start() + len(match[0].rstrip(".-/_")))


def currency(rows: Sequence[Row]) -> Field | None:
    """The currency that most amounts are printed with; its first place proves it."""
    votes: Counter[str] = Counter()
    places: dict[str, Spot] = {}
    for row in rows:
        for run in row.runs:
            for match in _SIGNS.finditer(run.text):
                code = amounts.CURRENCIES[match[0].upper()]
                votes[code] += 1
                places.setdefault(code, run.spot(match.start(), match.end()))
    if not votes:
        return None
    code, count = votes.most_common(1)[0]
    features = ["currency:one" if len(votes) == 1 else "currency:rivals"]
    if count > 2:
        features.append("currency:repeats")
    return field(code, "currency", places[code], features)


_SIGNS = re.compile(
    r"(?<![A-Za-z])(?:RM(?![A-Za-z])|EUR(?:O)?(?![A-Za-z])|(?:MYR|USD|GBP|CHF|JPY|SGD|PLN|SEK|NOK|DKK|CZK)"
    r"(?![A-Za-z]))|US\$|S\$|[€£¥$]",
    re.IGNORECASE,
)
