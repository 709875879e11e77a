"""Revisions on pages: found by what stands around them, or not at all."""

from __future__ import annotations

import random
import time

from apps.comparison.places import Finder
from tests.factories import page_of


def span(text: str, part: str) -> tuple[int, int, int]:
    start = text.index(part)
    return 0, start, start + len(part)


def test_the_right_one_of_many() -> None:
    text = "the cat and the dog and the bird\n"
    finder = Finder([text], [page_of("the cat and\nthe dog and\nthe bird")])
    (place,) = finder.places((0, 12, 15))
    assert place.boxes == ((10, 40, 40, 55),)


def test_words_written_as_one_are_told_apart() -> None:
    text = "the quickSLOW fox\n"
    finder = Finder([text], [page_of("the quickSLOW fox")])
    (place,) = finder.places(span(text, "quick"))
    assert place.boxes == ((50, 20, 100, 35),)
    (place,) = finder.places(span(text, "SLOW"))
    assert place.boxes == ((100, 20, 140, 35),)


def test_what_is_not_there_has_no_place() -> None:
    text = "alpha beta gamma delta\n"
    finder = Finder([text], [page_of("alpha beta something else")])
    assert finder.places(span(text, "gamma delta")) == ()
    assert finder.places((0, len(text) - 1, len(text))) == ()
    assert Finder([text], []).places(span(text, "alpha")) == ()


def test_a_lonely_word_is_not_guessed() -> None:
    text = "one two three four\n"
    finder = Finder([text], [page_of("and also two of us")])
    assert finder.places(span(text, "two")) == ()


def test_stories_share_no_words() -> None:
    body, note = "see the note\n", " the note\n"
    finder = Finder([body, note], [page_of("see the note\n\n\n1 the note")])
    (in_body,) = finder.places((0, 8, 12))
    (in_note,) = finder.places((1, 1, 9))
    assert in_body.boxes[0][1] < in_note.boxes[0][1]


def test_over_two_pages() -> None:
    text = "a b c d e f\n"
    finder = Finder([text], [page_of("a b c", 0), page_of("d e f", 1)])
    places = finder.places(span(text, "b c d e"))
    assert [place.page for place in places] == [0, 1]


def test_five_hundred_pages_take_seconds() -> None:
    chance = random.Random(3)  # noqa: S311 - the same every time
    pages, lines = [], []
    for number in range(500):
        words = [f"w{chance.randrange(5000)}" for _ in range(350)]
        lines.append(" ".join(words))
        pages.append(page_of(f"head {number}\n{lines[-1]}", number))
    text = "\n".join(lines)
    started = time.process_time()
    finder = Finder([text], pages)
    assert finder.places((0, len(text) - 40, len(text)))[0].page == 499
    assert time.process_time() - started < 15
