"""Who sells and who buys: labelled blocks, the address window, the line of the sender."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from apps.extraction.reading import amounts, dates, identifiers, labels, parties, proofs
from apps.extraction.reading.findings import Field
from apps.extraction.reading.lines import Run, Sheet

_CITY = re.compile(
    r"\s*(?:[A-Z]{1,2}[- ])?"
    r"(?:[0-9]{5}(?=\s|[A-ZÄÖÜ])|[0-9]{4}(?=\s+[A-ZÄÖÜ][a-zäöü]))\s*\D{2,}"
    r"|.*\b[A-Z]{1,2}[0-9]{1,2}[A-Z]?\s[0-9][A-Z]{2}\b|.*,\s*[A-Z]{2}\s+[0-9]{5}(?:-[0-9]{4})?\s*$"
)
_SALUTATION = re.compile(
    r"\s*(?:Herrn?|Frau|Firma|Fa\.|An|Mr\.?|Mrs\.?|Ms\.?|Messrs\.?|Monsieur|Madame|M\.|Mme|Signor[ae]?|"
    r"Sr\.?|Sra\.?|To|à|A)[\s:,]*$",
    re.IGNORECASE,
)
_SKIP = re.compile(
    r"\s*(?:GLN|ILN|Nummer|Number|No|Nr|ID|USt|VAT|UID|"
    r"Kunden-?(?:Nr|nummer)|Customer (?:No|number)|SIRET|SIREN|RCS|TVA|Tel|Fax|Globale\sNummer)\b",
    re.IGNORECASE,
)
_ADDRESSED = labels.Names(labels.BUYER.folded | labels.words("To|An|À|Para|Per").folded)
_SEPARATORS = re.compile(r"\s*[|●•·\u2219\u2013\u2014*]\s*|\s+-\s+|\s*,\s+")


@dataclass(frozen=True)
class Block:
    """Lines that stand under each other and end with a town."""

    lines: tuple[Run, ...]
    role: str
    contact: bool

    @property
    def name(self) -> Run:
        return self.lines[0]


def fields(sheet: Sheet, rest: Sequence[Sheet] = ()) -> dict[str, Field]:
    """Seller, buyer, their addresses and VAT numbers, from the first page mostly."""
    blocks = _blocks(sheet)
    sender = _sender_line(sheet)
    buyer = _buyer(sheet, blocks, sender)
    found: dict[str, Field] = {}
    if buyer is not None:
        features = [f"party:{buyer.role or 'window'}", "party:buyer"]
        found["buyerName"] = proofs.field(buyer.name.text, "text", buyer.name.spot(), features)
        if len(buyer.lines) > 1:
            spots = [line.spot() for line in buyer.lines[1:]]
            found["buyerAddress"] = proofs.unmeasured(proofs.joined(spots, features))
    found.update(_seller(sheet, rest, blocks, sender, buyer))
    found.update(_vat(sheet, rest, buyer))
    return found


# --- blocks


def _blocks(sheet: Sheet) -> list[Block]:
    blocks: list[Block] = []
    limit = sheet.page.height * 0.62
    for run in sheet.runs:
        if run.box.top > limit or len(blocks) == 12:
            break
        if _CITY.match(run.text) and not any(dates.find(run.text)) and len(run.text) < 60:
            block = _block_above(sheet, run)
            if block is not None:
                blocks.append(block)
    for run in sheet.runs:
        role = _role(run)
        if role and run.box.top < limit and not any(b.role == role for b in blocks):
            below = _below_heading(sheet, run)
            if below is not None:
                blocks.append(Block((below,), role, False))
        addressed = _addressed(run) if run.box.top < limit else None
        if addressed is not None and not any(block.role == "buyer" for block in blocks):
            blocks.append(Block((addressed,), "buyer", False))
    return blocks


def _block_above(sheet: Sheet, town: Run) -> Block | None:
    lines, role, top = [town], "", town.box.top
    for row in reversed(sheet.rows[max(0, town.row - 14) : town.row]):
        run = next((run for run in row.runs if _same_column(run, town)), None)
        if run is None:
            continue
        if top - run.box.bottom > 3.2 * max(town.height, run.height):
            break
        if found := _role(run):
            role = found
            break
        text = run.text
        if len(lines) > 5 or _ends_block(run):
            break
        if _SKIP.match(text) or _is_sender(text):
            if _is_sender(text):
                break
            continue
        lines.insert(0, run)
        top = run.box.top
    while len(lines) > 1 and _SALUTATION.match(lines[0].text):
        lines.pop(0)
    if len(lines) < 2 or parties.letters(lines[0].text) < 3:
        return None
    return Block(tuple(lines), role, _has_contact(sheet, town))


def _same_column(run: Run, town: Run) -> bool:
    return abs(run.box.left - town.box.left) < 6 or (
        abs(run.box.right - town.box.right) < 3 and run.box.overlaps_across(town.box) > 0.9
    )


def _ends_block(run: Run) -> bool:
    text = run.text
    return bool(
        text.rstrip().endswith(":")
        or any(dates.find(text))
        or any(amount.money_like for amount in amounts.in_run(run))
        or _CITY.match(text)
        or labels.inside(labels.INVOICE_WORD, run)
        or labels.starts(labels.PHONE, run.folded.text)
        or "@" in text
    )


def _role(run: Run) -> str:
    """ "buyer" or "seller" for a heading of that kind."""
    text = run.text.strip(" :")
    if len(text) > 40:
        return ""
    for role, names in (("buyer", labels.BUYER), ("seller", labels.SELLER)):
        place = labels.inside(names, run)
        if place and place[0] == 0 and place[1] >= len(text) - 1:
            return role
    return ""


def _addressed(run: Run) -> Run | None:
    """The name in `Bill to: Acme Ltd`, which stands on one line."""
    place = labels.inside(_ADDRESSED, run)
    if place is None or place[0] > 0 or run.text[place[1] :].lstrip()[:1] != ":":
        return None
    rest = run.after(place[1] + 2)
    return rest if rest is not None and _is_name(rest) else None


def _below_heading(sheet: Sheet, heading: Run) -> Run | None:
    """The first name under (or right of) a heading."""
    row = sheet.rows[heading.row]
    right = [run for run in row.runs if run.box.left > heading.box.right]
    if heading.text.rstrip().endswith(":") and right and _is_name(right[0]):
        return right[0]
    for other in sheet.rows[heading.row + 1 : heading.row + 6]:
        if other.box.top - heading.box.bottom > 6 * heading.height:
            break
        for run in other.runs:
            if abs(run.box.left - heading.box.left) < 12 and _is_name(run):
                return run
    return None


def _is_name(run: Run) -> bool:
    return (
        parties.letters(run.text) >= 3
        and not _SKIP.match(run.text)
        and not _SALUTATION.match(run.text)
        and not _role(run)
        and not run.text.rstrip().endswith(":")
    )


def _has_contact(sheet: Sheet, town: Run) -> bool:
    for row in sheet.rows[town.row : town.row + 5]:
        for run in row.runs:
            if _same_column(run, town) and (
                labels.starts(labels.PHONE, run.folded.text) or "@" in run.text
            ):
                return True
    return False


# --- the sender's line above an address window


def _is_sender(text: str) -> bool:
    pieces = [piece for piece in _SEPARATORS.split(text.strip(" ,|")) if piece]
    if len(pieces) < 3 or parties.letters(pieces[0]) < 3:
        return False
    return any(re.match(r"(?:[A-Z]{1,2}-)?[0-9]{4,5}\s", piece) for piece in pieces)


def _sender_line(sheet: Sheet) -> tuple[Run, int] | None:
    """(the run, where its first piece ends)."""
    for run in sheet.runs:
        if run.box.top < sheet.page.height * 0.4 and _is_sender(run.text):
            match = _SEPARATORS.search(run.text)
            if match:
                return run, match.start()
    return None


# --- choosing


def _buyer(sheet: Sheet, blocks: list[Block], sender: tuple[Run, int] | None) -> Block | None:
    labelled = [block for block in blocks if block.role == "buyer"]
    if labelled:
        return labelled[0]
    page = sheet.page
    free = [block for block in blocks if not block.role and not block.contact]
    if sender is not None:
        under = [
            block
            for block in free
            if block.name.box.top > sender[0].box.top - 4
            and abs(block.name.box.left - sender[0].box.left) < page.width * 0.12
        ]
        if under:
            return under[0]
    window = [
        block
        for block in free
        if block.name.box.left < page.width * 0.5
        and page.height * 0.08 < block.name.box.top < page.height * 0.45
    ]
    # The upper of two blocks is the sender's letter head.
    if len(free) == 1 and window and not parties_have_seller(blocks, sender):
        return window[0] if window[0].name.box.top > page.height * 0.14 else None
    return window[-1] if window else None


def parties_have_seller(blocks: list[Block], sender: tuple[Run, int] | None) -> bool:
    """Whether somebody else than a buyer is known."""
    return sender is not None or any(b.role == "seller" or b.contact for b in blocks)


def _seller(
    sheet: Sheet,
    rest: Sequence[Sheet],
    blocks: list[Block],
    sender: tuple[Run, int] | None,
    buyer: Block | None,
) -> dict[str, Field]:
    labelled = [block for block in blocks if block.role == "seller"]
    if labelled:
        return _seller_fields(labelled[0], "party:seller")
    if sender is not None:
        spot = sender[0].spot(0, sender[1])
        features = ["party:sender", "party:from"]
        if parties.has_legal_form(spot.text):
            features.append("party:legal")
        return {"sellerName": proofs.field(spot.text, "text", spot, features)}
    others = [block for block in blocks if buyer is None or block.name is not buyer.name]
    others.sort(key=lambda block: (not block.contact, block.name.box.top))
    named = [block for block in others if parties.has_legal_form(block.name.text)]
    if named or others:
        return _seller_fields((named or others)[0], "party:head")
    for run in (*sheet.runs, *(run for page in rest for run in page.runs)):
        known = buyer is not None and run.folded.text == buyer.name.folded.text
        if not known and len(run.text) < 70 and (end := parties.legal_form_end(run.text)):
            spot = run.spot(0, end)
            features = ["party:legal", "party:anywhere"]
            return {"sellerName": proofs.field(spot.text, "text", spot, features)}
    return {}


def _seller_fields(block: Block, feature: str) -> dict[str, Field]:
    features = [feature, "party:from"]
    if parties.has_legal_form(block.name.text):
        features.append("party:legal")
    name = proofs.field(block.name.text, "text", block.name.spot(), features)
    if len(block.lines) < 2:
        return {"sellerName": name}
    spots = [line.spot() for line in block.lines[1:]]
    address = proofs.unmeasured(proofs.joined(spots, features))
    return {"sellerName": name, "sellerAddress": address}


def _vat(sheet: Sheet, rest: Sequence[Sheet], buyer: Block | None) -> dict[str, Field]:
    found: dict[str, Field] = {}
    for page in (sheet, *rest):
        for row in page.rows:
            for number, run, start, end in _vat_in(row.runs):
                side = "sellerVatId"
                if buyer is not None and page is sheet and _belongs(run, buyer, sheet):
                    side = "buyerVatId"
                if side in found:
                    continue
                checked = identifiers.valid_vat(number)
                labelled = labels.inside(labels.VAT_ID, row) is not None
                features = [
                    "vat:labelled" if labelled else "vat:bare",
                    *(["vat:checked"] if checked else []),
                ]
                field = proofs.field(number, "code", run.spot(start, end), features)
                found[side] = field if side == "sellerVatId" else proofs.unmeasured(field)
    return found


def _vat_in(runs: Sequence[Run]) -> list[tuple[str, Run, int, int]]:
    return [
        (number, run, start, end)
        for run in runs
        for number, start, end in identifiers.find_vat_numbers(run.text)
    ]


def _belongs(run: Run, buyer: Block, sheet: Sheet) -> bool:
    """Whether a run stands under the buyer's name, in its column and before another heading."""
    box, name = run.box, buyer.name.box
    if not (name.top < box.top < name.top + sheet.page.height * 0.16):
        return False
    if not (name.left - 15 <= box.left <= max(line.box.right for line in buyer.lines) + 60):
        return False
    between = (other for row in sheet.rows[buyer.name.row + 1 : run.row] for other in row.runs)
    return not any(
        _role(other) == "seller" and abs(other.box.left - name.left) < 15 for other in between
    )
