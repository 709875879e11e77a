"""Net, tax, total and amount due of an invoice: labels propose, arithmetic decides."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from apps.extraction.reading import amounts, labels, proofs
from apps.extraction.reading.amounts import Amount
from apps.extraction.reading.findings import Field
from apps.extraction.reading.lines import Row, Run, Sheet, Spot

_KINDS = (
    ("net", labels.NET),
    ("tax", labels.TAX),
    ("total", labels.TOTAL),
    ("amountDue", labels.DUE),
    ("other", labels.NOT_TOTAL),
)
_PREPAID = labels.words(
    "Prepaid|Already paid|Anzahlung|Anzahlungen|Acompte|Acconto|Anticipo|Paid amount|Deposit paid"
)
_MOST = 40
_TOLERANCE = Decimal("0.02")


@dataclass(frozen=True)
class Proposal:
    """An amount that a label names. `quality` grows with the label's nearness and place."""

    kind: str
    amount: Amount
    spot: Spot
    quality: float


def fields(sheets: Sequence[Sheet]) -> dict[str, Field]:
    """The sums; empty where no label names one."""
    proposals = list(itertools.islice(_proposals(sheets), 400))
    by_kind = {
        kind: sorted(
            (p for p in proposals if p.kind == kind), key=lambda p: p.quality, reverse=True
        )[:_MOST]
        for kind, _ in _KINDS
    }
    chosen = _consistent(by_kind)
    proven = "sum:proven" if len(chosen) == 3 else "sum:open"
    for kind in ("net", "tax", "total"):
        if kind not in chosen and by_kind[kind] and proven != "sum:proven":
            chosen[kind] = _alone(kind, by_kind[kind])
    found: dict[str, Field] = {}
    for kind, proposal in chosen.items():
        rivals = {p.amount.value for p in by_kind[kind] if p.quality >= proposal.quality}
        features = [
            proven,
            f"sum:{kind}",
            "sum:near" if proposal.quality >= 3 else "sum:column",
            *(["sum:rivals"] if len(rivals - {proposal.amount.value}) else []),
        ]
        found[kind] = _field(proposal, features)
    if due := by_kind["amountDue"]:
        same = [
            p for p in due if "total" in chosen and p.amount.value == chosen["total"].amount.value
        ]
        features = ["sum:due", proven if same else "sum:open", "sum:near"]
        found["amountDue"] = _field((same or due)[0], features)
        if "total" not in found:
            found["total"] = _field(due[0], ["sum:total", "sum:open", "sum:as-due"])
    elif "total" in found and not any(_prepaid(sheet) for sheet in sheets):
        found["amountDue"] = proofs.more(found["total"], ["sum:as-total"])
    return found


def _prepaid(sheet: Sheet) -> bool:
    return any(labels.inside(_PREPAID, row) and amounts.in_run(row.whole) for row in sheet.rows)


def _field(proposal: Proposal, features: list[str]) -> Field:
    value = amounts.plain(proposal.amount.value)
    return proofs.field(value, "amount", proposal.spot, features)


# --- choosing


def _consistent(by_kind: dict[str, list[Proposal]]) -> dict[str, Proposal]:
    """Net, tax and total that add up and whose labels are the best; empty where none do."""
    best: tuple[float, dict[str, Proposal]] | None = None
    totals: dict[Decimal, Proposal] = {}
    for proposal in (*by_kind["total"], *by_kind["amountDue"]):
        if proposal.amount.value not in totals:
            totals[proposal.amount.value] = proposal
    for net, tax in itertools.product(by_kind["net"], by_kind["tax"]):
        if net.spot == tax.spot or (not net.amount.value and tax.amount.value):
            continue
        total = totals.get(net.amount.value + tax.amount.value) or next(
            (
                proposal
                for value, proposal in totals.items()
                if abs(value - net.amount.value - tax.amount.value) <= _TOLERANCE
            ),
            None,
        )
        if total is None:
            continue
        score = net.quality + tax.quality + total.quality
        score += float(min(abs(total.amount.value), Decimal(10**9))) * 1e-12
        # Sums come last: of equal labels the larger amounts are the whole document's.
        if best is None or score > best[0]:
            best = (score, {"net": net, "tax": tax, "total": total})
    return best[1] if best else {}


def _alone(kind: str, proposals: list[Proposal]) -> Proposal:
    top = [p for p in proposals if p.quality >= proposals[0].quality - 0.3]
    return max(top, key=lambda p: abs(p.amount.value)) if kind == "total" else top[-1]


# --- proposing


def _proposals(sheets: Sequence[Sheet]) -> Iterator[Proposal]:
    for sheet in sheets:
        for row in sheet.rows:
            for index, run in enumerate(row.runs):
                named = _kind_of(run)
                if named is None or named[0] == "other":
                    continue
                kind, end, exact = named
                right = _right_of(row, index, end)
                for rank, (amount, spot) in enumerate(right):
                    quality = 3.0 + exact + 0.2 * row.index / len(sheet.rows) - 0.3 * rank
                    yield Proposal(kind, amount, spot, quality)
                if not right:
                    for amount, spot, last in _below(sheet, row, run):
                        yield Proposal(kind, amount, spot, 1.5 + 0.4 * exact + 0.5 * last)


def _kind_of(run: Run) -> tuple[str, int, float] | None:
    """(kind, where the label ends, how much of the text before the amount it is)."""
    if len(run.text) > 120:
        return None
    best: tuple[int, str, int, int] | None = None
    for kind, names in _KINDS:
        place = labels.inside(names, run)
        if place is not None:
            length = place[1] - place[0]
            if best is None or length > best[0]:
                best = (length, kind, *place)
    if best is None:
        return None
    length, kind, _, end = best
    text = run.text[: _first_amount(run, end)]
    return kind, end, min(1.0, length / max(1, len(text.strip(" :.€"))))


def _first_amount(run: Run, end: int) -> int:
    found = [amount.start for amount in amounts.in_run(run) if amount.start >= end]
    return found[0] if found else len(run.text)


def _right_of(row: Row, index: int, end: int) -> list[tuple[Amount, Spot]]:
    """The amounts behind a label in its row, the last one first: `19% of 198.00   37.62`."""
    run = row.runs[index]
    found = [
        (amount, run.spot(amount.start, amount.end))
        for amount in amounts.in_run(run)
        if amount.start >= end
    ]
    for other in row.runs[index + 1 :]:
        if _kind_of(other) is not None:
            break
        found += [
            (amount, other.spot(amount.start, amount.end))
            for amount in amounts.in_run(other)
            if amount.money_like or amount.decimals == 0
        ]
    return found[::-1]


def _below(sheet: Sheet, row: Row, header: Run) -> Iterator[tuple[Amount, Spot, bool]]:
    """The amounts in the header's column; the last of them is marked."""
    found: list[tuple[Amount, Spot]] = []
    bottom = row.box.bottom
    for other in sheet.rows[row.index + 1 : row.index + 16]:
        if other.box.top - bottom > 4 * max(header.height, 4):
            break
        for run in other.runs:
            if run.box.overlaps_across(header.box) > 0.3:
                money = [amount for amount in amounts.in_run(run) if amount.money_like]
                if len(money) == 1:
                    found.append((money[0], run.spot(money[0].start, money[0].end)))
                    bottom = other.box.bottom
    for index, (amount, spot) in enumerate(found):
        yield amount, spot, index == len(found) - 1
