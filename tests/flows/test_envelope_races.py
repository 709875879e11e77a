"""Envelopes that real processes change at the same moment, on one database file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from .test_races import Track

ROUNDS = 6


@pytest.fixture(scope="module")
def track(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Track]:
    track = Track(tmp_path_factory.mktemp("envelope-races"), racers=3)
    yield track
    track.close()


def new(track: Track) -> dict[str, str]:
    made: dict[str, str] = track.race(("envelope", {}))[0]
    return made


def look(track: Track, values: dict[str, str]) -> Any:
    found = track.race(("look", values))[0]
    # However many wrote at once: no number twice, none left out.
    assert found["numbers"] == list(range(1, len(found["numbers"]) + 1))
    return found


def test_of_two_grants_at_once_one_wins(track: Track) -> None:
    for _ in range(ROUNDS):
        values = new(track)
        orders = [("grant", values | {"access": access}) for access in ("read", "write", "read")]
        results = track.race(*orders)
        assert sorted(results) == ["grant_exists", "grant_exists", "granted"]
        found = look(track, values)
        assert found["grants"] == [orders[results.index("granted")][1]["access"]]
        assert found["actions"].count("granted") == 1


def test_of_two_revocations_at_once_one_wins(track: Track) -> None:
    for _ in range(ROUNDS):
        values = new(track)
        track.race(("grant", values))
        order = ("revoke", values)
        assert sorted(track.race(order, order, order)) == [
            "grant_not_found",
            "grant_not_found",
            "revoked",
        ]
        assert look(track, values)["actions"].count("revoked") == 1


def test_what_is_put_in_while_an_envelope_is_deleted_leaves_nothing(track: Track) -> None:
    before = track.files()
    for number in range(ROUNDS):
        values = new(track)
        put = ("put_item", values | {"pieces": 1 + 10 * number})
        results = track.race(put, ("delete_envelope", values), put)
        assert results[1] == "deleted"
        assert {results[0], results[2]} <= {"kept", "envelope_not_found"}
        found = look(track, values)
        assert (found["state"], found["items"]) == ("deleted", 0)
        assert found["actions"].count("item_added") == results.count("kept")
        assert track.files() == before


def test_an_envelope_is_deleted_once(track: Track) -> None:
    for _ in range(ROUNDS):
        values = new(track)
        order = ("delete_envelope", values)
        assert set(track.race(order, order, order)) <= {"deleted", "envelope_not_found"}
        assert look(track, values)["actions"].count("deleted") == 1


def test_items_that_come_at_once_are_all_kept(track: Track) -> None:
    for _ in range(ROUNDS):
        values = new(track)
        order = ("put_item", values)
        assert track.race(order, order, order) == ["kept"] * 3
        assert look(track, values)["items"] == 3
