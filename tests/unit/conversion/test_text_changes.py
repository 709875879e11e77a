"""Differences of two texts with boxes: found, typed, placed on both sides."""

from __future__ import annotations

import random
import time
from typing import Any

import pytest

from apps.conversion.texts.changes import Change, differences
from apps.conversion.texts.words import Place
from tests.factories import page_of

Found = list[tuple[str, str, str, bool]]


def text_changes(old: list[dict[str, Any]], new: list[dict[str, Any]]) -> list[Change]:
    """The changes, having checked that they account for every difference."""
    found = differences(old, new)
    assert found.accounted_for
    return found.changes


def changes(old: str, new: str) -> Found:
    revisions = text_changes([page_of(old)], [page_of(new)])
    return [(r.kind, r.text, r.new_text, r.substantive) for r in revisions]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("same words", "same words", []),
        ("", "", []),
        ("a b", "a x b", [("inserted", "x", "", True)]),
        ("a x b", "a b", [("deleted", "x", "", True)]),
        ("pay 10 days", "pay 30 days", [("replaced", "10", "30", True)]),
        ("The end.", "the end", [("replaced", "The end.", "the end", False)]),
        ("is 1.5 wide", "is 15 wide", [("replaced", "1.5", "15", True)]),
        ("all gone", "", [("deleted", "all gone", "", True)]),
        ("one\ntwo lines", "one two\nlines", []),
        (
            "This is a. This is c.",
            "This is a. This is b. This is c.",
            [("inserted", "This is b.", "", True)],
        ),
    ],
)
def test_changes(old: str, new: str, expected: Found) -> None:
    assert changes(old, new) == expected


def test_a_move() -> None:
    clause = "the tenant shall paint every wall"
    found = changes(f"{clause}\nfirst second third fourth fifth sixth seventh eighth",
                    f"first second third fourth fifth sixth seventh eighth\n{clause}")  # fmt: skip
    assert found == [("moved", clause, "", True)]


def test_places_on_both_sides() -> None:
    old, new = page_of("keep old keep"), page_of("keep\nnew words keep", 0)
    (revision,) = text_changes([old], [new])
    assert revision.places == (Place(0, ((10, 40, 100, 55),)),)
    assert revision.original_places == (Place(0, ((60, 20, 90, 35),)),)
    shape = revision.as_json("r1")
    assert (shape["id"], shape["new_text"]) == ("r1", "new words")
    assert shape["places"] == [[0, ((10, 40, 100, 55),)]]


def test_a_change_over_two_pages_and_lines() -> None:
    pages = [page_of("one two\nthree", 0), page_of("four five", 1)]
    (revision,) = text_changes([page_of("one five")], pages)
    assert revision.text == "two three four"
    first, second = revision.places
    assert (first.page, len(first.boxes)) == (0, 2)
    assert second == Place(1, ((10, 20, 50, 35),))


def test_a_word_broken_at_a_line_is_one_word() -> None:
    assert changes("a contrac\u00ad\ntual term", "a contractual term") == []


def _book(lines: list[str], per_page: int, head: str) -> list[dict[str, Any]]:
    pages = []
    for number, start in enumerate(range(0, len(lines), per_page)):
        body = "\n".join(lines[start : start + per_page])
        page = page_of(f"{head} page {number + 1}\n\n\n\n\n\n{body}", number)
        pages.append(page)
    return pages


def test_headers_do_not_disturb_a_text_that_flows() -> None:
    lines = [f"line {number} of the agreement" for number in range(40)]
    more = [*lines[:3], "one line more", *lines[3:]]
    found = text_changes(_book(lines, 6, "Draft"), _book(more, 6, "Draft"))
    assert [(r.kind, r.text, r.location) for r in found] == [
        ("inserted", "one line more", "body")
    ]  # fmt: skip
    found = text_changes(_book(lines, 6, "Draft"), _book(lines, 6, "Final"))
    assert [(r.kind, r.text, r.new_text, r.location) for r in found] == [
        ("replaced", "Draft", "Final", "header")
    ]


def test_rows_of_figures_at_the_top_are_no_headers() -> None:
    rows = [f"{number * 7} {number * 11}" for number in range(1, 9)]
    old = [page_of(row, number) for number, row in enumerate(rows)]
    new = [page_of(row.replace("21 33", "21 34"), number) for number, row in enumerate(rows)]
    assert [(r.kind, r.text, r.new_text) for r in text_changes(old, new)] == [
        ("replaced", "33", "34")
    ]


def test_long_texts() -> None:
    chance = random.Random(5)  # noqa: S311 - the same every time
    words = [f"w{chance.randrange(4000)}" for _ in range(150_000)]
    changed = list(words)
    for number in range(200):
        changed[chance.randrange(len(changed))] = f"new{number}"
    pages, other = ([_page(text, n) for n, text in enumerate(_cut(t))] for t in (words, changed))
    started = time.process_time()
    found = text_changes(pages, other)
    assert time.process_time() - started < 15
    assert 190 <= len(found) <= 200


def _cut(words: list[str]) -> list[str]:
    return [" ".join(words[start : start + 300]) for start in range(0, len(words), 300)]


def _page(text: str, number: int) -> dict[str, Any]:
    return page_of(text, number)
