"""A little of everything that goes wrong (`make chaos` does more of it): nothing is lost.

It takes minutes, so `make test` leaves it out: `pytest -m chaos tests/faults`.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.faults import acts, chaos
from tests.faults.installation import Installation, installation

pytestmark = pytest.mark.chaos


@pytest.fixture(scope="module")
def place() -> Iterator[Installation]:
    """The product on PostgreSQL, Redis and an S3 server, all of which can be stopped."""
    with installation() as place:
        yield place


@pytest.fixture(scope="module")
def crowd(place: Installation) -> chaos.Crowd:
    """People at work."""
    return chaos.Crowd(place)


@pytest.mark.parametrize("several", [acts.KILLS, acts.AWAY, acts.ODD], ids=["kills", "away", "odd"])
def test_nothing_is_lost(
    place: Installation, crowd: chaos.Crowd, several: dict[str, acts.Act]
) -> None:
    faults = [
        (name, act) for name, act in several.items() if name != "disk full" or place.small_disk
    ]
    result = chaos.strike(crowd, faults, documents=8, saves=20)
    assert result.well, chaos.table([result])


def test_nothing_is_left_behind(place: Installation, crowd: chaos.Crowd) -> None:
    result = chaos.Result("all of it")
    chaos.judge(place, result)
    assert result.well, chaos.table([result])
