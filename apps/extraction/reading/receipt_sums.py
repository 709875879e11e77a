"""The sums of a receipt: total, tax, and what was paid."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from apps.extraction.reading import amounts, labels, parties, proofs
from apps.extraction.reading.amounts import Amount
from apps.extraction.reading.findings import Field
from apps.extraction.reading.lines import Row, Run

_SUBTOTAL = labels.words(
    "Subtotal|Sub total|Excl|Exclud|Excluding|Excluded|Before|Without|Excl GST|"
    "Zwischensumme|Sous-total|W/O"
)
_NO_TOTAL = labels.words(
    "Total GST|GST total|Total tax|Tax total|Total qty|Qty|Quantity|Total item|"
    "Items|Item(s)|Total discount|Discount|Disc|Saving|Savings|Total includes|"
    "Includes|Included|Points|Point|Change|Accepted|Tender|Tendered|Paid|Payment|"
    "Kembali|Rückgeld|Gegeben|Balance point|Total SVC|Service|Rounding|Adjustment|"
    "Deposit|Credit|Approval|Voucher|Total pcs|Total unit|Total weight|Summary|Pax|"
    "Total no|Taxable|MwSt|enthalten|Total save"
)
_FINAL = labels.words(
    "Grand total|Nett total|Net total|Total rounded|Rounded total|Total round|"
    "Total after rounding|Total after adj|Amount due|Total due|Total payable|"
    "Net amount|Nett amount|Amount payable|Total net|Bill amount|Balance due|"
    "Total (RM) rounded|Zu zahlen|Gesamtbetrag|Net à payer|Total incl rounding|"
    "Rounded bill|Nett|Net total (rounded)|Total amount due|Total to pay"
)
_TOTAL = labels.words(
    "Total|Tota1|T0tal|Tatal|Totai|Total amount|Total sales|Total incl|Total amt|"
    "Jumlah|Summe|Gesamt|Totale|Importe total|Total TTC|Amount|Amt due|Betrag|"
    "Bill total"
)
_CASH = labels.words(
    "Cash|Tendered|Tunai|Bar|Cash tendered|Gegeben|Espèces|Contanti|Efectivo|Paid|Payment"
)
_CARD = labels.words(
    "Visa|Mastercard|Master card|Master|Credit card|Debit|Amex|Card|EC-Karte|Nets|Carte"
)
_CHANGE = labels.words("Change|Baki|Rückgeld|Kembali|Rendu|Resto|Cambio|Balance")
_ROUNDING = labels.words(
    "Rounding|Round adj|Rounding adj|Rounding adjustment|Rnd adj|Rounded adj|Bill rounding|Roundng"
)
_TAX_SUMMARY = labels.words(
    "GST summary|Tax summary|GST analysis|GST code|Tax code|SST summary|GST sum"
)
_ROUNDED_NAMES = labels.words(
    "Total rounded|Rounded total|Total after rounding|Net total|Incl rounding|"
    "Including service|Incl service|Total sales inclusive|Inclusive of|"
    "Total payment|Payment due|Incl GST|Inc GST|Included GST|GST included|"
    "After discount|Total amount paid|After rounding adj|After rounding adjustment|"
    "Incl rounding adj"
)
_TAX_NAMES = labels.words("GST|SST|VAT|MwSt|USt|TVA|IVA|Sales tax|Total tax")
_WITH_TAX = labels.words(
    "Incl GST|Inclusive|Inc GST|Incl|Excl|Exclusive|Excluding|Summary|Before|Sales|"
    "Taxable|Including"
)


@dataclass(frozen=True)
class _Money:
    """An amount with the text before it in its row."""

    value: Decimal
    label: str
    row: Row
    field: Field
    in_tax_summary: bool


def fields(rows: Sequence[Row]) -> dict[str, Field]:
    """Total, tax, cash, change and rounding."""
    money = list(_money(rows))
    found = _total(money)
    return found | _small_sums(money, found.get("total"))


def _money(rows: Sequence[Row]) -> Iterator[_Money]:
    summary = False
    for index, row in enumerate(rows):
        run = row.whole
        folded = run.folded
        if labels.has(_TAX_SUMMARY, folded.text):
            summary = True
        elif labels.has(_FINAL, folded.text) or labels.starts(_CASH, folded.text):
            summary = False
        found: Sequence[Amount] = [a for a in amounts.in_run(run) if a.money_like]
        if not found and _wants_amount(folded.text):
            run, found = _beside(rows, index)
        if not found:
            continue
        amount = found[-1]
        place = sum(at < amount.start for at in folded.at) if run.row == row.index else None
        label = folded.text[:place] if place is not None else folded.text
        if not label:
            label = folded.text
        features = ["total:repaired"] if amount.repaired else []
        spot = run.spot(amount.start, amount.end)
        field = proofs.field(amounts.plain(amount.value), "amount", spot, features)
        yield _Money(amount.value, label, row, field, summary)


def _wants_amount(folded: str) -> bool:
    return len(folded) < 40 and (
        labels.has(_FINAL, folded) or labels.starts(_TOTAL, folded) is not None
    )


def _beside(rows: Sequence[Row], index: int) -> tuple[Run, Sequence[Amount]]:
    """The amount of a label whose row slipped: a row that is nothing but one amount."""
    row = rows[index]
    for other in rows[max(0, index - 1) : index + 2]:
        near = abs(other.box.middle - row.box.middle) < 1.1 * max(row.whole.height, 1)
        found = [amount for amount in amounts.in_run(other.whole) if amount.money_like]
        if other is not row and near and len(found) == 1 and parties.letters(other.text) <= 3:
            return other.whole, found
    return row.whole, []


def _grade(money: _Money) -> float:
    """How much a label says that its amount is the total; 0 for not at all."""
    label = money.label
    if money.in_tax_summary or money.value <= 0:
        return 0
    final, total = labels.has(_FINAL, label), labels.has(_TOTAL, label)
    if not final and not total:
        return 0
    rest = _ROUNDED_NAMES.pattern.sub("", label)
    if labels.has(_NO_TOTAL, rest):
        return 0
    if labels.has(_SUBTOTAL, label):
        return 1
    if final:
        return 5
    return 4 if "TOTAL" in label or "TOTA" in label or "JUMLAH" in label else 2.5


def _total(money: list[_Money]) -> dict[str, Field]:
    graded = [(grade, entry) for entry in money if (grade := _grade(entry))]
    cash = [entry.value for entry in money if labels.starts(_CASH, entry.label)]
    card = [entry.value for entry in money if labels.has(_CARD, entry.label)]
    change = [entry.value for entry in money if labels.starts(_CHANGE, entry.label)]
    paid = {one - other for one in cash for other in change}
    rounded = [entry for entry in money if labels.has(_ROUNDING, entry.label)]
    small = {entry.value for entry in rounded if abs(entry.value) < Decimal("0.1")}
    graded += _after_rounding(graded, rounded, small, paid)
    values: dict[Decimal, list[tuple[float, _Money]]] = {}
    for grade, entry in graded:
        values.setdefault(entry.value, []).append((grade, entry))
    if not values:
        return _guess(money, paid)
    scores: dict[Decimal, float] = {}
    for value, entries in values.items():
        score = max(grade for grade, _ in entries) + 0.3 * (len(entries) - 1)
        score += 3.0 * (value in paid) + 1.5 * (value in card) + 1.0 * (value in cash)
        if any(value - r in values and r for r in small):
            score += 3.0
        score += 0.2 * max(entry.row.index for _, entry in entries) / max(1, money[-1].row.index)
        scores[value] = score
    order = sorted(scores, key=lambda value: scores[value], reverse=True)
    value = order[0]
    grade, entry = max(values[value], key=lambda pair: pair[0])
    margin = scores[value] - scores[order[1]] if len(order) > 1 else 9.0
    features = [
        f"total:label{int(grade)}",
        *(["total:paid"] if value in paid else []),
        *(["total:tendered"] if value in cash or value in card else []),
        *(["total:repeats"] if len(values[value]) > 1 else []),
        *(["total:narrow"] if margin < 1.0 else []),
    ]
    return {"total": proofs.more(entry.field, features)}


def _after_rounding(
    graded: list[tuple[float, _Money]],
    rounded: list[_Money],
    small: set[Decimal],
    paid: set[Decimal],
) -> list[tuple[float, _Money]]:
    """Amounts labelled "Rounding" that are a total with the rounding added."""
    totals = {entry.value for _, entry in graded}
    return [
        (4.0, entry)
        for entry in rounded
        if entry.value not in small
        and (
            entry.value in paid
            or any(abs(entry.value - total) == abs(by) for total in totals for by in small if by)
        )
    ]


def _guess(money: list[_Money], paid: set[Decimal]) -> dict[str, Field]:
    """Without a total's label: what was paid less the change, else nothing."""
    for entry in money:
        if entry.value in paid and entry.value > 0:
            return {"total": proofs.more(entry.field, ["total:unlabelled", "total:paid"])}
    cash = [e for e in money if labels.starts(_CASH, e.label) or labels.has(_CARD, e.label)]
    if cash:
        return {"total": proofs.more(cash[0].field, ["total:unlabelled", "total:tendered"])}
    return {}


def _small_sums(money: list[_Money], total: Field | None) -> dict[str, Field]:
    found: dict[str, Field] = {}
    kinds = (("cash", _CASH), ("change", _CHANGE), ("rounding", _ROUNDING))
    for entry in money:
        for name, names in kinds:
            if name not in found and labels.starts(names, entry.label) and not entry.in_tax_summary:
                found[name] = proofs.unmeasured(entry.field)
        if (
            "tax" not in found
            and labels.has(_TAX_NAMES, entry.label)
            and not entry.in_tax_summary
            and not labels.has(_WITH_TAX, entry.label)
            and (total is None or entry.value < Decimal(str(total.value)))
        ):
            found["tax"] = proofs.unmeasured(entry.field)
    return found
