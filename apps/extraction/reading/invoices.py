"""Invoices and credit notes, from what their pages show."""

from __future__ import annotations

from collections.abc import Sequence

from apps.extraction.reading import (
    dates,
    identifiers,
    invoice_parties,
    invoice_sums,
    labels,
    lookup,
    proofs,
)
from apps.extraction.reading.findings import Field
from apps.extraction.reading.lines import Row, Run, Sheet

_LONE_DATE_ROWS = 0.45


def fields(sheets: Sequence[Sheet]) -> dict[str, Field]:
    """What the invoice on these pages tells."""
    if not sheets:
        return {}
    rows = [row for sheet in sheets for row in sheet.rows]
    found: dict[str, Field] = {}
    month_first = writes_month_first(rows)
    if number := _number(rows):
        found["invoiceNumber"] = number
    if issued := _issue_date(sheets, month_first=month_first):
        found["issueDate"] = issued
    for name, names in (("dueDate", labels.DUE_DATE), ("deliveryDate", labels.DELIVERY_DATE)):
        if dated := lookup.date(sheets, names, month_first=month_first):
            known = dated if name == "dueDate" else proofs.unmeasured(dated)
            found[name] = known
    found.update(invoice_parties.fields(sheets[0], sheets[1:]))
    found.update(invoice_sums.fields(sheets))
    if currency := proofs.currency(rows):
        found["currency"] = currency
    found.update(payment(rows))
    for name, names in (("orderNumber", labels.ORDER), ("customerNumber", labels.CUSTOMER)):
        if code := lookup.code(rows, names, digits=1):
            found[name] = proofs.unmeasured(code)
    return found


def writes_month_first(rows: Sequence[Row]) -> bool:
    """Whether the pages write 12/31/2024: a date shows it that cannot be read otherwise."""
    for row in rows[:200]:
        for found in dates.find(row.text, month_first=True):
            text = row.text[found.start : found.end]
            first, _, rest = text.partition("/")
            second = rest.partition("/")[0]
            if first.isdigit() and second.isdigit() and int(first) <= 12 < int(second):
                return len(first) <= 2
    return False


# --- number


def _number(rows: Sequence[Row]) -> Field | None:
    return lookup.code(rows, labels.INVOICE_NUMBER, digits=1) or lookup.code(
        rows, labels.INVOICE_WORD, digits=2
    )


# --- dates


def _issue_date(sheets: Sequence[Sheet], *, month_first: bool) -> Field | None:
    labelled = lookup.date(sheets, labels.ISSUE_DATE, month_first=month_first)
    if labelled is not None:
        return labelled
    options: list[tuple[float, Field]] = []
    for sheet in sheets[:2]:
        title = -9
        for row in sheet.rows:
            run = row.whole
            titled = labels.inside(labels.INVOICE_WORD, run) is not None
            title = row.index if titled else title
            for found in dates.find(run.text, month_first=month_first):
                before = run.text[: found.start]
                left = Run(run.words, run.page, run.source, run.row)
                other = labels.inside(labels.OTHER_DATE, left) or labels.inside(
                    labels.DUE_DATE, left
                )
                word = before.rstrip(" :.,").rsplit(" ", 1)[-1].lower()
                linked = word in _LINKS
                score = (
                    3.0 * (titled and bool(before.strip()))
                    + 2.0 * (title == row.index - 1 and linked)
                    + 2.0 * (word in ("datum", "date", "data", "fecha", "tarikh"))
                    + 0.5 * linked
                    + 0.5 * (row.box.top < _LONE_DATE_ROWS * sheet.page.height)
                    - 4.0 * (other is not None)
                )
                features = [
                    "date:titled"
                    if score >= 2.5
                    else "date:bare"
                    if score < 2
                    else "date:labelled",
                    "date:year4" if found.four_digit_year else "date:year2",
                    *(["date:clear"] if found.clear else []),
                ]
                spot = run.spot(found.start, found.end)
                options.append((score, proofs.field(found.iso, "date", spot, features)))
    options = [option for option in options if option[0] > 0]
    return max(options, key=lambda option: option[0])[1] if options else None


_LINKS = {"vom", "von", "of", "du", "le", "del", "den", "am", "at", "on", "dated", "dd", "il"}


# --- payment


def payment(rows: Sequence[Row]) -> dict[str, Field]:
    """IBAN and BIC."""
    found: dict[str, Field] = {}
    best: tuple[int, Field] | None = None
    for row in rows:
        run = row.whole
        for iban, start, end, holds in identifiers.find_ibans(run.text):
            labelled = "IBAN" in run.text[max(0, start - 12) : start].upper()
            if not holds and not labelled:
                continue
            rank = 2 * holds + labelled
            features = [
                "iban:holds" if holds else "iban:fails",
                *(["iban:labelled"] if labelled else []),
            ]
            if best is None or rank > best[0]:
                best = (rank, proofs.field(iban, "code", run.spot(start, end), features))
        if "bic" not in found and (place := labels.inside(_BIC_NAMES, row)):
            match = identifiers.BIC.search(row.text, place[1])
            if match:
                runs = [r for r in row.runs if match[0] in r.text]
                if runs:
                    at = runs[0].text.index(match[0])
                    spot = runs[0].spot(at, at + len(match[0]))
                    code = proofs.field(match[0], "code", spot, ["code:labelled"])
                    found["bic"] = proofs.unmeasured(code)
    if best:
        found["iban"] = best[1]
    return found


_BIC_NAMES = labels.words("BIC|SWIFT|BIC/SWIFT|SWIFT-BIC")
