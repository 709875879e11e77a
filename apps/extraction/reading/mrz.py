"""Reads machine-readable zones, and repairs what OCR confuses there.

A repair is only made where the format leaves no choice (digits in a date, fillers up to a line's
length) or where a check digit proves it.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from apps.extraction.reading import mrz_format, proofs
from apps.extraction.reading.findings import Field, Validation
from apps.extraction.reading.geometry import Box
from apps.extraction.reading.lines import Row, Run, Sheet, Spot
from apps.extraction.reading.mrz_format import COUNTRIES, Format, Part, check_digit

_TO_DIGIT = str.maketrans("OQDUILJZASGTB", "0000111245678")
_TO_LETTER = str.maketrans("01245678", "OIZASGTB")
_LIKE_FILLER = str.maketrans(
    dict.fromkeys("\u2039\u203a([{く\uff23〈c", "<") | dict.fromkeys("«»《", "<<")
)
# Characters that OCR takes for each other in a field of letters and digits.
_TWINS = ("0ODQ", "1IL", "2Z", "5S", "6G", "8B", "4A", "7T")
_TWIN = {sign: group.replace(sign, "") for group in _TWINS for sign in group}
_LETTER_TWINS = {"O": "DQGU", "D": "O", "Q": "O", "U": "OV", "V": "UY", "I": "LT", "L": "I"} | {
    "B": "RE",
    "R": "B",
    "E": "F",
    "F": "E",
    "G": "CO",
    "C": "G",
    "N": "M",
    "M": "N",
    "K": "X",
}
_CLASSES = {"P": "passport", "V": "visa", "I": "identity-card", "A": "identity-card"} | {
    "C": "identity-card"
}


@dataclass(frozen=True)
class Zone:
    """A zone that was read: its lines as repaired, where they are, which checks hold."""

    form: Format
    lines: tuple[str, ...]
    runs: tuple[Run, ...]
    checks: dict[str, bool]

    @property
    def proven(self) -> bool:
        return all(self.checks.values())

    @property
    def identifier(self) -> str:
        """The document's class."""
        return _CLASSES.get(self.lines[0][0], "unknown")


def find(sheets: Sequence[Sheet]) -> Zone | None:
    """The best zone on the pages; None where nothing looks like one."""
    best: tuple[tuple[float, ...], Zone] | None = None
    for sheet in sheets[:6]:
        lines = [(row, text) for row in sheet.rows if (text := _zone_text(row))]
        for index, _ in enumerate(lines):
            for form in mrz_format.FORMATS:
                chosen = lines[index : index + form.lines]
                if len(chosen) < form.lines or not _together(chosen):
                    continue
                zone = _fit(form, chosen)
                if zone is not None:
                    lengths = sum(abs(len(text) - form.length) for _, text in chosen)
                    rank = (sum(zone.checks.values()) - 2 * _broken(zone), -lengths)
                    if best is None or rank > best[0]:
                        best = (rank, zone)
    return best[1] if best else None


def _broken(zone: Zone) -> int:
    return sum(not holds for holds in zone.checks.values())


def _zone_text(row: Row) -> str:
    """The row's characters of a zone, or nothing when it cannot be a line of one."""
    text = "".join(word.text for run in row.runs for word in run.words)
    text = text.translate(_LIKE_FILLER).upper()
    clean = re.sub(r"[^A-Z0-9<]", "", text)
    if not 22 <= len(clean) <= 60 or len(clean) < 0.9 * len(text):
        return ""
    fillers, digits = clean.count("<"), sum(sign.isdigit() for sign in clean)
    return clean if fillers >= 2 or (fillers + digits >= 10 and len(clean) >= 28) else ""


def _together(chosen: Sequence[tuple[Row, str]]) -> bool:
    rows = [row for row, _ in chosen]
    return all(
        after.index - before.index <= 2
        and after.box.top - before.box.bottom < 3.5 * max(after.box.height, before.box.height)
        and after.box.overlaps_across(before.box) > 0.5
        for before, after in itertools.pairwise(rows)
    )


# --- fitting a format onto what was read


def _fit(form: Format, chosen: Sequence[tuple[Row, str]]) -> Zone | None:
    options: list[list[str]] = []
    for line, (_, text) in enumerate(chosen):
        if abs(len(text) - form.length) > 14:
            return None
        parts = [part for part in form.parts if part.line == line]
        if parts[-1].name == "names":
            if "<<" not in text:
                return None
            options.append([_name_line(form, parts, text)])
        else:
            options.append(list(itertools.islice(_data_lines(form, parts, text, line), 24)))
    if not all(options) or not _starts_right(form, options[0][0]):
        return None
    best: tuple[float, tuple[str, ...]] | None = None
    for lines in itertools.islice(itertools.product(*options), 200):
        checks = _checks(form, lines)
        score = sum(checks.values())
        if best is None or score > best[0]:
            best = (score, lines)
        if score == len(checks):
            break
    if best is None:
        return None
    lines = best[1]
    checks = _checks(form, lines)
    if sum(checks.values()) < 2 and _needed(form) > 2:
        return None
    return Zone(form, lines, tuple(row.whole for row, _ in chosen), checks)


def _needed(form: Format) -> int:
    return sum(part.check is not None for part in form.parts) + (form.composite_at is not None)


def _starts_right(form: Format, first: str) -> bool:
    letters = {"TD1": "IAC", "TD2": "IACP", "TD3": "P", "MRV-A": "V", "MRV-B": "V"}
    return first[0] in letters[form.name]


def _checks(form: Format, lines: Sequence[str]) -> dict[str, bool]:
    checks = {}
    for part in form.parts:
        if part.check is not None:
            digit, text = lines[part.line][part.check], lines[part.line][part.start : part.end]
            empty = digit == "<" and not text.strip("<") and part.name == "personalNumber"
            long_number = digit == "<" and form.name == "TD1" and part.name == "documentNumber"
            if long_number:
                checks[part.name] = _long_number(lines[part.line])[1]
            else:
                checks[part.name] = empty or check_digit(text) == digit
    holds = mrz_format.composite_holds(form, tuple(lines))
    return checks if holds is None else checks | {"composite": holds}


def _long_number(line: str) -> tuple[str, bool]:
    """A TD1 number of more than nine characters goes on in the optional data."""
    rest = line[15:].split("<", 1)[0]
    number = line[5:14] + rest[:-1]
    return number, bool(rest) and check_digit(number) == rest[-1]


def _name_line(form: Format, parts: Sequence[Part], text: str) -> str:
    """A line that ends with names: everything behind them is fillers."""
    head = parts[-1].start
    text = _right_length_head(text, head)
    first, rest = text[:head].translate(_TO_LETTER), text[head:].translate(_TO_LETTER)
    if head == 5:
        first = first[:2] + country(first[2:])
    surname, separator, given = rest.partition("<<")
    given = given.lstrip("<")
    if separator:
        # The grammar has one "<<": another one begins the fillers.
        given = re.split(r"<<", given, maxsplit=1)[0]
        given = re.sub(r"(?:<[KCSLEGX]{1,2})+$", "", given.rstrip("<"))
        if re.fullmatch(r"[KCL]{1,}", given) and len(rest) - len(surname) > 8:
            given = ""
    names = f"{surname}<<{given}" if separator else surname
    return (first + names).ljust(form.length, "<")[: form.length]


def _right_length_head(text: str, head: int) -> str:
    """`P<UTO` with a filler lost or doubled behind the document's letter."""
    if head != 5:
        return text
    if re.match(r"[PVIAC]<<[A-Z]{3}", text):
        return text[0] + text[2:]
    return text


def _data_lines(form: Format, parts: Sequence[Part], text: str, line: int) -> Iterator[str]:
    """Readings of a line of exact length, the likeliest first."""
    seen = set()
    for sized in _sized(text, form, line):
        for made in _repaired(form, parts, sized):
            if made not in seen:
                seen.add(made)
                yield made


def _sized(text: str, form: Format, line: int) -> Iterator[str]:
    """The text with fillers added to, or taken from, one of its runs of fillers."""
    missing = form.length - len(text)
    if missing == 0:
        yield text
        return
    fillers = sorted(re.finditer(r"<+", text), key=lambda run: run.start() - run.end())
    for run in fillers[:4]:
        if missing > 0:
            yield text[: run.end()] + "<" * missing + text[run.end() :]
        elif run.end() - run.start() > -missing:
            yield text[: run.start()] + text[run.start() - missing :]
    # A check digit in front of the last column has no fillers to grow: room before it.
    if missing > 0 and form.composite_at and form.composite_at[0] == line and "<<" not in text:
        yield text[:-1] + "<" * missing + text[-1]
    if missing > 0:
        yield text + "<" * missing
    elif missing < 0:
        yield text[: form.length]
        yield text[-form.length :]


def _repaired(form: Format, parts: Sequence[Part], text: str) -> Iterator[str]:
    """The text with each column of its kind, and check digits made true by likely twins."""
    signs = list(text)
    for part in parts:
        for column in range(part.start, part.end):
            signs[column] = _of_kind(signs[column], part.kind)
        if part.check is not None and signs[part.check] != "<":
            signs[part.check] = signs[part.check].translate(_TO_DIGIT)
    if form.composite_at and parts[0].line == form.composite_at[0]:
        column = form.composite_at[1]
        signs[column] = signs[column].translate(_TO_DIGIT)
    for part in parts:
        if part.name in ("nationality", "issuer"):
            signs[part.start : part.end] = country("".join(signs[part.start : part.end]))
    choices = [_choices(part, "".join(signs)) for part in parts]
    for chosen in itertools.islice(itertools.product(*choices), 24):
        made = list(signs)
        for part, value in zip(parts, chosen, strict=True):
            made[part.start : part.end] = value
        yield "".join(made)


def country(text: str) -> str:
    """A country's three columns; a code that no country has is read as its only likely twin."""
    body = text.rstrip("<")
    if body in COUNTRIES or not body:
        return text
    if len(body) == 1:
        return "D<<"  # the only code of one letter
    options = [(sign, *(twin for twin in _LETTER_TWINS.get(sign, ""))) for sign in body]
    likely = {
        made for signs in itertools.product(*options) if (made := "".join(signs)) in COUNTRIES
    }
    return likely.pop().ljust(3, "<") if len(likely) == 1 else text


def _of_kind(sign: str, kind: str) -> str:
    if kind == "digits":
        return sign.translate(_TO_DIGIT)
    if kind == "letters":
        return sign.translate(_TO_LETTER)
    if kind == "sex":
        return sign if sign in "MFX<" else {"N": "M", "H": "M", "P": "F", "E": "F"}.get(sign, "<")
    return sign


def _choices(part: Part, line: str) -> list[str]:
    """The part as read when its check digit holds, else readings that make it hold."""
    text = line[part.start : part.end]
    if part.kind != "mixed":
        return [text]
    body = text.rstrip("<")
    if part.check is None or line[part.check] == "<":
        if part.check is not None:
            return [text]
        # The composite digit may prove one of these; digits among digits are likeliest.
        digits = sum(sign.isdigit() for sign in body)
        numeric = body.translate(_TO_DIGIT).ljust(len(text), "<")
        return [text, numeric] if body and 2 * digits > len(body) else [text]
    digit = line[part.check]
    if check_digit(text) == digit:
        return [text]
    places = [index for index, sign in enumerate(text) if sign in _TWIN or sign in "KC"][:9]
    made = []
    for count in (1, 2, 3):
        for chosen in itertools.combinations(places, count):
            options = [_TWIN.get(text[index], "<") for index in chosen]
            for signs in itertools.islice(itertools.product(*options), 30):
                trial = list(text)
                for index, sign in zip(chosen, signs, strict=True):
                    trial[index] = sign
                if check_digit("".join(trial)) == digit:
                    made.append("".join(trial))
        if made:
            break
    return [*made[:6], text]


# --- fields


def fields(zone: Zone) -> dict[str, Field]:
    """The zone's fields; dates as ISO, names with blanks. Empty ones are left out."""
    found: dict[str, Field] = {}
    spots = [run.spot() for run in zone.runs]
    proven = "mrz:proven" if zone.proven else "mrz:unproven"
    whole = proofs.in_one(spots)
    found["mrz"] = _field("\n".join(zone.lines), whole, [proven, "mrz:zone"])
    values = {
        part.name: (part, zone.lines[part.line][part.start : part.end]) for part in zone.form.parts
    }
    expiry = _date(values["expiryDate"][1], None)
    for name, (part, text) in values.items():
        spot = _cut(zone, part)
        if name == "names":
            surname, _, given = text.partition("<<")
            for key, value in (("surname", surname), ("givenNames", given)):
                if plain := _plain(value):
                    found[key] = _field(plain, spot, [proven, "mrz:name"])
            continue
        checked = "mrz:checked" if zone.checks.get(name, zone.proven) else "mrz:unchecked"
        if name in ("birthDate", "expiryDate"):
            date = expiry if name == "expiryDate" else _date(text, expiry)
            if date:
                field = _field(date, spot, [proven, checked])
                found[name] = proofs.typed(field, "date")
            continue
        if name == "documentNumber" and zone.form.name == "TD1" and zone.lines[0][14] == "<":
            text = _long_number(zone.lines[0])[0]
        # A filler in the sex's column is a statement: not specified.
        plain = text if name == "sex" else _plain(text)
        if plain:
            found[name] = _field(plain, spot, [proven, checked])
    return found


def validations(zone: Zone) -> list[Validation]:
    """One error for each check digit that does not hold."""
    return [
        Validation(
            "mrz_check_digit",
            "error",
            "The check digit over the whole zone does not hold."
            if name == "composite"
            else f"The check digit of {name} does not hold.",
            ("mrz",) if name == "composite" else (name,),
        )
        for name, holds in zone.checks.items()
        if not holds
    ]


def _field(value: str, spot: Spot, features: Sequence[str]) -> Field:
    return proofs.sourced(proofs.field(value, "text", spot, features), "mrz")


def _plain(text: str) -> str:
    return " ".join(text.replace("<", " ").split())


def _date(text: str, expiry: str | None) -> str | None:
    """YYMMDD as ISO. A birth lies in the last hundred years before the expiry."""
    if not text.isdigit() or not 1 <= int(text[2:4]) <= 12 or not 1 <= int(text[4:]) <= 31:
        return None
    year = int(text[:2])
    if expiry is None:
        century = 2000 if year < 80 else 1900
    else:
        century = 2000 if 2000 + year < int(expiry[:4]) else 1900
    return f"{century + year}-{text[2:4]}-{text[4:]}"


def _cut(zone: Zone, part: Part) -> Spot:
    """Where a part stands: OCR-B has letters of one width, so columns are shares of the line."""
    run, length = zone.runs[part.line], zone.form.length
    step = run.box.width / length
    box = Box(
        run.box.left + part.start * step,
        run.box.top,
        run.box.left + part.end * step,
        run.box.bottom,
    )
    text = zone.lines[part.line][part.start : part.end]
    return Spot(text, run.page, box, run.confidence, run.source)
