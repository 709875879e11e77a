"""Finding text on a page, as functions of words and boxes."""

from __future__ import annotations

import random
import string
import time

import pytest

from apps.conversion.search import find, pattern_of
from tests import factories


def matches(text: str, query: str, *, case: bool = False, whole: bool = False) -> list[str]:
    pattern = pattern_of(query, case=case, whole=whole)
    return [hit.match for hit in find(factories.page_of(text), pattern)]


@pytest.mark.parametrize(
    ("query", "case", "whole", "found"),
    [
        ("house", False, False, ["house", "House", "house"]),
        ("house", True, False, ["house", "house"]),
        ("house", False, True, ["house", "House"]),
        ("HOUSE", True, False, []),
        ("lighthouse", False, True, ["lighthouse"]),
        ("a house", False, False, ["A house", "a House"]),
        ("  a   house ", False, False, ["A house", "a House"]),
        ("house.", False, True, []),
        ("garden", False, False, []),
    ],
)
def test_case_and_whole_words(query: str, case: bool, whole: bool, found: list[str]) -> None:
    text = "A house, a House and a lighthouse"
    assert matches(text, query, case=case, whole=whole) == found


@pytest.mark.parametrize("break_", [" ", "\n", "  ", " \n ", "\t", "\u00a0"])
def test_a_match_goes_over_a_line_end(break_: str) -> None:
    assert matches(f"the quick{break_}brown fox", "quick brown") == ["quick brown"]


@pytest.mark.parametrize("query", [".*", "(", "[a-z]+", "\\", "a|b", "^", "$", "?", "{2}"])
def test_a_query_is_literal(query: str) -> None:
    assert matches("abc ABC 123", query) == []
    assert matches(f"x {query} y", query) == [query]


@pytest.mark.parametrize(
    ("text", "query"),
    [("Ärger", "ärger"), ("ЁЛКА", "ёлка"), ("café", "cafe\u0301"), ("名前", "前")],
)
def test_case_is_folded_and_accents_composed_in_any_script(text: str, query: str) -> None:
    assert matches(text, query) == [text if len(text) == len(query) or "é" in text else query]


def test_a_hit_shows_the_words_around_it_in_one_line() -> None:
    text = "one two\nthree four five\nsix " + "seven " * 30
    [hit] = find(factories.page_of(text, 4), pattern_of("four", case=False, whole=False))
    assert hit.page == 4
    assert (hit.before, hit.match) == ("one two three ", "four")
    assert hit.after == " five six" + " seven" * 6


@pytest.mark.parametrize(
    ("text", "before", "after"),
    [
        ("lighthouse " * 9 + "fox" + " lighthouse" * 9, "lighthouse " * 4, " lighthouse" * 4),
        ("sea " * 13 + "fox" + " sea" * 13, "sea " * 12, " sea" * 12),
        ("of lighthouses and fox", "of lighthouses and ", ""),
        ("x" * 60 + "fox" + "x" * 60, "x" * 48, "x" * 48),
        ("灯" * 60 + "fox" + "灯" * 60, "灯" * 48, "灯" * 48),
    ],
    ids=["cut", "just fitting", "all of it", "one long word", "a script without blanks"],
)
def test_words_around_a_hit_are_whole(text: str, before: str, after: str) -> None:
    [hit] = find(factories.page_of(text), pattern_of("fox", case=False, whole=False))
    assert (hit.before, hit.after) == (before, after)


def test_a_match_over_two_lines_has_a_box_on_each() -> None:
    page = factories.page_of("the quick\nbrown fox")
    [hit] = find(page, pattern_of("quick brown", case=False, whole=False))
    assert hit.boxes == [(50.0, 20.0, 100.0, 35.0), (10.0, 40.0, 60.0, 55.0)]


def test_words_of_a_line_share_a_box_and_a_part_of_a_word_has_its_share() -> None:
    page = factories.page_of("lighthouse keeper")
    [hit] = find(page, pattern_of("house keep", case=False, whole=False))
    assert hit.boxes == [(60.0, 20.0, 160.0, 35.0)]


def test_a_page_without_text_has_no_hits() -> None:
    assert find(factories.page_of(""), pattern_of("x", case=False, whole=False)) == []


@pytest.mark.parametrize("seed", range(40))
def test_what_is_taken_from_a_page_is_found_on_it(seed: int) -> None:
    """Any piece of any page: found where it is, with boxes inside the page around its words."""
    chance = random.Random(seed)  # noqa: S311
    letters = string.ascii_letters + "äöüß()[].*-_é漢"
    lines = [
        " ".join(
            "".join(chance.choices(letters, k=chance.randint(1, 9)))
            for _ in range(chance.randint(1, 5))
        )
        for _ in range(chance.randint(1, 12))
    ]
    page = factories.page_of("\n".join(lines))
    words = page["text"].split()
    first = chance.randrange(len(words))
    piece = words[first : first + chance.randint(1, 4)]
    hits = find(page, pattern_of(" ".join(piece), case=True, whole=False))
    assert " ".join(piece) in [hit.match for hit in hits]
    for hit in hits:
        assert hit.boxes
        for x0, y0, x1, y1 in hit.boxes:
            assert 0 <= x0 < x1 <= page["width"]
            assert 0 <= y0 < y1 <= page["height"]
    loose = find(page, pattern_of(" ".join(piece), case=False, whole=False))
    assert len(loose) >= len(hits)
    for found in (hits, loose):
        places = [(hit.boxes[0][1], hit.boxes[0][0]) for hit in found]
        assert places == sorted(places)


def test_a_long_page_is_searched_quickly() -> None:
    page = factories.page_of("\n".join(["a" * 60] * 3000))
    began = time.process_time()
    for query in ("a" * 100, "a a a a a a a a b", "aaa b"):
        find(page, pattern_of(query, case=False, whole=True))
    assert time.process_time() - began < 1.5
