"""Looking a session up, and sweeping: on PostgreSQL with 10 thousand and with a million rows."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from benchmarks.measure import Row, ms
from tests import servers

_FEW, _MANY = 10_000, 1_000_000
_AIM = 1.2
_WHAT = {"lookup": "session by its id, PostgreSQL", "sweep": "sweep of 500 sessions, PostgreSQL"}


def measure(directory: Path, *, quick: bool) -> Iterator[Row]:
    """A row for each act: the large table's cost against the small one's, in turns."""
    folders = {rows: directory / str(rows) for rows in (_FEW, _MANY)}
    for folder in folders.values():
        folder.mkdir()
    with (
        servers.postgresql(folders[_FEW], hasty=True) as few,
        servers.postgresql(folders[_MANY], hasty=True) as many,
    ):
        addresses = {_FEW: few, _MANY: many}
        for rows, address in addresses.items():
            _ask(address, folders[rows], "fill", rows)
        rounds = [
            {rows: _ask(address, folders[rows], "time", 200) for rows, address in addresses.items()}
            for _ in range(2 if quick else 5)
        ]
    for act, what in _WHAT.items():
        small, large = (median(one[rows][act] for one in rounds) for rows in (_FEW, _MANY))
        yield Row(
            what=what,
            n=len(rounds),
            recto=ms(large),
            baseline="the same with 10 thousand rows instead of a million",
            theirs=ms(small),
            ratio=large / small,
            aim=f"<= {_AIM}",
            met=large / small <= _AIM,
        )


def _ask(address: str, folder: Path, *arguments: object) -> dict[str, float]:
    ran = subprocess.run(
        [sys.executable, "-m", "benchmarks.scale_rows", *map(str, arguments)],
        env=os.environ | {"DATABASE_URL": address, "DATA_DIR": str(folder / "data")},
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    found: dict[str, float] = json.loads(ran.stdout.splitlines()[-1])
    return found
