"""Mark-up is taken only as it is described, and what is wrong is said by name."""

from __future__ import annotations

import json
from typing import Any

import pytest

from apps.conversion import drawings
from tests.engine.drawing_documents import MARKS

LINE: dict[str, Any] = MARKS[1]


def read(*objects: Any) -> list[drawings.Markup]:
    return drawings.read(json.dumps(objects).encode())


def test_every_kind_is_taken_as_it_is() -> None:
    assert read(*MARKS) == MARKS
    assert {one["kind"] for one in MARKS} == drawings.KINDS.keys()
    assert drawings.read(b"[]") == []


def test_what_no_file_can_hold_is_left_out() -> None:
    [one] = read(LINE | {"author": "an\x00na\ud800", "href": "https://example.org"})
    assert one == LINE | {"author": "an na "}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"kind": "bomb"}, "`kind` must be one of text, line, "),
        ({"kind": ["text"]}, "`kind`"),
        ({"kind": "text"}, "`text` is missing"),
        ({"points": [[0, 0]]}, "`points` must be 2 pairs"),
        ({"points": [[0, 0], [1, "2"]]}, "`points` must be pairs of numbers"),
        ({"points": [[0, 0], [1, 1e300]]}, "`points`"),
        ({"points": [[0, 0], [1, True]]}, "`points`"),
        ({"points": [[0, 0], [1, float("nan")]]}, "`points`"),
        ({"kind": "freehand", "points": [[0, 0]] * 5001}, "2 to 5000 pairs"),
        ({"size": 0}, "`size` must be a positive number"),
        ({"colour": "red;"}, "`colour`"),
        ({"id": "<a>"}, "`id`"),
        ({"made": "yesterday"}, "`made`"),
        ({"made": "2026-99-99T00:00:00Z"}, "`made`"),
        ({"made": "0001-01-01T00:00:00+14:00"}, "`made`"),
        ({"text": "x" * 2001}, "`text` must be a text of at most 2000"),
        ({"author": 5}, "`author`"),
    ],
)
def test_faults_are_named(change: Any, said: str) -> None:
    with pytest.raises(ValueError, match=r"^Object 1 of the mark-up: ") as caught:
        read(MARKS[0], LINE | change)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"{", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b"\xff", "not JSON"),
        (b"{}", "must be a list"),
        (b"[5]", "it must be an object"),
        (json.dumps([LINE] * 2).encode(), "same `id`"),
        (json.dumps([LINE] * 2001).encode(), "at most 2000 objects"),
    ],
)
def test_what_is_no_list_of_objects(content: bytes, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        drawings.read(content)
