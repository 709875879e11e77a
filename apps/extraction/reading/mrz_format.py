"""The machine-readable zones of ICAO Doc 9303: where each field stands, and check digits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["letters", "digits", "mixed", "sex", "check"]
_WEIGHTS = (7, 3, 1)


@dataclass(frozen=True, slots=True)
class Part:
    """Columns `start` to `end` of a line. `check` is the column of its check digit."""

    name: str
    line: int
    start: int
    end: int
    kind: Kind
    check: int | None = None


@dataclass(frozen=True, slots=True)
class Format:
    """A zone of `lines` lines of `length` characters.

    `composite` are the columns (line, start, end) that the last check digit covers.
    """

    name: str
    lines: int
    length: int
    parts: tuple[Part, ...]
    composite: tuple[tuple[int, int, int], ...] = ()
    composite_at: tuple[int, int] | None = None


def _second_line(length: int, *, optional: str, personal_check: bool) -> tuple[Part, ...]:
    stop = 42 if personal_check else length - 1 if optional == "optional1" else length
    return (
        Part("documentNumber", 1, 0, 9, "mixed", 9),
        Part("nationality", 1, 10, 13, "letters"),
        Part("birthDate", 1, 13, 19, "digits", 19),
        Part("sex", 1, 20, 21, "sex"),
        Part("expiryDate", 1, 21, 27, "digits", 27),
        Part(optional, 1, 28, stop, "mixed", 42 if personal_check else None),
    )


def _first_line(length: int) -> tuple[Part, ...]:
    return (
        Part("documentType", 0, 0, 2, "letters"),
        Part("issuer", 0, 2, 5, "letters"),
        Part("names", 0, 5, length, "letters"),
    )


TD1 = Format(
    "TD1",
    3,
    30,
    (
        Part("documentType", 0, 0, 2, "letters"),
        Part("issuer", 0, 2, 5, "letters"),
        Part("documentNumber", 0, 5, 14, "mixed", 14),
        Part("optional1", 0, 15, 30, "mixed"),
        Part("birthDate", 1, 0, 6, "digits", 6),
        Part("sex", 1, 7, 8, "sex"),
        Part("expiryDate", 1, 8, 14, "digits", 14),
        Part("nationality", 1, 15, 18, "letters"),
        Part("optional2", 1, 18, 29, "mixed"),
        Part("names", 2, 0, 30, "letters"),
    ),
    ((0, 5, 30), (1, 0, 7), (1, 8, 15), (1, 18, 29)),
    (1, 29),
)
TD2 = Format(
    "TD2",
    2,
    36,
    (*_first_line(36), *_second_line(36, optional="optional1", personal_check=False)),
    ((1, 0, 10), (1, 13, 20), (1, 21, 35)),
    (1, 35),
)
TD3 = Format(
    "TD3",
    2,
    44,
    (*_first_line(44), *_second_line(44, optional="personalNumber", personal_check=True)),
    ((1, 0, 10), (1, 13, 20), (1, 21, 43)),
    (1, 43),
)
MRV_A = Format(
    "MRV-A",
    2,
    44,
    (*_first_line(44), *_second_line(44, optional="optional", personal_check=False)),
)
MRV_B = Format(
    "MRV-B",
    2,
    36,
    (*_first_line(36), *_second_line(36, optional="optional", personal_check=False)),
)
FORMATS = (TD1, TD2, TD3, MRV_A, MRV_B)

# ISO 3166-1 alpha-3 and the codes ICAO 9303-3 adds.
_CODES = """
    ABW AFG AGO AIA ALA ALB AND ARE ARG ARM ASM ATA ATF ATG AUS AUT AZE BDI BEL BEN BES BFA BGD
    BGR BHR BHS BIH BLM BLR BLZ BMU BOL BRA BRB BRN BTN BVT BWA CAF CAN CCK CHE CHL CHN CIV CMR
    COD COG COK COL COM CPV CRI CUB CUW CXR CYM CYP CZE DJI DMA DNK DOM DZA ECU EGY ERI ESH ESP
    EST ETH FIN FJI FLK FRA FRO FSM GAB GBR GEO GGY GHA GIB GIN GLP GMB GNB GNQ GRC GRD GRL GTM
    GUF GUM GUY HKG HMD HND HRV HTI HUN IDN IMN IND IOT IRL IRN IRQ ISL ISR ITA JAM JEY JOR JPN
    KAZ KEN KGZ KHM KIR KNA KOR KWT LAO LBN LBR LBY LCA LIE LKA LSO LTU LUX LVA MAC MAF MAR MCO
    MDA MDG MDV MEX MHL MKD MLI MLT MMR MNE MNG MNP MOZ MRT MSR MTQ MUS MWI MYS MYT NAM NCL NER
    NFK NGA NIC NIU NLD NOR NPL NRU NZL OMN PAK PAN PCN PER PHL PLW PNG POL PRI PRK PRT PRY PSE
    PYF QAT REU ROU RUS RWA SAU SDN SEN SGP SGS SHN SJM SLB SLE SLV SMR SOM SPM SRB SSD STP SUR
    SVK SVN SWE SWZ SXM SYC SYR TCA TCD TGO THA TJK TKL TKM TLS TON TTO TUN TUR TUV TWN TZA UGA
    UKR UMI URY USA UZB VAT VCT VEN VGB VIR VNM VUT WLF WSM YEM ZAF ZMB ZWE D EUE GBD GBN GBO
    GBP GBS RKS UNA UNK UNO UTO XOM XXA XXB XXC XXX XCC XCT XPO
"""
COUNTRIES = frozenset(_CODES.split())


def check_digit(text: str) -> str:
    """The check digit of a text of A-Z, 0-9 and `<` (ICAO 9303-3, 4.9)."""
    total = 0
    for index, sign in enumerate(text):
        value = 0 if sign == "<" else int(sign, 36)
        total += value * _WEIGHTS[index % 3]
    return str(total % 10)


def composite_holds(form: Format, lines: tuple[str, ...]) -> bool | None:
    """Whether the check digit over several fields holds; None where a format has none."""
    if form.composite_at is None:
        return None
    line, column = form.composite_at
    text = "".join(lines[number][start:end] for number, start, end in form.composite)
    return check_digit(text) == lines[line][column]
