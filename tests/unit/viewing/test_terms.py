"""Terms of a search: what they mean, and that the cheap look before loses none."""

from __future__ import annotations

import random

import pytest

from apps.conversion.search import Term, TermKind, find, fold
from tests import factories

TEXT = "Straße 5, STRASSE\nİstanbul istanbul K\u212a costs $3.50 (net) C++ a_b it's"


def found(term: Term, text: str = TEXT) -> list[str]:
    return [hit.match for hit in find(factories.page_of(text), term.compile())]


@pytest.mark.parametrize(
    ("term", "matches"),
    [
        (Term("simple", "straße"), ["Straße"]),
        (Term("simple", "strasse"), ["STRASSE"]),
        (Term("simple", "STRASSE", case=True), ["STRASSE"]),
        (Term("simple", "strasse", case=True), []),
        (Term("simple", "strasse istanbul"), ["STRASSE İstanbul"]),
        (Term("simple", "strasse istanbul", case=True), []),
        (Term("simple", "STRASSE İstanbul"), ["STRASSE İstanbul"]),
        (Term("simple", "$3.50 (net)"), ["$3.50 (net)"]),
        (Term("simple", r"\$\d\.\d+"), ["$3.50"]),
        (Term("simple", "C++"), ["C++"]),
        (Term("simple", "cost"), ["cost"]),
        (Term("simple", "cost", whole=True), []),
        (Term("simple", "it's", whole=True), ["it's"]),
        (Term("regex", r"\bcosts?\b"), ["costs"]),
        (Term("regex", "C+", case=True), ["C"]),
        (Term("regex", r"5|net", whole=True), ["5", "net"]),
        (Term("wildcard", "co*"), ["costs"]),
        (Term("wildcard", "?t'?"), ["it's"]),
        (Term("wildcard", "c++"), ["C++"]),
        (Term("wildcard", "str* 5"), ["Straße 5"]),
    ],
)
def test_what_terms_find(term: Term, matches: list[str]) -> None:
    assert found(term) == matches


@pytest.mark.parametrize("pattern", ["(", "a{2,1}", "[z-a]", "(?P<n>a)(?P<n>b)", r"\1", "*"])
def test_a_regex_must_be_one(pattern: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        Term("regex", pattern).compile()


@pytest.mark.parametrize("kind", ["simple", "wildcard"])
@pytest.mark.parametrize("pattern", ["(", "a{2,1}", "[z-a]", r"\1", "*", "((((", "\\"])
def test_other_terms_are_always_good(kind: TermKind, pattern: str) -> None:
    Term(kind, pattern).compile()


@pytest.mark.parametrize("seed", range(60))
def test_the_look_before_loses_nothing(seed: int) -> None:
    """What a literal term finds, it would have been looked for."""
    chance = random.Random(seed)  # noqa: S311
    letters = "aAß\u017fsSiİ\u0131IkK\u212aéÉ\u0301 -'Σσς\ufb01"
    text = "".join(chance.choices(letters, k=60))
    for _ in range(30):
        start = chance.randrange(55)
        piece = text[start : start + chance.randint(1, 6)]
        piece = chance.choice([str.upper, str.lower, str.title, str])(piece)
        term = Term("simple", piece, case=chance.random() < 0.3)
        if piece.strip() and term.literal and found(term, text):
            assert term.may_be_on(text, fold(text)), (piece, text)
