"""Receipts of tills: merchant, address, date, total and what belongs to them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from apps.extraction.reading import dates, labels, proofs, receipt_head, receipt_sums
from apps.extraction.reading.findings import Field
from apps.extraction.reading.lines import Row, Sheet

_DATE = labels.words("Date|Datum|Tarikh|Fecha|Data|Bill date|Invoice date|Order date|Trans date")
_NOT_DATE = labels.words("Expiry|Exp date|Due|Valid|Best before|Printed|Member since|Birth")
_NUMBER = labels.words(
    "Invoice no|Invoice number|Tax invoice no|Receipt no|Receipt number|Receipt #|"
    "Bill no|Bill#|Inv no|Inv#|Doc no|Document no|Invoice #|Invoice|Receipt|"
    "Rcpt no|Rcpt #|Slip no|Bon-Nr|Beleg-Nr|Trans no|Check no|Transaction no"
)
_STATE_AND_ZIP = re.compile(r"[,\s][A-Z]{2}\.?\s+[0-9]{5}(?:-[0-9]{4})?\s*$")


def fields(sheets: Sequence[Sheet]) -> dict[str, Field]:
    """What the receipt on these pages tells."""
    rows = [row for sheet in sheets for row in sheet.rows]
    found = receipt_head.fields(rows)
    if date := _date(rows, month_first=_american(rows)):
        found["date"] = date
    found.update(receipt_sums.fields(rows))
    found.update(_numbers(rows))
    return found


def _american(rows: Sequence[Row]) -> bool:
    """Whether the shop's address is one of the United States, where months come first."""
    return any(_STATE_AND_ZIP.search(row.text) for row in rows[:12])


def _date(rows: Sequence[Row], *, month_first: bool) -> Field | None:
    best: tuple[float, int, Field] | None = None
    seen: dict[str, int] = {}
    options: list[tuple[float, Row, dates.Found, bool]] = []
    for row in rows:
        run = row.whole
        for found in dates.find(run.text, month_first=month_first):
            before = run.folded.text[: sum(at < found.start for at in run.folded.at)]
            if labels.has(_NOT_DATE, before[-14:]):
                continue
            labelled = labels.has(_DATE, before[-12:])
            timed = any(sign == ":" for sign in run.text[found.end :])
            score = 2.0 * labelled + timed + 0.5 * found.four_digit_year
            options.append((score, row, found, labelled))
            seen[found.iso] = seen.get(found.iso, 0) + 1
    for score, row, found, labelled in options:
        features = [
            "date:labelled" if labelled else "date:bare",
            "date:year4" if found.four_digit_year else "date:year2",
            *(["date:clear"] if found.clear else []),
            *(["date:repeats"] if seen[found.iso] > 1 else []),
            *(["date:rivals"] if len(seen) > 1 else []),
        ]
        total = score + 0.5 * (seen[found.iso] > 1)
        if best is None or total > best[0]:
            spot = row.whole.spot(found.start, found.end)
            best = (total, row.index, proofs.field(found.iso, "date", spot, features))
    return best[2] if best else None


def _numbers(rows: Sequence[Row]) -> dict[str, Field]:
    found: dict[str, Field] = {}
    for name, names in (("receiptNumber", _NUMBER), ("taxId", receipt_head.TAX_ID)):
        for row in rows[:40]:
            spot = proofs.code_after(row, names)
            if spot is not None:
                found[name] = proofs.unmeasured(
                    proofs.field(spot.text.replace(" ", ""), "code", spot, ["code:labelled"])
                )
                break
    if currency := proofs.currency(rows):
        found["currency"] = currency
    return found
