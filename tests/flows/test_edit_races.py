"""Documents that real processes save at the same moment, or while they are killed."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator

import pytest

from tests.unit.editing.conftest import TEXT

from .test_races import Track

ROUNDS = 6
ORIGINAL = TEXT.decode()


@pytest.fixture(scope="module")
def track(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Track]:
    track = Track(tmp_path_factory.mktemp("edit-races"), racers=3)
    yield track
    track.close()


def sessions(track: Track, count: int = 2) -> list[str]:
    made: list[str] = track.race(("edit_sessions", {"count": count}))[0]
    return made


def look(track: Track, handle: str) -> dict[str, str]:
    found: dict[str, str] = track.race(("edit_look", {"handle": handle}))[0]
    return found


def test_of_two_saves_at_once_one_wins_and_the_other_is_kept(track: Track) -> None:
    for number in range(ROUNDS):
        anna, ben = sessions(track)
        texts = [f"anna {number}\n", f"ben {number}\n"]
        results = track.race(
            ("edit_save", {"handle": anna, "text": texts[0], "expected": 1}),
            ("edit_save", {"handle": ben, "text": texts[1], "expected": 1}),
        )
        assert sorted(results) == ["2", "s1"]
        assert look(track, anna) == {"1": ORIGINAL} | dict(zip(results, texts, strict=True))


def test_one_save_delivered_by_two_workers_is_one_version(track: Track) -> None:
    for number in range(ROUNDS):
        (anna,) = sessions(track, 1)
        order = ("edit_save", {"handle": anna, "text": f"{number}\n", "expected": 1})
        assert track.race(order, order, order) == ["2", "2", "2"]
        assert look(track, anna) == {"1": ORIGINAL, "2": f"{number}\n"}


def test_of_two_locks_at_once_one_wins(track: Track) -> None:
    for _ in range(ROUNDS):
        anna, ben = sessions(track)
        results = track.race(
            ("edit_lock", {"handle": anna, "name": "L1"}),
            ("edit_lock", {"handle": ben, "name": "L2"}),
        )
        assert results in (["locked", "L1"], ["L2", "locked"])


def test_a_token_opens_once(track: Track) -> None:
    for _ in range(ROUNDS):
        token = track.race(("edit_token", {}))[0]
        order = ("edit_launch", {"token": token})
        assert sorted(track.race(order, order, order)) == [
            "launch_token_used",
            "launch_token_used",
            "opened",
        ]


def test_a_draft_is_saved_once_whoever_closes(track: Track) -> None:
    for number in range(ROUNDS):
        anna, ben = sessions(track)
        draft = {"handle": anna, "text": f"draft {number}\n", "expected": 1}
        assert track.race(("edit_draft", draft)) == ["kept"]
        track.race(
            ("edit_close", {"handle": anna}),
            ("edit_close", {"handle": anna}),
            ("edit_sweep", {}),
        )
        assert look(track, ben) == {"1": ORIGINAL, "2": f"draft {number}\n"}


@pytest.mark.parametrize("at", ["before", "after"])
def test_a_worker_that_is_killed_loses_nothing_that_was_confirmed(track: Track, at: str) -> None:
    (anna,) = sessions(track, 1)
    assert track.race(("edit_save", {"handle": anna, "text": "one\n", "expected": 1})) == ["2"]
    victim = track._start()
    assert victim.stdout is not None and victim.stdin is not None
    assert victim.stdout.readline() == "ready\n"
    values = {"handle": anna, "text": f"two {at}\n", "expected": 2, "at": at}
    victim.stdin.write(json.dumps({"act": "edit_die", "at": 0, "values": values}) + "\n")
    victim.stdin.flush()
    assert victim.wait(30) == -9
    assert look(track, anna) == {"1": ORIGINAL, "2": "one\n"}
    # What was not confirmed is sent again.
    again = {"handle": anna, "text": f"two {at}\n", "expected": 2}
    assert track.race(("edit_save", again)) == ["3"]


def test_saves_in_disorder_are_all_there(track: Track) -> None:
    """Three people save, each on what it has seen last; some deliver a save twice."""
    people = sessions(track, 3)
    chance, seen, sent = random.Random(6), [1, 1, 1], []  # noqa: S311
    for number in range(40):
        orders = []
        for person, handle in enumerate(people):
            text = f"{number} of {person}\n"
            values = {"handle": handle, "text": text, "expected": seen[person]}
            orders.append(("edit_save", values))
        results = track.race(*orders)
        sent += [
            (label, values["text"]) for label, (_, values) in zip(results, orders, strict=True)
        ]
        if chance.random() < 0.1:
            assert track.race(orders[0]) == [results[0]]
        head = track.race(("edit_head", {"handle": people[0]}))[0]
        seen = [head if chance.random() < 0.6 else one for one in seen]
    found = look(track, people[0])
    assert len({text for _, text in sent}) == len(sent) == 120
    assert {label: text for label, text in sent} == {
        label: text for label, text in found.items() if label != "1"
    }
