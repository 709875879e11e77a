"""Values beside their labels: behind them, right of them, or below them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from apps.extraction.reading import amounts, dates, labels, proofs
from apps.extraction.reading.findings import Field
from apps.extraction.reading.lines import Row, Run, Sheet, Spot

_NEXT_LINES = 3
_LONGEST_LABEL_LINE = 160
_NUMBER_WORD = re.compile(
    r"(?:\bN(?:r|o|°|º|um)\b\.?|#)\s*:?\s*(?=[A-Za-z0-9-]*[0-9]{2})", re.IGNORECASE
)


def code(rows: Sequence[Row], names: labels.Names, *, digits: int) -> Field | None:
    """A code beside, or below, one of the labels."""
    for row in rows:
        for index, run in enumerate(row.runs):
            place = labels.inside(names, run)
            if place is None or len(run.text) > _LONGEST_LABEL_LINE:
                continue
            spot, nearness = proofs.code_in(run, place[1], digits=digits), "code:same"
            if spot is None and not run.text[place[1] :].strip(" :#.°º"):
                spot, nearness = _beside_or_below(rows, row, index, digits), "code:near"
            if spot is None:
                spot, nearness = _number_word(run, place[1]), "code:same"
            if spot is not None and not _is_date(spot.text):
                value = spot.text.replace(" ", "")
                start = "code:starts" if place[0] == 0 else "code:inside"
                return proofs.field(value, "code", spot, ["code:labelled", nearness, start])
    return None


def _number_word(run: Run, start: int) -> Spot | None:
    """`Gutschrift (...) Nr. 4711`: the number's own label stands later in the line."""
    match = _NUMBER_WORD.search(run.text[start:])
    return proofs.code_in(run, start + match.end(), digits=1) if match else None


def _beside_or_below(rows: Sequence[Row], row: Row, index: int, digits: int) -> Spot | None:
    for other in row.runs[index + 1 : index + 3]:
        if other.text.strip(" :#") == "":
            continue
        spot = proofs.code_in(other, 0, digits=digits)
        if spot is not None:
            return spot
        break
    header = row.runs[index]
    for other in under(rows, row, header):
        spot = proofs.code_in(other, 0, digits=digits)
        if spot is not None and len(spot.text) >= 0.6 * len(other.text):
            return spot
    return None


def under(rows: Sequence[Row], row: Row, header: Run) -> Iterator[Run]:
    """The runs right below a heading, in its column."""
    at = next((place for place, other in enumerate(rows) if other is row), len(rows))
    for other in rows[at + 1 : at + 1 + _NEXT_LINES]:
        if other.page != row.page or other.box.top - header.box.bottom > 3 * header.height:
            return
        for run in other.runs:
            if run.box.overlaps_across(header.box) > 0.3:
                yield run


def _is_date(text: str) -> bool:
    found = list(dates.find(text))
    return bool(found) and found[0].end - found[0].start >= len(text) - 1


def date(
    sheets: Sequence[Sheet],
    names: labels.Names,
    *,
    month_first: bool = False,
    exclude: labels.Names | None = None,
) -> Field | None:
    """The date behind, right of, or below one of the labels."""
    best: tuple[float, Field] | None = None
    for sheet in sheets:
        for row in sheet.rows:
            for index, run in enumerate(row.runs):
                place = labels.inside(names, run)
                if place is None or (exclude and labels.inside(exclude, run)):
                    continue
                for quality, other, found in _dates_near(sheet, row, index, place[1], month_first):
                    if best is not None and quality <= best[0]:
                        continue
                    features = [
                        "date:labelled",
                        "date:year4" if found.four_digit_year else "date:year2",
                        *(["date:clear"] if found.clear else []),
                        *(["date:column"] if quality < 2 else []),
                    ]
                    spot = other.spot(found.start, found.end)
                    best = (quality, proofs.field(found.iso, "date", spot, features))
    return best[1] if best else None


def _dates_near(
    sheet: Sheet, row: Row, index: int, end: int, month_first: bool
) -> Iterator[tuple[float, Run, dates.Found]]:
    run = row.runs[index]
    for found in dates.find(run.text, month_first=month_first):
        if 0 <= found.start - end < 30:
            yield 3.0, run, found
            return
    for other in row.runs[index + 1 : index + 3]:
        for found in dates.find(other.text, month_first=month_first):
            if found.start < 4:
                yield 2.5, other, found
                return
    if run.text[end:].strip(" :"):
        return
    for other in under(sheet.rows, row, run):
        for found in dates.find(other.text, month_first=month_first):
            yield 1.5, other, found
            return


def amount(sheets: Sequence[Sheet], names: labels.Names, *, plain: bool = False) -> Field | None:
    """The first amount behind, right of, or below one of the labels; `plain`: any number."""
    for sheet in sheets:
        for row in sheet.rows:
            for index, run in enumerate(row.runs):
                place = labels.inside(names, run)
                if place is None or len(run.text) > _LONGEST_LABEL_LINE:
                    continue
                for nearness, other, found in _amounts_near(sheet, row, index, place[1], plain):
                    value = amounts.plain(found.value)
                    spot = other.spot(found.start, found.end)
                    return proofs.field(value, "amount", spot, ["amount:labelled", nearness])
    return None


def _amounts_near(
    sheet: Sheet, row: Row, index: int, end: int, plain: bool
) -> Iterator[tuple[str, Run, amounts.Amount]]:
    run = row.runs[index]
    for found in amounts.in_run(run):
        if found.start >= end:
            yield "amount:same", run, found
    for other in row.runs[index + 1 : index + 4]:
        for found in amounts.in_run(other):
            if found.money_like or plain:
                yield "amount:right", other, found
    if not run.text[end:].strip(" :"):
        for other in under(sheet.rows, row, run):
            for found in amounts.in_run(other):
                if found.money_like or plain:
                    yield "amount:below", other, found


def text(sheets: Sequence[Sheet], names: labels.Names) -> Field | None:
    """The words behind a label, else right of it, else below it."""
    for sheet in sheets:
        for row in sheet.rows:
            for index, run in enumerate(row.runs):
                place = labels.inside(names, run)
                if place is None or place[0] > 3:
                    continue
                spot = _text_near(sheet, row, index, place[1])
                if spot is not None:
                    return proofs.field(spot.text, "text", spot, ["text:labelled"])
    return None


def _text_near(sheet: Sheet, row: Row, index: int, end: int) -> Spot | None:
    run = row.runs[index]
    rest = run.text[end:]
    start = end + len(rest) - len(rest.lstrip(" :.#-)"))
    if run.text[start:].strip():
        # Words that only go on after the label are a sentence, not a value.
        return run.spot(start) if ":" in rest[:3] or rest[:1] != " " or index == 0 else None
    for other in row.runs[index + 1 : index + 3]:
        trimmed = other.text.lstrip(" :")
        if trimmed:
            return other.spot(len(other.text) - len(trimmed))
    for other in under(sheet.rows, row, run):
        if other.text.strip(" :"):
            return other.spot()
    return None
